package types_test

import (
	"flag"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "rewrite the golden vectors in testdata")

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

// drawAmount draws 1 to 2^127, small and large ones alike.
func drawAmount(t *rapid.T, label string) *big.Int {
	bits := rapid.UintRange(0, 127).Draw(t, label+" bits")
	n := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, label))
	limit := new(big.Int).Lsh(big.NewInt(1), bits)
	return n.Mod(n, limit).Add(n, big.NewInt(1))
}
