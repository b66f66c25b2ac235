package keeper_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	stdmath "math"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// Codes of refusals, as they stand in results.
const (
	codeWindow   = 13
	codeNotFound = 22
	codeInvalid  = 24
	codeSpent    = 25
)

// voucher promises the node of a channel of the client an amount in all.
func (f *fixture) voucher(channel uint64, amount int64, count uint64) types.Voucher {
	return voucherBy(payerKey("client"), proof.Domain{ChainID: chainID, Network: networkID}, channel, amount, count)
}

func voucherBy(key ed25519.PrivateKey, d proof.Domain, channel uint64, amount int64, count uint64) types.Voucher {
	evidence := sha256.Sum256(fmt.Append(nil, channel, amount, count))
	body := proof.Voucher{Channel: channel, Amount: proof.U64(uint64(amount)), Count: count, Evidence: evidence}
	signature, err := body.Sign(key, d)
	if err != nil {
		panic(err)
	}
	return types.Voucher{Channel: channel, Amount: math.NewInt(amount), Count: count, Evidence: evidence[:], Signature: signature}
}

func redeemMsg(vouchers ...types.Voucher) *types.MsgRedeemVouchers {
	return &types.MsgRedeemVouchers{Sender: addr(account("anyone")), Vouchers: vouchers}
}

// redeemed returns code, gross and earned of each voucher of a batch.
func redeemed(f *fixture, vouchers ...types.Voucher) [][3]int64 {
	var list [][3]int64
	for i, r := range must(f, f.msgs.RedeemVouchers, redeemMsg(vouchers...)).Results {
		require.Equal(f.t, vouchers[i].Channel, r.Channel)
		list = append(list, [3]int64{int64(r.Code), r.Gross.Int64(), r.Earned.Int64()})
	}
	return list
}

// One voucher pays for everything before it, a share is burnt, and whoever sends it the owner is paid.
func TestRedeemVoucher(t *testing.T) {
	f := newFixture(t, 1)
	f.openChannel(1_000, 300)
	f.events()
	v := f.voucher(1, 401, 1_000_000)
	require.Equal(t, [][3]int64{{0, 401, 320}}, redeemed(f, v))
	require.Equal(t, types.Fee{Network: seq, Node: 1, Kind: types.FeeVoucher, Epoch: 1, Burnt: math.NewInt(81), Earned: math.NewInt(320)}, f.w.fees[0])
	require.Equal(t, int64(599), f.escrowed())
	require.Equal(t, &types.EventVoucherRedeemed{
		Channel: 1, Network: networkID, Node: 1, Client: client(), Amount: math.NewInt(401), Count: 1_000_000, Evidence: v.Evidence,
		Gross: math.NewInt(401), Earned: math.NewInt(320),
	}, eventsOf[*types.EventVoucherRedeemed](f.events())[0])
	require.Equal(t, [][3]int64{{0, 599, 479}}, redeemed(f, f.voucher(1, 1_000, 1_000_001)))
	require.Zero(t, f.escrowed())
	c := f.channel(1)
	require.Equal(t, []int64{1_000, 1_000, 1_000_001}, []int64{c.Deposit.Int64(), c.Redeemed.Int64(), int64(c.Count)})
}

// Each voucher of a batch stands by itself.
func TestRedeemBatch(t *testing.T) {
	f := newFixture(t, 2)
	f.openChannel(1_000, 300)
	f.openChannel(1_000, 30)
	f.edit(1, func(n *networktypes.Node) { n.Status = networktypes.NODE_STATUS_LEFT }) // what was earned is paid nevertheless
	forged := voucherBy(payerKey("rival"), proof.Domain{ChainID: chainID, Network: networkID}, 1, 900, 90)
	require.Equal(t, [][3]int64{
		{codeInvalid, 0, 0}, {0, 100, 80}, {codeSpent, 0, 0}, {codeSpent, 0, 0}, {0, 5, 4}, {codeNotFound, 0, 0}, {0, 50, 40}, {0, 10, 8},
	}, redeemed(f, forged, f.voucher(1, 100, 3), f.voucher(1, 100, 3), f.voucher(1, 99, 4), f.voucher(2, 5, 1), f.voucher(3, 5, 1),
		f.voucher(1, 150, 4), f.voucher(1, 160, 4)))
	require.Equal(t, int64(2_000-165), f.escrowed())
	require.Len(t, f.w.fees, 4)
	require.Equal(t, networkID, f.channel(1).Network)
	f.to(firstOpening + 31)
	require.Equal(t, [][3]int64{{codeNotFound, 0, 0}, {0, 1, 0}}, redeemed(f, f.voucher(2, 6, 2), f.voucher(1, 161, 5)))
}

// A client cannot void what its node has by a voucher of its own, over next to nothing, that counts to the end.
func TestCountsOrderNothing(t *testing.T) {
	f := newFixture(t, 1)
	f.openChannel(1_000, 300)
	require.Equal(t, [][3]int64{{0, 5, 4}, {0, 795, 636}, {codeSpent, 0, 0}},
		redeemed(f, f.voucher(1, 5, stdmath.MaxUint64), f.voucher(1, 800, 8), f.voucher(1, 800, stdmath.MaxUint64)))
	c := f.channel(1)
	require.Equal(t, []int64{800, 8}, []int64{c.Redeemed.Int64(), int64(c.Count)}, "what the latest one says")
}

