package types_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/mr-tron/base58"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// libp2pID returns what libp2p calls the host of an ed25519 key.
func libp2pID(t require.TestingT, key []byte) string {
	public, err := crypto.UnmarshalEd25519PublicKey(key)
	require.NoError(t, err)
	id, err := peer.IDFromPublicKey(public)
	require.NoError(t, err)
	return id.String()
}

// TestPeerIDIsLibp2ps compares with libp2p itself, for random keys and for those at the ends.
func TestPeerIDIsLibp2ps(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		key := rapid.OneOf(
			rapid.SliceOfN(rapid.Byte(), 32, 32),
			rapid.SampledFrom([][]byte{make([]byte, 32), bytes.Repeat([]byte{0xff}, 32), append(make([]byte, 31), 1)}),
		).Draw(rt, "key")
		id := types.PeerID(key)
		require.Equal(rt, libp2pID(rt, key), id)
		back, err := types.PeerKey(id)
		require.NoError(rt, err)
		require.Equal(rt, key, back)
	})
}

// notPeerIDs are texts that look like a peer id and are none of an ed25519 key.
func notPeerIDs(t require.TestingT) map[string]string {
	good := types.PeerID(make([]byte, 32))
	raw, err := base58.Decode(good)
	require.NoError(t, err)
	other := bytes.Clone(raw)
	other[3] = 2 // key type secp256k1
	hashed := sha256.Sum256([]byte("an RSA key"))
	return map[string]string{
		"fails: nothing":               "",
		"fails: no base58":             strings.Repeat("0", len(good)),
		"fails: a letter less":         good[:len(good)-1],
		"fails: a letter more":         good + "1",
		"fails: leading zero":          "1" + good[:len(good)-1],
		"fails: space":                 good[:len(good)-1] + " ",
		"fails: another key type":      base58.Encode(other),
		"fails: a key of 31 bytes":     base58.Encode(raw[:len(raw)-1]),
		"fails: a key of 33 bytes":     base58.Encode(append(bytes.Clone(raw), 1)),
		"fails: hash of a key":         base58.Encode(append([]byte{0x12, 0x20}, hashed[:]...)),
		"fails: CID":                   "bafzaajaiaejcb4or5d5ofrfbis4l5d6uwr57hu5tjoddypfm6yaq6dsc2r2pzytkxa",
		"fails: so long that it costs": strings.Repeat("z", 1<<20),
	}
}

func TestPeerKeyRefusals(t *testing.T) {
	for name, id := range notPeerIDs(t) {
		t.Run(name, func(t *testing.T) {
			key, err := types.PeerKey(id)
			require.ErrorIs(t, err, types.ErrInvalidRequest)
			require.Nil(t, key)
		})
	}
}

// FuzzPeerKey: whatever is read back is spelled the same and read by libp2p alike.
func FuzzPeerKey(f *testing.F) {
	f.Add(types.PeerID(bytes.Repeat([]byte{7}, 32)))
	for _, id := range notPeerIDs(f) {
		if len(id) < 100 {
			f.Add(id)
		}
	}
	f.Fuzz(func(t *testing.T, id string) {
		key, err := types.PeerKey(id)
		if err != nil {
			require.ErrorIs(t, err, types.ErrInvalidRequest)
			return
		}
		require.Equal(t, id, types.PeerID(key))
		require.Equal(t, id, libp2pID(t, key))
	})
}

// testOperator and testHost are the same keys each time.
func testOperator(name string) *secp256k1.PrivKey {
	return secp256k1.GenPrivKeyFromSecret([]byte(name))
}

