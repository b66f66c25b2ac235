package wire_test

import (
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

func TestRoundTrip(t *testing.T) {
	for _, m := range requests() {
		b, err := wire.Encode(m)
		require.NoError(t, err)
		var got wire.Request
		require.NoError(t, wire.Decode(b, &got))
		require.Equal(t, m, &got)
	}
	for _, m := range answers() {
		b, err := wire.Encode(m)
		require.NoError(t, err)
		var got wire.Answer
		require.NoError(t, wire.Decode(b, &got))
		require.Equal(t, m, &got)
	}
}

func TestGoldenBytes(t *testing.T) {
	b, err := wire.Encode(&wire.Request{Store: &wire.Store{Deal: 300, Version: 2, Base: 1, BaseRoot: fill(0xaa, 32), Kept: []wire.Range{{From: 4, Count: 2}}, ListBytes: 7}})
	require.NoError(t, err)
	require.Equal(t, "2a31"+"08ac02"+"1002"+"1801"+"2220"+hex.EncodeToString(fill(0xaa, 32))+"2a0408041002"+"3007", hex.EncodeToString(b))
	b, err = wire.Encode(&wire.Answer{Code: 6, Reason: "x", Missing: []uint64{1, 300}})
	require.NoError(t, err)
	require.Equal(t, "0806"+"120178"+"3a0301ac02", hex.EncodeToString(b))
}

func TestGoldenPayments(t *testing.T) {
	voucher := "10" + hex.EncodeToString(fill(8, 16)) + "%s02%s20" + hex.EncodeToString(fill(0, 32)) + "%s40" + hex.EncodeToString(fill(9, 64))
	for _, test := range []struct {
		name string
		m    *wire.Request
		want string
	}{
		{"ok: pay", payRequest(), "327b" + "08ac02" + "12" + fmt.Sprintf(voucher, "18", "22", "2a")},
		{"ok: ask", &wire.Request{Pay: &wire.Pay{Channel: 1}}, "32020801"},
		{"ok: fellow", fellowRequest(), "3a0308ac02"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, err := wire.Encode(test.m)
			require.NoError(t, err)
			require.Equal(t, test.want, hex.EncodeToString(b))
		})
	}
	m := standing()
	m.Account.Evidence = fill(0, 32)
	b, err := wire.Encode(m)
	require.NoError(t, err)
	require.Equal(t, "428a01"+"0a"+fmt.Sprintf(voucher, "10", "1a", "22")+"2a10"+hex.EncodeToString(fill(7, 16)), hex.EncodeToString(b))
	b, err = wire.Encode(&wire.Answer{Account: &wire.Account{}})
	require.NoError(t, err)
	require.Equal(t, "4200", hex.EncodeToString(b))
	b, err = wire.Encode(wire.Refuse(wire.Unpaid, "x").Answer())
	require.NoError(t, err)
	require.Equal(t, "080a120178", hex.EncodeToString(b))
}

func TestLargestMessagesFit(t *testing.T) {
	store := storeRequest()
	store.Store.Kept = nil
	for i := range uint64(wire.MaxRanges) {
		store.Store.Kept = append(store.Store.Kept, wire.Range{From: wire.MaxSegments - 2*wire.MaxRanges + 2*i, Count: 1})
	}
	b, err := wire.Encode(store)
	require.NoError(t, err)
	require.NoError(t, wire.Decode(b, &wire.Request{}))

	store.Store.Kept = append(store.Store.Kept, wire.Range{From: wire.MaxSegments - 1, Count: 1})
	_, err = wire.Encode(store)
	require.ErrorIs(t, err, wire.ErrInvalid)
}

