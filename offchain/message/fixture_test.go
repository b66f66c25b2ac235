package message_test

import (
	"bytes"
	"crypto/ed25519"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/proof"
)

var home = proof.Domain{ChainID: "mesh-test-1", Network: "net_00000001"}

// key returns a private key that is the same for the same number.
func key(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

// encode returns the bytes of a valid message.
func encode(t testing.TB, m message.Body) []byte {
	t.Helper()
	b, err := message.Encode(m)
	require.NoError(t, err)
	return b
}

// hello returns a greeting with every field set.
func hello() *message.Hello {
	return &message.Hello{
		ChainId: "mesh-test-1", Genesis: bytes.Repeat([]byte{1}, 32), Height: 7, AppHash: bytes.Repeat([]byte{2}, 32),
		Roles: []string{"compute", "storage"}, Operator: bytes.Repeat([]byte{3}, 20), BindingSig: bytes.Repeat([]byte{4}, message.BindingSize),
		Agent: "mesh/0.1.0 (linux)", UplinkBps: 1e7, Region: "eu-west-1", PeerRecord: []byte{5, 6},
	}
}

// signed returns a signed envelope of a custom event.
func signed(t testing.TB) *message.Envelope {
	t.Helper()
	e, err := message.NewEvent("STORE_FILE", []byte(`{"size":1}`), []byte{9})
	require.NoError(t, err)
	e.Height, e.DeadlineMs, e.Schema = 100, 5000, bytes.Repeat([]byte{8}, message.SchemaSize)
	require.NoError(t, e.Sign(key(1), home))
	return e
}
