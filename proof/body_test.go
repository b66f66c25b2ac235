package proof_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

var (
	sampleAck = proof.Ack{Deal: 7, Version: 300, Root: [32]byte{1, 2, 3}, Bytes: 1 << 35, Index: 19}
	maxAck    = proof.Ack{Deal: math.MaxUint64, Version: math.MaxUint64, Root: [32]byte{31: 1}, Bytes: math.MaxUint64,
		Index: math.MaxUint32}
	sampleVoucher = proof.Voucher{Channel: 5, Amount: proof.U64(123456), Count: 1_000_000, Evidence: [32]byte{9}}
	maxVoucher    = proof.Voucher{Channel: math.MaxUint64, Amount: max128, Count: math.MaxUint64, Evidence: [32]byte{31: 1}}
	sampleBinding = proof.Binding{Owner: bytes.Repeat([]byte{0xaa}, 20), Operator: bytes.Repeat([]byte{0xbb}, 32),
		PeerKey: [32]byte{0xcc}}
)

func genAck() *rapid.Generator[proof.Ack] {
	return rapid.Custom(func(t *rapid.T) proof.Ack {
		return proof.Ack{Deal: rapid.Uint64().Draw(t, "deal"), Version: rapid.Uint64().Draw(t, "version"),
			Root: genHash().Draw(t, "root"), Bytes: rapid.Uint64().Draw(t, "bytes"), Index: rapid.Uint32().Draw(t, "index")}
	})
}

func genVoucher() *rapid.Generator[proof.Voucher] {
	return rapid.Custom(func(t *rapid.T) proof.Voucher {
		return proof.Voucher{Channel: rapid.Uint64().Draw(t, "channel"), Amount: genU128().Draw(t, "amount"),
			Count: rapid.Uint64().Draw(t, "count"), Evidence: genHash().Draw(t, "evidence")}
	})
}

func genBinding() *rapid.Generator[proof.Binding] {
	address := rapid.Custom(func(t *rapid.T) []byte {
		n := rapid.SampledFrom([]int{20, 32}).Draw(t, "length")
		return rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "address")
	})
	return rapid.Custom(func(t *rapid.T) proof.Binding {
		return proof.Binding{Owner: address.Draw(t, "owner"), Operator: address.Draw(t, "operator"),
			PeerKey: genHash().Draw(t, "peer key")}
	})
}

func TestBodiesRoundTrip(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		ack := genAck().Draw(t, "ack")
		require.LessOrEqual(t, len(ack.Encode()), proof.MaxAckSize)
		gotAck, err := proof.DecodeAck(ack.Encode())
		require.NoError(t, err)
		require.Equal(t, ack, gotAck)

		voucher := genVoucher().Draw(t, "voucher")
		require.LessOrEqual(t, len(voucher.Encode()), proof.MaxVoucherSize)
		gotVoucher, err := proof.DecodeVoucher(voucher.Encode())
		require.NoError(t, err)
		require.Equal(t, voucher, gotVoucher)

		binding := genBinding().Draw(t, "binding")
		enc, err := binding.Encode()
		require.NoError(t, err)
		require.LessOrEqual(t, len(enc), proof.MaxBindingSize)
		gotBinding, err := proof.DecodeBinding(enc)
		require.NoError(t, err)
		require.Equal(t, binding, gotBinding)
	})
}

func TestBodySizes(t *testing.T) {
	require.Len(t, maxAck.Encode(), 73)
	require.Equal(t, 73, proof.MaxAckSize)
	require.Len(t, maxVoucher.Encode(), 74)
	require.Equal(t, 74, proof.MaxVoucherSize)
	require.LessOrEqual(t, proof.MaxVoucherSize+proof.SignatureSize, 250)
}

// The bytes of an ack, field by field, as any proto3 encoder writes them.
func TestAckBytes(t *testing.T) {
	want := []byte{0x08, 7, 0x10, 0xac, 0x02, 0x1a, 32, 1, 2, 3}
	want = append(want, make([]byte, 29)...)
	want = append(want, 0x20, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0x28, 19)
	require.Equal(t, want, sampleAck.Encode())
	require.Equal(t, append([]byte{0x1a, 32}, make([]byte, 32)...), proof.Ack{}.Encode())
}

func TestDecodeAckRefuses(t *testing.T) {
	root := append([]byte{0x1a, 32}, make([]byte, 32)...)
	with := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for _, tc := range []struct {
		name string
		in   []byte
		err  error
	}{
		{"ok: only the root", root, nil},
		{"fails: empty", nil, proof.ErrNotCanonical},
		{"fails: zero written", with([]byte{0x08, 0}, root), proof.ErrNotCanonical},
		{"fails: long varint", with([]byte{0x08, 0x81, 0}, root), proof.ErrNotCanonical},
		{"fails: fields out of order", with(root, []byte{0x08, 1}), proof.ErrTrailing},
		{"fails: field twice", with([]byte{0x08, 1, 0x08, 1}, root), proof.ErrNotCanonical},
		{"fails: unknown field", with(root, []byte{0x30, 1}), proof.ErrTrailing},
		{"fails: wrong wire type", with([]byte{0x0a, 1, 1}, root), proof.ErrNotCanonical},
		{"fails: tag as long varint", with([]byte{0x88, 0, 1}, root), proof.ErrNotCanonical},
		{"fails: root too short", with([]byte{0x1a, 31}, make([]byte, 31)), proof.ErrRange},
		{"fails: root too long", with([]byte{0x1a, 33}, make([]byte, 33)), proof.ErrTooLarge},
		{"fails: root missing", []byte{0x08, 1}, proof.ErrNotCanonical},
		{"fails: cut inside the root", root[:20], proof.ErrTruncated},
		{"fails: cut inside a varint", with(root, []byte{0x20, 0x80}), proof.ErrTruncated},
		{"fails: varint of 65 bits", with([]byte{0x08}, bytes.Repeat([]byte{0xff}, 9), []byte{2}, root), proof.ErrRange},
		{"fails: varint without end", with([]byte{0x08}, bytes.Repeat([]byte{0xff}, 11), root), proof.ErrRange},
		{"fails: index of 33 bits", binary.AppendUvarint(with(root, []byte{0x28}), 1<<32), proof.ErrRange},
		{"fails: bytes left over", with(root, []byte{0}), proof.ErrTrailing},
		{"fails: above the limit", make([]byte, proof.MaxAckSize+1), proof.ErrTooLarge},
		{"fails: length near 2^64", with([]byte{0x1a}, bytes.Repeat([]byte{0xff}, 9), []byte{1}), proof.ErrTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := proof.DecodeAck(tc.in)
			require.ErrorIs(t, err, tc.err)
			if tc.err != nil {
				require.Zero(t, got)
			}
		})
	}
}

