package message_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/proof"
)

func TestSignatureCoversEveryField(t *testing.T) {
	cases := []struct {
		name   string
		change func(*message.Envelope)
		err    error
	}{
		{"ok: unchanged", func(*message.Envelope) {}, nil},
		{"fails: version", func(e *message.Envelope) { e.V = 2 }, proof.ErrSignature},
		{"fails: type", func(e *message.Envelope) { e.Type = message.TypeTaskRequest }, proof.ErrSignature},
		{"fails: id", func(e *message.Envelope) { e.Id[0] ^= 1 }, proof.ErrSignature},
		{"fails: body", func(e *message.Envelope) { e.Body[0] ^= 1 }, proof.ErrSignature},
		{"fails: height", func(e *message.Envelope) { e.Height++ }, proof.ErrSignature},
		{"fails: deadline", func(e *message.Envelope) { e.DeadlineMs++ }, proof.ErrSignature},
		{"fails: schema", func(e *message.Envelope) { e.Schema[0] ^= 1 }, proof.ErrSignature},
		{"fails: signer", func(e *message.Envelope) { e.Signer = key(2)[32:] }, proof.ErrSignature},
		{"fails: signature", func(e *message.Envelope) { e.Sig[0] ^= 1 }, proof.ErrSignature},
		{"fails: unknown field", func(e *message.Envelope) { e.XXX_unrecognized = []byte{0x50, 0x01} }, proof.ErrSignature},
		{"fails: no signature", func(e *message.Envelope) { e.Sig = nil }, message.ErrUnsigned},
		{"fails: key of small order", func(e *message.Envelope) { e.Signer = append([]byte{1}, make([]byte, 31)...) }, proof.ErrKey},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := signed(t)
			c.change(e)
			require.ErrorIs(t, e.Verify(home), c.err)
		})
	}
}

func TestSignatureCountsInItsDomainOnly(t *testing.T) {
	for _, d := range []proof.Domain{
		{ChainID: "mesh-test-2", Network: home.Network}, {ChainID: home.ChainID, Network: "net_00000002"},
	} {
		require.ErrorIs(t, signed(t).Verify(d), proof.ErrSignature)
	}
	require.ErrorIs(t, signed(t).Verify(proof.Domain{}), proof.ErrDomain)
}

func TestSignRefusesBadKeys(t *testing.T) {
	e := message.NewEnvelope(message.TypePing, nil)
	require.ErrorIs(t, e.Sign(nil, home), proof.ErrKey)
	require.ErrorIs(t, e.Sign(key(1)[:63], home), proof.ErrKey)
	require.False(t, e.Signed())
	require.Empty(t, e.Signer)
}

// The bytes on the wire and under the signature are fixed: another implementation must produce the same. They are put
// together by hand here, and as hex.
func TestGoldenEnvelope(t *testing.T) {
	const golden = "080110401a10b1e1e921092c69c6ae37b6412c9d1d2b221b0a0a53544f52455f46494c45120a7b2273697a65223a317d1a0109" +
		"28643088273a200808080808080808080808080808080808080808080808080808080808080808" +
		"42208a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c" +
		"4a4030931a48d9a3b716ea3b9401e09e882d2b969c77865295118b60d41cfc274cb7c5c1270247f55d14b12cc6c283423067ed9ee0d518e6e0b36364db6c05a74603"
	public := key(1)[32:]
	body := bytesField(nil, 1, []byte("STORE_FILE"))
	body = bytesField(body, 2, []byte(`{"size":1}`))
	body = bytesField(body, 3, []byte{9})
	sum := blake3.Sum256(body)
	b := varintField(nil, 1, 1)
	b = varintField(b, 2, 64)
	b = bytesField(b, 3, sum[:16])
	b = bytesField(b, 4, body)
	b = varintField(b, 5, 100)
	b = varintField(b, 6, 5000)
	b = bytesField(b, 7, bytes.Repeat([]byte{8}, 32))
	b = bytesField(b, 8, public)
	preimage := []byte("mesh/envelope/v1\x00\x0bmesh-test-1\x0cnet_00000001")
	preimage = protowire.AppendBytes(preimage, b)
	b = bytesField(b, 9, ed25519.Sign(key(1), preimage))
	require.Equal(t, hex.EncodeToString(b), hex.EncodeToString(encode(t, signed(t))))
	require.Equal(t, golden, hex.EncodeToString(b))
}

func bytesField(b []byte, n protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), v)
}

func varintField(b []byte, n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), v)
}