func testHost(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

// someBinding is a binding with both signatures.
func someBinding(t *testing.T) (b types.Binding, operatorSig, hostSig []byte) {
	t.Helper()
	host := testHost("host")
	b = types.Binding{
		Domain: proof.Domain{ChainID: "mesh-1", Network: "net_00000001"}, Owner: bytes.Repeat([]byte{1}, 20),
		OperatorKey: testOperator("operator").PubKey().Bytes(), PeerKey: host.Public().(ed25519.PublicKey),
	}
	body := proof.Binding{Owner: b.Owner, Operator: b.Operator(), PeerKey: [32]byte(b.PeerKey)}
	pre, err := body.SignBytes(b.Domain)
	require.NoError(t, err)
	operatorSig, err = testOperator("operator").Sign(pre)
	require.NoError(t, err)
	hostSig, err = body.Sign(host, b.Domain)
	require.NoError(t, err)
	return b, operatorSig, hostSig
}

// TestBindingVerify changes each thing that is signed, and each signature.
func TestBindingVerify(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(b *types.Binding, operatorSig, hostSig *[]byte)
		ok     bool
	}{
		{"ok: as signed", func(*types.Binding, *[]byte, *[]byte) {}, true},
		{"fails: another network", func(b *types.Binding, _, _ *[]byte) { b.Domain.Network = "net_00000002" }, false},
		{"fails: another chain", func(b *types.Binding, _, _ *[]byte) { b.Domain.ChainID = "mesh-2" }, false},
		{"fails: no chain", func(b *types.Binding, _, _ *[]byte) { b.Domain.ChainID = "" }, false},
		{"fails: another owner", func(b *types.Binding, _, _ *[]byte) { b.Owner = bytes.Repeat([]byte{2}, 20) }, false},
		{"fails: owner of 21 bytes", func(b *types.Binding, _, _ *[]byte) { b.Owner = make([]byte, 21) }, false},
		{"fails: no owner", func(b *types.Binding, _, _ *[]byte) { b.Owner = nil }, false},
		{"fails: another operator", func(b *types.Binding, _, _ *[]byte) { b.OperatorKey = testOperator("other").PubKey().Bytes() }, false},
		{"fails: another host", func(b *types.Binding, _, _ *[]byte) {
			b.PeerKey = testHost("other").Public().(ed25519.PublicKey)
		}, false},
		{"fails: operator key of 32 bytes", func(b *types.Binding, _, _ *[]byte) { b.OperatorKey = b.OperatorKey[:32] }, false},
		{"fails: operator key of 34 bytes", func(b *types.Binding, _, _ *[]byte) { b.OperatorKey = append(b.OperatorKey, 0) }, false},
		{"fails: operator key is no point", func(b *types.Binding, _, _ *[]byte) { b.OperatorKey = bytes.Repeat([]byte{0xff}, 33) }, false},
		{"fails: no operator key", func(b *types.Binding, _, _ *[]byte) { b.OperatorKey = nil }, false},
		{"fails: host key of 31 bytes", func(b *types.Binding, _, _ *[]byte) { b.PeerKey = b.PeerKey[:31] }, false},
		{"fails: host key of 33 bytes", func(b *types.Binding, _, _ *[]byte) { b.PeerKey = append(bytes.Clone(b.PeerKey), 0) }, false},
		{"fails: no host key", func(b *types.Binding, _, _ *[]byte) { b.PeerKey = nil }, false},
		{"fails: signatures swapped", func(_ *types.Binding, o, h *[]byte) { *o, *h = *h, *o }, false},
		{"fails: signature of the operator twice", func(_ *types.Binding, o, h *[]byte) { *h = *o }, false},
		{"fails: no signature of the operator", func(_ *types.Binding, o, _ *[]byte) { *o = nil }, false},
		{"fails: no signature of the host", func(_ *types.Binding, _, h *[]byte) { *h = nil }, false},
		{"fails: long signature of the operator", func(_ *types.Binding, o, _ *[]byte) { *o = append(*o, 0) }, false},
		{"fails: long signature of the host", func(_ *types.Binding, _, h *[]byte) { *h = append(*h, 0) }, false},
		{"fails: a bit of the operator's signature", func(_ *types.Binding, o, _ *[]byte) { (*o)[40] ^= 1 }, false},
		{"fails: a bit of the host's signature", func(_ *types.Binding, _, h *[]byte) { (*h)[40] ^= 1 }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, operatorSig, hostSig := someBinding(t)
			c.change(&b, &operatorSig, &hostSig)
			err := b.Verify(operatorSig, hostSig)
			if c.ok {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalidSignature)
		})
	}
}

// TestBindingOfAHostAnyoneCanSignFor: a key of small order is refused though its signature verifies.
func TestBindingOfAHostAnyoneCanSignFor(t *testing.T) {
	b, _, _ := someBinding(t)
	b.PeerKey = append([]byte{1}, make([]byte, 31)...)
	body := proof.Binding{Owner: b.Owner, Operator: b.Operator(), PeerKey: [32]byte(b.PeerKey)}
	pre, err := body.SignBytes(b.Domain)
	require.NoError(t, err)
	operatorSig, err := testOperator("operator").Sign(pre)
	require.NoError(t, err)
	// R the neutral point and S = 0: with A the neutral point too, S·B = R + k·A holds for every message.
	forged := append([]byte{1}, make([]byte, 63)...)
	require.True(t, ed25519.Verify(b.PeerKey, pre, forged))
	require.ErrorIs(t, b.Verify(operatorSig, forged), types.ErrInvalidSignature)
}
