package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// income is what the owners of nodes got by fees, with the emission that may follow them at a cap.
func (f *fixture) income(capBps uint32, nodes ...uint64) (earned, matched math.Int) {
	earned, matched = math.ZeroInt(), math.ZeroInt()
	for _, fee := range f.w.fees {
		for _, n := range nodes {
			if fee.Node == n {
				// With the whole bucket to oneself the cap alone bounds the match.
				earned, matched = earned.Add(fee.Earned), matched.Add(fee.Burnt.MulRaw(int64(capBps)).QuoRaw(10_000))
			}
		}
	}
	return earned, matched
}

// A founder who is his own client, holds all nodes and has the whole bucket to himself loses
// τ(1−κ) of what he pays himself, and the burn of the opening.
func TestSelfDealingLosesMoney(t *testing.T) {
	for _, tc := range []struct{ tau, kappa uint32 }{{100, 8_000}, {2_000, 8_000}, {5_000, 8_000}, {5_000, 0}, {2_000, 4_000}} {
		t.Run(fmt.Sprintf("ok: tau %d kappa %d", tc.tau, tc.kappa), func(t *testing.T) {
			f := newFixture(t, 3)
			f.w.params.Pay.BurnBps = tc.tau
			id, nodes := f.held(4)
			for e := uint64(2); e <= 5; e++ {
				f.prove(e, nodes...)
			}
			f.toEpoch(7)
			f.to(f.ctx.BlockHeight() + 1)
			require.Equal(t, types.DEAL_STATUS_SETTLED, f.deal(id).Deal.Status)
			const gross = 12 * price
			earned, matched := f.income(tc.kappa, nodes...)
			net := math.NewInt(f.has("client") - funds).Add(earned).Add(matched)
			bound := math.NewInt(gross).MulRaw(int64(tc.tau)).MulRaw(int64(10_000 - tc.kappa)).QuoRaw(10_000 * 10_000).Neg()
			require.True(t, net.LTE(bound), "net %s, bound %s", net, bound)
			// Were the match not capped below the burn, paying oneself would pay.
			_, uncapped := f.income(20_000, nodes...)
			require.True(t, net.Sub(matched).Add(uncapped).IsPositive(), "the bound is the cap's doing")
		})
	}
}

// Friends who lose an index to each other pay for it: the loser's bond buys the repair, and a share
// of that is burnt on the way.
func TestLossAndRepairFriends(t *testing.T) {
	f := newFixture(t, 5)
	f.w.params.Bond.MinBond = math.OneInt() // so that the loser may be drawn again
	id, nodes := f.held(40)
	friends := []uint64{1, 2, 3, 4, 5}
	bonds := func() math.Int {
		sum := math.ZeroInt()
		for _, n := range friends {
			sum = sum.Add(f.w.nodes[n].OwnBond)
		}
		return sum
	}
	before, rounds := bonds(), int64(0)
	holder := nodes[0]
	rates := int64(0) // what honest holding of the index pays meanwhile is no gain of the game
	f.prove(2, holder)
	rates++
	for f.epoch() < 20 {
		f.toEpoch(f.epoch() + 1)
		must(f, f.msgs.ReportLoss, reportMsg(holder, id, 0))
		f.to(f.ctx.BlockHeight() + 2 + 14)
		holder = takers(f, id)[0]
		require.Equal(t, int64(repair), must(f, f.msgs.TakeIndex, takeMsg(holder, id, 0)).RepairPay.Int64())
		must(f, f.msgs.Ack, f.ackMsg(holder, id, 0))
		f.prove(f.epoch()+1, holder)
		rates++
		rounds++
	}
	require.Greater(t, rounds, int64(4))
	earned, matched := f.income(8_000, friends...)
	gain := earned.Add(matched).Add(bonds().Sub(before))
	rate := math.NewInt(price - 201 + 160) // of one epoch, after the burn, with its match
	require.True(t, gain.LTE(rate.MulRaw(rates).SubRaw(rounds*repair*2_000*2_000/100_000_000)), "gain %s of %d rates and %d games", gain, rates, rounds)
	require.Equal(t, before.SubRaw(rounds*repair).String(), bonds().String())
}

// A client that opens deals and cancels them at once pays for the draws and gets no space.
func TestClientThatCancelsAtOnce(t *testing.T) {
	f := newFixture(t, 3)
	const deals = 9
	_, _, burnt := opened(50)
	for range deals {
		id, nodes := f.held(50)
		must(f, f.msgs.CancelDeal, &types.MsgCancelDeal{Client: client(), Deal: id})
		for _, n := range nodes {
			require.True(t, f.owed(n, 2).Amount.IsZero())
			require.True(t, f.owed(n, 60).Amount.IsZero())
		}
		_, err := send(f, f.msgs.CancelDeal, &types.MsgCancelDeal{Client: client(), Deal: id})
		require.ErrorIs(t, err, types.ErrWrongState)
	}
	require.Equal(t, uint64(1), f.epoch())
	f.toEpoch(3)
	f.to(f.ctx.BlockHeight() + 1)
	require.Equal(t, funds-deals*burnt, f.has("client"), "every opening burnt its share")
	require.Zero(t, f.escrowed())
	for node := range f.w.nodes {
		require.Equal(t, int64(bond), f.w.nodes[node].OwnBond.Int64(), "nobody who kept his word pays")
	}
}

// Who reports an index lost and claims it all the same, or claims after others found it lost, is refused.
func TestLossThenClaim(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(10)
	f.toEpoch(3)
	whole := f.claimMsg(nodes[0], 2)
	must(f, f.msgs.ReportLoss, reportMsg(nodes[0], id, 0))
	_, err := send(f, f.msgs.Claim, whole)
	require.ErrorIs(t, err, types.ErrInvalidClaim)
	f.to(opening(4) + 15) // two silent epochs of the others
	must(f, f.msgs.DeclareLoss, declareMsg(id, 1))
	f.toEpoch(5)
	must(f, f.msgs.Claim, f.claimMsg(nodes[1], 4)) // the epoch it was declared in is still its own
	f.toEpoch(6)
	_, err = send(f, f.msgs.Claim, &types.MsgClaim{Operator: operator(nodes[1]), Network: networkID, Epoch: 5, Root: whole.Root, Total: whole.Total})
	require.ErrorIs(t, err, types.ErrInvalidClaim)
}
