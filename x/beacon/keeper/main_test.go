package keeper_test

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestMain gives rapid the seed of MESH_SEED.
func TestMain(m *testing.M) {
	flag.Parse()
	seed, err := envSeed()
	if err == nil {
		err = flag.Set("rapid.seed", strconv.FormatUint(seed, 10))
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

// requireError wants err to be nil where want is empty, else to be the sentinel with the text.
func requireError(t tester, err, is error, want string) {
	t.Helper()
	if is == nil {
		require.NoError(t, err)
		return
	}
	require.ErrorIs(t, err, is)
	require.EqualError(t, err, want)
}
