package wire_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// parts are the fields of a voucher, in a Pay and in an Account.
type parts struct {
	amount              *[]byte
	count               *uint64
	evidence, signature *[]byte
}

func payParts(m *wire.Pay) parts { return parts{&m.Amount, &m.Count, &m.Evidence, &m.Signature} }
func accountParts(m *wire.Account) parts {
	return parts{&m.Amount, &m.Count, &m.Evidence, &m.Signature}
}

// TestVoucherBounds: a voucher is there whole or not at all, wherever it is.
func TestVoucherBounds(t *testing.T) {
	for name, change := range map[string]func(parts){
		"ok: whole":                        func(parts) {},
		"ok: none":                         func(v parts) { *v.amount, *v.count, *v.evidence, *v.signature = nil, 0, nil, nil },
		"ok: the largest":                  func(v parts) { *v.amount, *v.count = fill(0xff, 16), 1<<64-1 },
		"ok: the smallest":                 func(v parts) { *v.amount, *v.count = append(fill(0, 15), 1), 1 },
		"fails: of nothing":                func(v parts) { *v.amount = fill(0, 16) },
		"fails: no amount":                 func(v parts) { *v.amount = nil },
		"fails: short amount":              func(v parts) { *v.amount = fill(8, 15) },
		"fails: long amount":               func(v parts) { *v.amount = fill(8, 17) },
		"fails: no count":                  func(v parts) { *v.count = 0 },
		"fails: no evidence":               func(v parts) { *v.evidence = nil },
		"fails: short evidence":            func(v parts) { *v.evidence = fill(5, 31) },
		"fails: long evidence":             func(v parts) { *v.evidence = fill(5, 33) },
		"fails: no signature":              func(v parts) { *v.signature = nil },
		"fails: short signature":           func(v parts) { *v.signature = fill(9, 63) },
		"fails: long signature":            func(v parts) { *v.signature = fill(9, 65) },
		"fails: nothing but the amount":    func(v parts) { *v.count, *v.evidence, *v.signature = 0, nil, nil },
		"fails: nothing but the count":     func(v parts) { *v.amount, *v.evidence, *v.signature = nil, nil, nil },
		"fails: nothing but the evidence":  func(v parts) { *v.amount, *v.count, *v.signature = nil, 0, nil },
		"fails: nothing but the signature": func(v parts) { *v.amount, *v.count, *v.evidence = nil, 0, nil },
	} {
		t.Run(name, func(t *testing.T) {
			pay, account := payRequest(), standing()
			change(payParts(pay.Pay))
			change(accountParts(account.Account))
			requireBounds(t, name[:2] == "ok", pay, &wire.Request{})
			requireBounds(t, name[:2] == "ok", account, &wire.Answer{})
		})
	}
}

// requireBounds fails unless a message is encoded and decoded, or refused both ways.
func requireBounds[M wire.Message](t *testing.T, ok bool, m, empty M) {
	t.Helper()
	b, err := m.Marshal()
	require.NoError(t, err)
	encoded, err := wire.Encode(m)
	if !ok {
		require.ErrorIs(t, err, wire.ErrInvalid)
		require.ErrorIs(t, wire.Decode(b, empty), wire.ErrInvalid)
		return
	}
	require.NoError(t, err)
	require.Equal(t, b, encoded)
	require.NoError(t, wire.Decode(b, empty))
	require.Equal(t, m, empty)
}

func TestPaymentBounds(t *testing.T) {
	for name, m := range map[string]*wire.Pay{
		"ok: the first channel":         {Channel: 1},
		"fails: no channel":             {Amount: fill(8, 16), Count: 2, Evidence: fill(0, 32), Signature: fill(9, 64)},
		"fails: no channel, no voucher": {},
	} {
		t.Run(name, func(t *testing.T) {
			requireBounds(t, name[:2] == "ok", &wire.Request{Pay: m}, &wire.Request{})
		})
	}
	for name, m := range map[string]*wire.Answer{
		"ok: more is used than promised":  {Account: &wire.Account{Used: fill(0xff, 16)}},
		"fails: used, a byte too few":     {Account: &wire.Account{Used: fill(7, 15)}},
		"fails: used, a byte too many":    {Account: &wire.Account{Used: fill(7, 17)}},
		"fails: used, and half a voucher": {Account: &wire.Account{Used: fill(7, 16), Count: 1}},
		"fails: refused, with an account": {Code: uint32(wire.Unpaid), Account: standing().Account},
		"fails: refused, with no voucher": {Code: uint32(wire.Unknown), Account: &wire.Account{}},
	} {
		t.Run(name, func(t *testing.T) {
			requireBounds(t, name[:2] == "ok", m, &wire.Answer{})
		})
	}
}

