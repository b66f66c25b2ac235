package devnet

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/app"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

// HashChain is a hash chain of the beacon with all its values in memory.
type HashChain struct {
	// values are the secret, its hash, and so on up to the tip.
	values [][]byte
}

// NewHashChain derives a chain of the given number of reveals from a name.
func NewHashChain(name string, length uint64) HashChain {
	secret := sha256.Sum256([]byte("mesh devnet secret " + name))
	values := [][]byte{secret[:]}
	for range length {
		next := beacontypes.Step(values[len(values)-1])
		values = append(values, next[:])
	}
	return HashChain{values}
}

// Tip returns the commitment to the chain.
func (h HashChain) Tip() []byte { return h.values[h.Length()] }

// Length returns the number of reveals.
func (h HashChain) Length() uint64 { return uint64(len(h.values) - 1) }

// Preimage returns the value that is revealed after used reveals.
func (h HashChain) Preimage(used uint64) []byte { return h.values[h.Length()-1-used] }

// Write puts the chain's file into the home of a node, as 'meshd beacon init' does, and returns
// its path.
func (h HashChain) Write(t testing.TB, home string) string {
	t.Helper()
	bz, err := json.Marshal(map[string]any{
		"tip": hex.EncodeToString(h.Tip()), "length": h.Length(), "secret": hex.EncodeToString(h.values[0]),
	})
	require.NoError(t, err)
	dir := app.SecretsDir(home)
	require.NoError(t, os.MkdirAll(dir, 0o700))
	path := filepath.Join(dir, hex.EncodeToString(h.Tip()[:8])+".json")
	require.NoError(t, os.WriteFile(path, bz, 0o600))
	return path
}
