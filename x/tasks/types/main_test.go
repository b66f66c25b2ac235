package types_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "rewrite the golden vectors in testdata")

// TestMain gives rapid the seed of MESH_SEED, which is all that is needed to see a failure again.
func TestMain(m *testing.M) {
	flag.Parse()
	seed, err := envSeed()
	if err == nil {
		err = errors.Join(flag.Set("rapid.seed", strconv.FormatUint(max(seed, 1), 10)), flag.Set("rapid.nofailfile", "true"))
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

// golden compares got with testdata/<name>, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}
