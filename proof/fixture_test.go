package proof_test

import (
	"encoding/hex"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "rewrite the golden vectors in testdata")

// golden compares got with testdata/golden/<name>.hex, 32 bytes a line, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name+".hex")
	var text strings.Builder
	for b := got; len(b) > 0; {
		n := min(32, len(b))
		text.WriteString(hex.EncodeToString(b[:n]) + "\n")
		b = b[n:]
	}
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), text.String())
}

// hash32 returns 32 random bytes.
func hash32(r *rand.Rand) (h [32]byte) {
	for i := range h {
		h[i] = byte(r.Uint32())
	}
	return h
}

// fill returns n bytes that depend on the seed only.
func fill(seed byte, n int) []byte {
	r := rand.New(rand.NewPCG(uint64(seed), uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// flipBits calls try with b after each single-bit change in turn, and undoes it.
func flipBits(b []byte, try func(bit int)) {
	for bit := range 8 * len(b) {
		b[bit/8] ^= 1 << (bit % 8)
		try(bit)
		b[bit/8] ^= 1 << (bit % 8)
	}
}

// genHash draws 32 bytes.
func genHash() *rapid.Generator[[32]byte] {
	return rapid.Custom(func(t *rapid.T) [32]byte {
		return [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash"))
	})
}
