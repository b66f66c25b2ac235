package proof_test

import (
	"crypto/ed25519"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

var (
	sampleWatch = proof.Watch{Epoch: 300, Slot: 5, Node: 7, Watcher: 19}
	maxWatch    = proof.Watch{Epoch: math.MaxUint64, Slot: math.MaxUint32, Node: math.MaxUint64, Watcher: math.MaxUint64}
)

func genWatch() *rapid.Generator[proof.Watch] {
	return rapid.Custom(func(t *rapid.T) proof.Watch {
		return proof.Watch{Epoch: rapid.Uint64().Draw(t, "epoch"), Slot: rapid.Uint32().Draw(t, "slot"),
			Node: rapid.Uint64().Draw(t, "node"), Watcher: rapid.Uint64().Draw(t, "watcher")}
	})
}

func TestWatchRoundTrip(t *testing.T) {
	require.Len(t, maxWatch.Encode(), proof.MaxWatchSize)
	golden(t, "watch", sampleWatch.Encode())
	golden(t, "watch-max", maxWatch.Encode())
	seeded.Property(t, func(t *rapid.T) {
		w := genWatch().Draw(t, "watch")
		got, err := proof.DecodeWatch(w.Encode())
		require.NoError(t, err)
		require.Equal(t, w, got)
	})
}

func TestDecodeWatchRefuses(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   []byte
		err  error
	}{
		{"ok: nothing is set", nil, nil},
		{"ok: slot 0 is left out", []byte{0x08, 1, 0x18, 2, 0x20, 3}, nil},
		{"fails: slot 0 is written", []byte{0x08, 1, 0x10, 0, 0x18, 2, 0x20, 3}, proof.ErrNotCanonical},
		{"fails: slot beyond 32 bits", []byte{0x10, 0x80, 0x80, 0x80, 0x80, 0x10}, proof.ErrRange},
		{"fails: out of order", []byte{0x18, 2, 0x08, 1}, proof.ErrTrailing},
		{"fails: unknown field", []byte{0x28, 1}, proof.ErrTrailing},
		{"fails: cut", []byte{0x08}, proof.ErrTruncated},
		{"fails: long varint", []byte{0x08, 0x81, 0}, proof.ErrNotCanonical},
		{"fails: too long", make([]byte, proof.MaxWatchSize+1), proof.ErrTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w, err := proof.DecodeWatch(tc.in)
			require.ErrorIs(t, err, tc.err)
			if tc.err != nil {
				require.Zero(t, w)
				return
			}
			require.Equal(t, string(tc.in), string(w.Encode()))
		})
	}
}

func FuzzDecodeWatch(f *testing.F) {
	f.Add(sampleWatch.Encode())
	f.Add(maxWatch.Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		if w, err := proof.DecodeWatch(b); err == nil {
			require.Equal(t, string(b), string(w.Encode()))
		}
	})
}

// An attestation is no answer, and neither holds for another duty, key, chain or network.
func TestWatchSignatures(t *testing.T) {
	key, other := testKey(1), testKey(2)
	attested, err := sampleWatch.Attest(key, domain)
	require.NoError(t, err)
	answered, err := sampleWatch.Answer(key, domain)
	require.NoError(t, err)
	golden(t, "signed-attestation", attested)
	golden(t, "signed-answer", answered)
	require.NoError(t, sampleWatch.VerifyAttestation(public(key), domain, attested))
	require.NoError(t, sampleWatch.VerifyAnswer(public(key), domain, answered))
	require.ErrorIs(t, sampleWatch.VerifyAttestation(public(key), domain, answered), proof.ErrSignature)
	require.ErrorIs(t, sampleWatch.VerifyAnswer(public(key), domain, attested), proof.ErrSignature)
	require.ErrorIs(t, sampleWatch.VerifyAnswer(public(other), domain, answered), proof.ErrSignature)
	for _, w := range []proof.Watch{
		{Epoch: 301, Slot: 5, Node: 7, Watcher: 19}, {Epoch: 300, Slot: 4, Node: 7, Watcher: 19},
		{Epoch: 300, Slot: 5, Node: 8, Watcher: 19}, {Epoch: 300, Slot: 5, Node: 19, Watcher: 7},
	} {
		require.ErrorIs(t, w.VerifyAttestation(public(key), domain, attested), proof.ErrSignature)
		require.ErrorIs(t, w.VerifyAnswer(public(key), domain, answered), proof.ErrSignature)
	}
	for _, d := range []proof.Domain{{ChainID: "mesh-devnet-2", Network: domain.Network}, {ChainID: domain.ChainID, Network: "net_0011aabc"}} {
		require.ErrorIs(t, sampleWatch.VerifyAttestation(public(key), d, attested), proof.ErrSignature)
	}
	_, err = sampleWatch.Attest(ed25519.PrivateKey{1}, domain)
	require.ErrorIs(t, err, proof.ErrKey)
}
