package devnet

// What the external tests reach inside for.

// DecodeHeight is decodeHeight.
func DecodeHeight(bz []byte) (int64, error) { return decodeHeight(bz) }

// DecodeRPCAddress is decodeRPCAddress.
func DecodeRPCAddress(bz []byte) (string, error) { return decodeRPCAddress(bz) }

// ParseStat is parseStat.
func ParseStat(stat string) (string, error) { return parseStat(1, []byte(stat)) }

// ParsePS is parsePS.
func ParsePS(out string) (string, error) { return parsePS(1, out) }

// StartOf is startOf.
func StartOf(pid int) (string, error) { return startOf(pid) }

// Tail is tail.
func Tail(path string, from int64) []string { return tail(path, from) }

// Encode is the state's encode.
func Encode(s State) ([]byte, error) { return s.encode() }

// Write is the state's write.
func Write(s State, dir string) error { return s.write(dir) }