func TestRequestBounds(t *testing.T) {
	tests := []struct {
		name   string
		change func(*wire.Request)
	}{
		{"fails: nothing", func(m *wire.Request) { *m = wire.Request{} }},
		{"fails: two", func(m *wire.Request) { m.Get = getRequest().Get }},
		{"fails: all", func(m *wire.Request) {
			m.Put, m.Get, m.Layout, m.Store = putRequest().Put, getRequest().Get, layoutRequest().Layout, storeRequest().Store
			m.Pay, m.Fellow = payRequest().Pay, fellowRequest().Fellow
		}},
		{"fails: paid as well", func(m *wire.Request) { m.Pay = payRequest().Pay }},
		{"fails: a fellow as well", func(m *wire.Request) { m.Fellow = fellowRequest().Fellow }},
		{"fails: fellow of no deal", func(m *wire.Request) { *m = *fellowRequest(); m.Fellow.Deal = 0 }},
		{"fails: grant without deal", func(m *wire.Request) { m.Grant.Deal = 0 }},
		{"fails: grant for index 256", func(m *wire.Request) { m.Grant.Index = 256 }},
		{"fails: short key", func(m *wire.Request) { m.Grant.ClientKey = fill(1, 32) }},
		{"fails: long signature", func(m *wire.Request) { m.Grant.Signature = fill(1, 65) }},
		{"fails: put of a short root", func(m *wire.Request) { *m = *putRequest(); m.Put.Root = fill(1, 31) }},
		{"fails: put of nothing", func(m *wire.Request) { *m = *putRequest(); m.Put.Length = 0 }},
		{"fails: put of too much", func(m *wire.Request) { *m = *putRequest(); m.Put.Length++ }},
		{"fails: get of no root", func(m *wire.Request) { *m = *getRequest(); m.Get.Root = nil }},
		{"fails: get beyond", func(m *wire.Request) { *m = *getRequest(); m.Get.Length++ }},
		{"fails: get from beyond", func(m *wire.Request) { *m = *getRequest(); m.Get.Offset, m.Get.Length = wire.MaxPiece, 0 }},
		{"fails: get of more than 64 bits", func(m *wire.Request) { *m = *getRequest(); m.Get.Length = 1<<64 - 1 }},
		{"fails: layout of no deal", func(m *wire.Request) { *m = *layoutRequest(); m.Layout.Deal = 0 }},
		{"fails: layout 0", func(m *wire.Request) { *m = *layoutRequest(); m.Layout.Version = 0 }},
		{"fails: layout without root", func(m *wire.Request) { *m = *layoutRequest(); m.Layout.Root = nil }},
		{"fails: store for no deal", func(m *wire.Request) { *m = *storeRequest(); m.Store.Deal = 0 }},
		{"fails: store out of itself", func(m *wire.Request) { *m = *storeRequest(); m.Store.Base = 3 }},
		{"fails: store without base root", func(m *wire.Request) { *m = *storeRequest(); m.Store.BaseRoot = nil }},
		{"fails: store with a root of no base", func(m *wire.Request) { *m = *storeRequest(); m.Store.Base, m.Store.Kept = 0, nil }},
		{"fails: store that keeps of nothing", func(m *wire.Request) { *m = *storeRequest(); m.Store.Base, m.Store.BaseRoot = 0, nil }},
		{"fails: list too long", func(m *wire.Request) { *m = *storeRequest(); m.Store.ListBytes++ }},
		{"fails: layout of nothing", func(m *wire.Request) { *m = *storeRequest(); m.Store.Kept, m.Store.ListBytes = nil, 0 }},
		{"fails: empty range", func(m *wire.Request) { *m = *storeRequest(); m.Store.Kept[0].Count = 0 }},
		{"fails: ranges that meet", func(m *wire.Request) { *m = *storeRequest(); m.Store.Kept[1].From = 1 }},
		{"fails: ranges in disorder", func(m *wire.Request) { *m = *storeRequest(); m.Store.Kept[0].From = 9 }},
		{"fails: range beyond", func(m *wire.Request) { *m = *storeRequest(); m.Store.Kept[1].From = wire.MaxSegments - 2 }},
		{"fails: range of more than 64 bits", func(m *wire.Request) { *m = *storeRequest(); m.Store.Kept[1].Count = 1<<64 - 1 }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := grantRequest()
			test.change(m)
			_, err := wire.Encode(m)
			require.ErrorIs(t, err, wire.ErrInvalid)
			b, err := m.Marshal()
			require.NoError(t, err)
			require.ErrorIs(t, wire.Decode(b, &wire.Request{}), wire.ErrInvalid)
		})
	}
}