// The other bodies are read by the same reader; what differs is which fields must be there.
func TestDecodeVoucherAndBindingRefuse(t *testing.T) {
	voucher := proof.Voucher{}.Encode()
	require.Len(t, voucher, 2+16+2+32)
	binding := must(sampleBinding.Encode())
	for _, tc := range []struct {
		name             string
		voucher, binding []byte
		err              error
	}{
		{"ok: as they are", voucher, binding, nil},
		{"fails: empty", nil, nil, proof.ErrNotCanonical},
		{"fails: first byte string missing", voucher[18:], binding[22:], proof.ErrNotCanonical},
		{"fails: last byte string missing", voucher[:18], binding[:56], proof.ErrNotCanonical},
		{"fails: cut", voucher[:len(voucher)-1], binding[:len(binding)-1], proof.ErrTruncated},
		{"fails: left over", append(voucher, 0), append(binding, 0), proof.ErrTrailing},
		{"fails: first byte string shorter", slices.Concat([]byte{0x12, 15}, voucher[3:]), slices.Concat([]byte{0x0a, 19}, binding[3:]),
			proof.ErrRange},
		{"fails: above the limit", make([]byte, proof.MaxVoucherSize+1), make([]byte, proof.MaxBindingSize+1), proof.ErrTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := proof.DecodeVoucher(tc.voucher)
			require.ErrorIs(t, err, tc.err)
			_, err = proof.DecodeBinding(tc.binding)
			require.ErrorIs(t, err, tc.err)
		})
	}
}

func TestBindingAddresses(t *testing.T) {
	for _, tc := range []struct {
		name            string
		owner, operator int
		err             error
	}{
		{"ok: plain accounts", 20, 20, nil},
		{"ok: owner is a module account", 32, 20, nil},
		{"fails: no owner", 0, 20, proof.ErrRange},
		{"fails: owner too short", 19, 20, proof.ErrRange},
		{"fails: operator between the lengths", 20, 21, proof.ErrRange},
		{"fails: operator too long", 20, 33, proof.ErrRange},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := proof.Binding{Owner: make([]byte, tc.owner), Operator: make([]byte, tc.operator)}
			_, err := b.Encode()
			require.ErrorIs(t, err, tc.err)
			_, err = b.SignBytes(domain)
			require.ErrorIs(t, err, tc.err)
		})
	}
}

func TestDecodedBindingOwnsItsMemory(t *testing.T) {
	enc, err := sampleBinding.Encode()
	require.NoError(t, err)
	got, err := proof.DecodeBinding(enc)
	require.NoError(t, err)
	clear(enc)
	require.Equal(t, sampleBinding, got)
}

func TestBodiesGolden(t *testing.T) {
	binding, err := sampleBinding.Encode()
	require.NoError(t, err)
	golden(t, "ack", sampleAck.Encode())
	golden(t, "ack-max", maxAck.Encode())
	golden(t, "voucher", sampleVoucher.Encode())
	golden(t, "voucher-max", maxVoucher.Encode())
	golden(t, "binding", binding)
}

func FuzzDecodeAck(f *testing.F) {
	f.Add(sampleAck.Encode())
	f.Add(maxAck.Encode())
	f.Add(proof.Ack{}.Encode())
	f.Fuzz(func(t *testing.T, in []byte) {
		if a, err := proof.DecodeAck(in); err == nil {
			require.Equal(t, in, a.Encode())
		}
	})
}

func FuzzDecodeVoucher(f *testing.F) {
	f.Add(sampleVoucher.Encode())
	f.Add(maxVoucher.Encode())
	f.Add(proof.Voucher{}.Encode())
	f.Fuzz(func(t *testing.T, in []byte) {
		if v, err := proof.DecodeVoucher(in); err == nil {
			require.Equal(t, in, v.Encode())
		}
	})
}

func FuzzDecodeBinding(f *testing.F) {
	enc, err := sampleBinding.Encode()
	require.NoError(f, err)
	f.Add(enc)
	f.Add(enc[:len(enc)-1])
	f.Fuzz(func(t *testing.T, in []byte) {
		if b, err := proof.DecodeBinding(in); err == nil {
			out, err := b.Encode()
			require.NoError(t, err)
			require.Equal(t, in, out)
		}
	})
}
