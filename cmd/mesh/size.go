package main

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// sizeUnits are what a number of bytes may end in, longest first.
var sizeUnits = []struct {
	suffix string
	bytes  uint64
}{
	{"KIB", 1 << 10}, {"MIB", 1 << 20}, {"GIB", 1 << 30}, {"TIB", 1 << 40},
	{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}, {"", 1},
}

// maxSize is the largest space a node can offer, bytes.
const maxSize = 1 << 50

// parseSize reads a number of bytes such as 10GB, 512MiB or 1000.
func parseSize(s string) (uint64, error) {
	upper := strings.ToUpper(strings.TrimSpace(s))
	for _, u := range sizeUnits {
		number, ok := strings.CutSuffix(upper, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(strings.TrimSpace(number), 10, 64)
		high, size := bits.Mul64(n, u.bytes)
		if err != nil || high != 0 || size == 0 || size > maxSize {
			break
		}
		return size, nil
	}
	return 0, fmt.Errorf("%q is not a size of 1 byte to 1 PiB, such as 10GB", s)
}