// TestDecodeRefusesAccounts: the fields of an account are counted before anything is allocated for them, and have one encoding.
func TestDecodeRefusesAccounts(t *testing.T) {
	good, err := wire.Encode(standing())
	require.NoError(t, err)
	for name, test := range map[string]struct {
		b    []byte
		want error
	}{
		"fails: an account of many fields":  {append([]byte{0x42, 0x80, 0xf0, 0x01}, tile(0x32, 0x00, 15<<10)...), wire.ErrTooLarge},
		"fails: many accounts":              {tile(0x42, 0x00, 15<<10), wire.ErrTooLarge},
		"fails: two accounts of many":       {append(account(0x32, 2500), account(0x32, 2500)...), wire.ErrTooLarge},
		"fails: a group in an account":      {[]byte{0x42, 0x02, 0x0b, 0x0c}, wire.ErrMalformed},
		"fails: field 0 in an account":      {[]byte{0x42, 0x02, 0x00, 0x00}, wire.ErrMalformed},
		"fails: an account that is cut off": {good[:len(good)-1], wire.ErrMalformed},
		"fails: an account that is too big": {[]byte{0x42, 0x03, 0x0a, 0x10, 0x00}, wire.ErrMalformed},
		"fails: an account that is a count": {[]byte{0x40, 0x01}, wire.ErrMalformed},
		"fails: two accounts":               {append(append([]byte{}, good...), good...), wire.ErrNotCanonical},
		"fails: an empty field":             {[]byte{0x42, 0x02, 0x0a, 0x00}, wire.ErrNotCanonical},
		"fails: a zero that is written":     {[]byte{0x42, 0x02, 0x10, 0x00}, wire.ErrNotCanonical},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorIs(t, wire.Decode(test.b, &wire.Answer{}), test.want)
		})
	}
	// What is no message is not looked into: a reason of bytes that would be a group, and what a later version puts behind.
	require.ErrorIs(t, wire.Decode([]byte{0x08, 0x01, 0x12, 0x02, 0x0b, 0x0c}, &wire.Answer{}), wire.ErrInvalid)
	require.NoError(t, wire.Decode([]byte{0x4a, 0x02, 0x0b, 0x0c}, &wire.Answer{}))
	for _, tag := range []byte{0x32, 0x3a} { // Pay and Fellow
		require.ErrorIs(t, wire.Decode(append([]byte{tag, 0x80, 0xf0, 0x01}, tile(0x32, 0x00, 15<<10)...), &wire.Request{}), wire.ErrTooLarge)
		require.ErrorIs(t, wire.Decode([]byte{tag, 0x02, 0x0b, 0x0c}, &wire.Request{}), wire.ErrMalformed)
	}
	later, err := wire.Encode(fellowRequest())
	require.NoError(t, err)
	require.NoError(t, wire.Decode(append(later, 0x42, 0x02, 0x0b, 0x0c), &wire.Request{}))
}

// account returns the field of an answer with so many empty fields of that tag in it, at least 64.
func account(tag byte, fields int) []byte {
	size := 2 * fields
	return append([]byte{0x42, byte(size)&0x7f | 0x80, byte(size >> 7)}, tile(tag, 0x00, fields)...)
}

func drawVoucher(t *rapid.T) work.Voucher {
	v := work.Voucher{Voucher: proof.Voucher{
		Channel: rapid.Uint64Min(1).Draw(t, "channel"), Amount: proof.U128{Hi: rapid.Uint64().Draw(t, "high"), Lo: rapid.Uint64Min(1).Draw(t, "low")},
		Count: rapid.Uint64Min(1).Draw(t, "count"),
	}}
	copy(v.Evidence[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "evidence"))
	copy(v.Signature[:], rapid.SliceOfN(rapid.Byte(), 64, 64).Draw(t, "signature"))
	return v
}

// TestPaymentsAgree: what is handed over, and where a channel is said to stand, comes out as it went in.
func TestPaymentsAgree(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		v := drawVoucher(t)
		b, err := wire.Encode(&wire.Request{Pay: wire.PayWith(v)})
		require.NoError(t, err)
		var m wire.Request
		require.NoError(t, wire.Decode(b, &m))
		require.Equal(t, v.Channel, m.Pay.Channel)
		require.Equal(t, v, m.Pay.Voucher())

		a := work.Account{Latest: v, Used: proof.U128{Hi: rapid.Uint64().Draw(t, "used high"), Lo: rapid.Uint64().Draw(t, "used low")}}
		if rapid.Bool().Draw(t, "nothing promised") {
			a.Latest = work.Voucher{}
		}
		if rapid.Bool().Draw(t, "nothing used") {
			a.Used = proof.U128{}
		}
		b, err = wire.Encode(&wire.Answer{Account: wire.AccountOf(a)})
		require.NoError(t, err)
		var got wire.Answer
		require.NoError(t, wire.Decode(b, &got))
		require.Equal(t, a, got.Account.Account(v.Channel))
	})
}

// TestNoVoucher: a voucher of no amount is none, whatever else is in it.
func TestNoVoucher(t *testing.T) {
	none := work.Voucher{Voucher: proof.Voucher{Channel: 5, Count: 3, Evidence: [32]byte{1}}, Signature: [64]byte{2}}
	require.Equal(t, &wire.Pay{Channel: 5}, wire.PayWith(none))
	require.Equal(t, work.Voucher{}, wire.PayWith(none).Voucher())
	require.Equal(t, work.Voucher{}, askRequest().Pay.Voucher())
	require.Equal(t, &wire.Account{}, wire.AccountOf(work.Account{Latest: none}))
	require.Equal(t, work.Account{}, (&wire.Account{}).Account(5))
	require.Equal(t, work.Account{Used: proof.U128{Lo: 1}}, (&wire.Account{Used: append(fill(0, 15), 1)}).Account(5))
}

// TestVouchersAreCopied: what is sent does not change with what it was made of.
func TestVouchersAreCopied(t *testing.T) {
	m := payRequest().Pay
	v := m.Voucher()
	sent := wire.PayWith(v)
	v.Evidence[0], v.Signature[0] = 77, 77
	m.Evidence[1], m.Signature[1], m.Amount[1] = 77, 77, 77
	require.Equal(t, payRequest().Pay, sent)
}

func TestUnpaid(t *testing.T) {
	require.Equal(t, "unpaid", wire.Unpaid.String())
	err := wire.Refuse(wire.Unpaid, "5 bytes cost 5").Answer().Refused()
	require.ErrorIs(t, err, wire.Unpaid)
	require.EqualError(t, err, "holder refused: unpaid: 5 bytes cost 5")
	require.Equal(t, "code 11", wire.Code(11).String())
}