// A voucher counts until the last height of its channel, also where a block had no time to close it.
func TestVoucherOfAnExpiredChannel(t *testing.T) {
	f := newFixture(t, 1)
	f.openChannel(1_000, 30)
	f.ctx = f.ctx.WithBlockHeight(firstOpening + 30)
	require.Equal(t, [][3]int64{{0, 10, 8}}, redeemed(f, f.voucher(1, 10, 1)))
	f.ctx = f.ctx.WithBlockHeight(firstOpening + 31)
	require.Equal(t, [][3]int64{{codeWindow, 0, 0}}, redeemed(f, f.voucher(1, 20, 2)))
}

// Nothing but the channel's own key, over all of the voucher, on this chain and in this network, moves money.
func TestVoucherIsRefused(t *testing.T) {
	f := newFixture(t, 1)
	f.openChannel(1_000, 300)
	f.openChannel(1_000, 300)
	key := payerKey("client")
	for _, tc := range []struct {
		name string
		v    types.Voucher
		code int64
	}{
		{"fails: another chain", voucherBy(key, proof.Domain{ChainID: "mesh-test-2", Network: networkID}, 1, 10, 1), codeInvalid},
		{"fails: another network", voucherBy(key, proof.Domain{ChainID: chainID, Network: otherID}, 1, 10, 1), codeInvalid},
		{"fails: another key", voucherBy(payerKey("rival"), proof.Domain{ChainID: chainID, Network: networkID}, 1, 10, 1), codeInvalid},
		{"fails: more than the deposit", f.voucher(1, 1_001, 1), codeInvalid},
		{"fails: no task", f.voucher(1, 10, 0), codeInvalid},
		{"fails: another channel", changed(f, func(v *types.Voucher) { v.Channel = 2 }), codeInvalid},
		{"fails: another amount", changed(f, func(v *types.Voucher) { v.Amount = math.NewInt(11) }), codeInvalid},
		{"fails: another count", changed(f, func(v *types.Voucher) { v.Count = 2 }), codeInvalid},
		{"fails: other evidence", changed(f, func(v *types.Voucher) { v.Evidence = make([]byte, 32) }), codeInvalid},
		{"fails: no evidence", changed(f, func(v *types.Voucher) { v.Evidence = nil }), codeInvalid},
		{"fails: no signature", changed(f, func(v *types.Voucher) { v.Signature = nil }), codeInvalid},
		{"fails: half a signature", changed(f, func(v *types.Voucher) { v.Signature = v.Signature[:32] }), codeInvalid},
		{"fails: no amount", changed(f, func(v *types.Voucher) { v.Amount = math.Int{} }), codeInvalid},
		{"fails: less than nothing", changed(f, func(v *types.Voucher) { v.Amount = math.NewInt(-1) }), codeInvalid},
		{"fails: more than there can be", changed(f, func(v *types.Voucher) { v.Amount = types.MaxAmount().AddRaw(1) }), codeInvalid},
		{"fails: a channel that is not there", f.voucher(3, 10, 1), codeNotFound},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := f.snapshot()
			require.Equal(t, [][3]int64{{tc.code, 0, 0}}, redeemed(f, tc.v))
			require.Equal(t, before, f.snapshot())
			require.Empty(t, f.w.fees)
		})
	}
	require.Equal(t, [][3]int64{{0, 10, 8}}, redeemed(f, f.voucher(1, 10, 1)))
}

// changed returns a voucher that was changed after it was signed.
func changed(f *fixture, change func(*types.Voucher)) types.Voucher {
	v := f.voucher(1, 10, 1)
	change(&v)
	return v
}

func TestRedeemVouchersIsRefused(t *testing.T) {
	f := newFixture(t, 1)
	f.openChannel(1_000, 300)
	refuse(f, f.msgs.RedeemVouchers, redeemMsg(), types.ErrInvalidRequest)
	var many []types.Voucher
	for i := range types.MaxVouchers + 1 {
		many = append(many, f.voucher(1, int64(i)+1, uint64(i)+1))
	}
	refuse(f, f.msgs.RedeemVouchers, redeemMsg(many...), types.ErrInvalidRequest)
	nobody := redeemMsg(many[:1]...)
	nobody.Sender = "mesh1"
	refuse(f, f.msgs.RedeemVouchers, nobody, types.ErrInvalidRequest)
	require.Len(t, redeemed(f, many[:types.MaxVouchers]...), types.MaxVouchers)
	require.Equal(t, int64(types.MaxVouchers), f.channel(1).Redeemed.Int64())
}

// A signature that is looked at is charged, whatever comes of it.
func TestGasOfVouchers(t *testing.T) {
	f := newFixture(t, 1)
	f.openChannel(1_000, 300)
	for _, tc := range []struct {
		name string
		gas  uint64
		list []types.Voucher
	}{
		{"ok: one", 1_000, []types.Voucher{f.voucher(1, 10, 1)}},
		{"ok: three", 3_000, []types.Voucher{f.voucher(1, 10, 1), f.voucher(1, 20, 2), f.voucher(1, 30, 3)}},
		{"fails: signed for something else", 1_000, []types.Voucher{changed(f, func(v *types.Voucher) { v.Count = 2 })}},
		{"fails: not looked at", 0, []types.Voucher{f.voucher(2, 10, 1), f.voucher(1, 1_001, 1)}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			gas, err := charged(f, f.msgs.RedeemVouchers, redeemMsg(tc.list...))
			require.NoError(t, err)
			require.Equal(t, tc.gas, gas)
		})
	}
}
