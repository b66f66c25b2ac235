package proof_test

import (
	"crypto/ed25519"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/proof"
)

// FuzzVerifyBody: whatever is verified is an ed25519 signature of the preimage by the standard library's judgement, too, and no
// other body, kind or signature goes with it. What the library accepts beyond that has a key or an R of small order, or an
// unreduced key.
func FuzzVerifyBody(f *testing.F) {
	d := proof.Domain{ChainID: "mesh-test-1", Network: "net_00000001"}
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	body := []byte("body")
	sig, err := proof.SignBody(key, "ack", d, body)
	require.NoError(f, err)
	f.Add([]byte(key[ed25519.SeedSize:]), "ack", body, sig)
	f.Add(make([]byte, 32), "ack", body, make([]byte, 64))
	f.Add([]byte(key[ed25519.SeedSize:]), "", body, sig[:63])
	f.Fuzz(func(t *testing.T, pub []byte, kind string, body, sig []byte) {
		err := proof.VerifyBody(pub, kind, d, body, sig)
		msg, errMsg := proof.Preimage(kind, d, body)
		if err != nil {
			if errMsg == nil && len(pub) == ed25519.PublicKeySize && proof.CheckKey(pub) == nil && len(sig) == 64 && ed25519.Verify(pub, msg, sig) {
				require.ErrorIs(t, proof.CheckKey(sig[:32]), proof.ErrKey, "refused although the library accepts it")
			}
			return
		}
		require.NoError(t, errMsg)
		require.NoError(t, proof.CheckKey(pub))
		require.True(t, ed25519.Verify(pub, msg, sig))
		require.Error(t, proof.VerifyBody(pub, kind, d, append([]byte{0}, body...), sig))
		require.Error(t, proof.VerifyBody(pub, kind+"x", d, body, sig))
		require.Error(t, proof.VerifyBody(pub, kind, proof.Domain{ChainID: d.ChainID + "x", Network: d.Network}, body, sig))
		sig[0] ^= 1
		require.Error(t, proof.VerifyBody(pub, kind, d, body, sig))
	})
}