func TestAnswerBounds(t *testing.T) {
	tests := []struct {
		name string
		m    *wire.Answer
	}{
		{"fails: long reason", &wire.Answer{Code: 1, Reason: string(fill('a', 257))}},
		{"fails: unprintable reason", &wire.Answer{Code: 1, Reason: "a\nb"}},
		{"fails: reason that is no text", &wire.Answer{Code: 1, Reason: "\xff"}},
		{"fails: reason for nothing", &wire.Answer{Reason: "a"}},
		{"fails: more follows than there is", &wire.Answer{Length: 1, Follow: 2}},
		{"fails: too long", &wire.Answer{Length: wire.MaxList + 1}},
		{"fails: half a CV", &wire.Answer{Length: 1, Cvs: fill(1, 16)}},
		{"fails: too many CVs", &wire.Answer{Length: 1, Cvs: fill(1, 513*32)}},
		{"fails: short signature", &wire.Answer{Signature: fill(1, 63)}},
		{"fails: refused and given", &wire.Answer{Code: 1, Length: 1}},
		{"fails: refused and signed", &wire.Answer{Code: 1, Signature: fill(1, 64)}},
		{"fails: accepted and missing", &wire.Answer{Missing: []uint64{1}}},
		{"fails: too many missing", &wire.Answer{Code: 6, Missing: make([]uint64, 65)}},
		{"fails: missing twice", &wire.Answer{Code: 6, Missing: []uint64{1, 1}}},
		{"fails: missing beyond", &wire.Answer{Code: 6, Missing: []uint64{wire.MaxSegments}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := wire.Encode(test.m)
			require.ErrorIs(t, err, wire.ErrInvalid)
			b, err := test.m.Marshal()
			require.NoError(t, err)
			require.ErrorIs(t, wire.Decode(b, &wire.Answer{}), wire.ErrInvalid)
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	put, err := wire.Encode(putRequest())
	require.NoError(t, err)
	tests := []struct {
		name string
		b    []byte
		want error
	}{
		{"fails: too long", make([]byte, 64<<10), wire.ErrTooLarge},
		{"fails: cut off", put[:len(put)-1], wire.ErrMalformed},
		{"fails: a group", []byte{0x0b, 0x0c}, wire.ErrMalformed},
		{"fails: field 0", []byte{0x00, 0x00}, wire.ErrMalformed},
		{"fails: put twice", append(append([]byte{}, put...), put...), wire.ErrNotCanonical},
		{"fails: varint with a spare byte", []byte{0x22, 0x03, 0x08, 0x81, 0x00}, wire.ErrNotCanonical},
		{"fails: zero that is written", []byte{0x22, 0x02, 0x08, 0x00}, wire.ErrNotCanonical},
		{"fails: wrong wire type", []byte{0x20, 0x01}, wire.ErrMalformed},
		{"fails: a range of two bytes, many times", append([]byte{0x2a, 0x80, 0xf0, 0x01}, tile(0x2a, 0x00, 15<<10)...), wire.ErrTooLarge},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.ErrorIs(t, wire.Decode(test.b, &wire.Request{}), test.want)
		})
	}
}

// tile returns two bytes n times.
func tile(a, b byte, n int) []byte {
	var all []byte
	for range n {
		all = append(all, a, b)
	}
	return all
}

func TestUnknownFieldsAreKept(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		b, err := wire.Encode(rapid.SampledFrom(requests()).Draw(t, "request"))
		require.NoError(t, err)
		b = append(b, 0x82, 0x01) // field 16, bytes
		text := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "unknown")
		b = append(append(b, byte(len(text))), text...)
		var m wire.Request
		require.NoError(t, wire.Decode(b, &m))
		again, err := wire.Encode(&m)
		require.NoError(t, err)
		require.Equal(t, b, again)
	})
}

func TestGrantPreimage(t *testing.T) {
	g := wire.Granted{Deal: 300, Index: 2, Height: 1, Holder: [32]byte(fill(0xaa, 32)), Sender: [32]byte(fill(0xbb, 32))}
	b, err := g.Preimage(proof.Domain{ChainID: "mesh-1", Network: "net"})
	require.NoError(t, err)
	want := "6d6573682f6772616e742f763100" + "066d6573682d31" + "036e6574" + "44" + "ac02" + "02" + "01" +
		hex.EncodeToString(fill(0xaa, 32)) + hex.EncodeToString(fill(0xbb, 32))
	require.Equal(t, want, hex.EncodeToString(b))
	require.Equal(t, g, g.Message(fill(1, 33), fill(2, 64)).Granted(g.Holder, g.Sender))

	_, err = g.Preimage(proof.Domain{})
	require.ErrorIs(t, err, proof.ErrDomain)
}

func FuzzDecodeRequest(f *testing.F) {
	for _, m := range requests() {
		b, err := wire.Encode(m)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var m wire.Request
		if wire.Decode(b, &m) != nil {
			return
		}
		again, err := wire.Encode(&m)
		require.NoError(t, err)
		require.Equal(t, b, again)
		if m.Pay != nil {
			require.Equal(t, len(m.Pay.Amount) == 0, m.Pay.Voucher().IsNone())
		}
	})
}

func FuzzDecodeAnswer(f *testing.F) {
	for _, m := range answers() {
		b, err := wire.Encode(m)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var m wire.Answer
		if wire.Decode(b, &m) != nil {
			return
		}
		again, err := wire.Encode(&m)
		require.NoError(t, err)
		require.Equal(t, b, again, "another encoding")
		_ = m.Refused()
		if m.Account != nil {
			require.Equal(t, len(m.Account.Amount) == 0, m.Account.Account(1).Latest.IsNone())
		}
	})
}
