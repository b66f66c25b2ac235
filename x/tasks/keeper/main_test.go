package keeper_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// histories is the number of random histories a property runs over.
const histories = "200"

// TestMain gives rapid the seed of MESH_SEED; rapid takes 0 for a random one.
func TestMain(m *testing.M) {
	flag.Parse()
	seed, err := envSeed()
	if err == nil {
		err = errors.Join(flag.Set("rapid.seed", strconv.FormatUint(max(seed, 1), 10)), flag.Set("rapid.checks", histories), flag.Set("rapid.nofailfile", "true"))
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
