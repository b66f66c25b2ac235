package types

// Seed is a value nobody could know at its close.
type Seed struct {
	// Value is 32 bytes.
	Value []byte
	// Height is where it was fixed.
	Height int64
	// Revealers is the number of distinct revealers that had spoken since close.
	Revealers uint32
	// Eligible is the number of revealers that could have a part in it.
	Eligible uint32
}
