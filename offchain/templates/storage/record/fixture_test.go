package record_test

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// objectKey is the object key of these tests.
var objectKey = segment.Key{0: 1, 31: 2}

// hashOf returns a hash that is another one for every number.
func hashOf(number int) (h [32]byte) {
	copy(h[:], fmt.Sprintf("hash %d", number))
	return h
}

// part returns a segment of n pieces that differs from those of other numbers in its last root only.
func part(number, n int) record.Segment {
	s := record.Segment{Length: 1 + uint64(number)%3*100, Roots: make([][32]byte, n)}
	s.Roots[n-1] = hashOf(number)
	return s
}

// listOf returns a list of segments of n pieces; every fifth one is a manifest.
func listOf(t require.TestingT, n int, numbers ...int) *record.List {
	segments := make([]record.Segment, 0, len(numbers))
	for _, number := range numbers {
		s := part(number, n)
		if number%5 == 0 {
			s.Label = &record.Label{Content: uint64(17 + number%1000), Hash: hashOf(number)}
		}
		segments = append(segments, s)
	}
	l, err := record.NewList(n, segments)
	require.NoError(t, err)
	return l
}

// upTo returns the numbers from 0 to n − 1.
func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
