package record_test

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// TestMain gives rapid the same seed as every other random test.
func TestMain(m *testing.M) {
	flag.Parse()
	seed, err := envSeed()
	if err == nil {
		err = flag.Set("rapid.seed", strconv.FormatUint(max(seed, 1), 10)) // rapid takes 0 for a random seed
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "set seed:", err)
		os.Exit(2)
	}
	os.Exit(m.Run())
}

// envSeed returns MESH_SEED, or 1.
func envSeed() (uint64, error) {
	s, ok := os.LookupEnv("MESH_SEED")
	if !ok {
		return 1, nil
	}
	return strconv.ParseUint(s, 10, 64)
}

// property runs prop on drawn inputs, and prints the seed.
func property(t *testing.T, prop func(*rapid.T)) {
	t.Helper()
	seed, err := envSeed()
	require.NoError(t, err)
	t.Logf("seed=%d", seed)
	rapid.Check(t, prop)
}

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
