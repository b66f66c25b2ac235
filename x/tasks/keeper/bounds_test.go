package keeper_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// However often a deal is extended, its escrow comes to 2^127 and not to a unit more, whatever the client has.
func TestExtensionsComeToTheLargestAmount(t *testing.T) {
	f := newFixture(t, 3)
	rate := types.MaxAmount().QuoRaw(128)
	f.w.params.Storage.Price, f.w.params.Storage.ReserveBps = rate, 0
	plenty := sdk.NewCoins(sdk.NewCoin(denom, types.MaxAmount().MulRaw(4)))
	require.NoError(t, f.w.MintCoins(f.ctx, "faucet", plenty))
	require.NoError(t, f.w.SendCoinsFromModuleToAccount(f.ctx, "faucet", account("client"), plenty))
	msg := openMsg(16)
	msg.MaxRate, msg.Profile = rate, types.Profile{K: 1, N: 4} // a 32nd of the largest amount an epoch
	id := must(f, f.msgs.OpenDeal, msg).Deal
	extend := func(epochs uint64) *types.MsgExtendDeal {
		return &types.MsgExtendDeal{Client: client(), Deal: id, Epochs: epochs}
	}
	refuse(f, f.msgs.ExtendDeal, extend(17), types.ErrInvalidDeal)
	must(f, f.msgs.ExtendDeal, extend(8))
	refuse(f, f.msgs.ExtendDeal, extend(9), types.ErrInvalidDeal)
	must(f, f.msgs.ExtendDeal, extend(8))
	require.Equal(t, types.MaxAmount().String(), f.deal(id).Deal.Escrow.String())
	refuse(f, f.msgs.ExtendDeal, extend(1), types.ErrInvalidDeal)
}

// A proof pays for 16 repairs, and the next one for the rest.
func TestRepairsThatOneProofPays(t *testing.T) {
	const deals = 17
	f := newFixture(t, 3)
	for range deals {
		f.open(20)
	}
	f.to(f.ctx.BlockHeight() + 2)
	lost := map[uint64]uint32{}
	for id := uint64(1); id <= deals; id++ {
		nodes := must(f, f.msgs.DrawDeal, drawMsg(client(), id)).Nodes
		f.commit(id)
		for index, node := range nodes {
			must(f, f.msgs.Ack, f.ackMsg(node, id, uint32(index)))
			if node == 1 {
				lost[id] = uint32(index)
			}
		}
	}
	f.join(4, "owner4")
	f.toEpoch(3)
	for id := uint64(1); id <= deals; id++ {
		must(f, f.msgs.ReportLoss, reportMsg(1, id, lost[id]))
	}
	f.to(f.ctx.BlockHeight() + 2)
	for id := uint64(1); id <= deals; id++ {
		require.Equal(t, int64(repair), must(f, f.msgs.TakeIndex, takeMsg(4, id, lost[id])).RepairPay.Int64())
		must(f, f.msgs.Ack, f.ackMsg(4, id, lost[id]))
	}
	for at, want := range [][]uint64{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, {17}, nil} {
		f.events()
		escrowed := f.escrowed()
		f.prove(4+uint64(at), 4)
		var paid []uint64
		for _, e := range eventsOf[*types.EventRepairPaid](f.events()) {
			require.Equal(t, int64(repair), e.Amount.Int64())
			paid = append(paid, e.Deal)
		}
		require.Equal(t, want, paid)
		require.Equal(t, escrowed-deals*price-int64(len(want))*repair, f.escrowed())
	}
}

// Two claims that are kept no longer go with each proof: one node that proves is enough for the claims of two, and they
// never pile up.
func TestOldClaimsAreDroppedTwoAtATime(t *testing.T) {
	f := newFixture(t, 3)
	_, nodes := f.held(40)
	f.claim(2, nodes...)
	f.claim(3, nodes...)
	slices.Sort(nodes)
	a, b, c := nodes[0], nodes[1], nodes[2]
	claims := func() (list [][2]uint64) {
		for _, s := range f.export().Claims {
			list = append(list, [2]uint64{s.Epoch, s.Node})
		}
		return list
	}
	old := [][2]uint64{{2, a}, {2, b}, {2, c}, {3, a}, {3, b}, {3, c}}
	require.Equal(t, old, claims())
	for epoch, left := range []int{6, 4, 2, 0, 0} {
		f.prove(17+uint64(epoch), a)
		want := slices.Clone(old[6-left:])
		for e := uint64(17); e <= 17+uint64(epoch); e++ {
			want = append(want, [2]uint64{e, a})
		}
		require.Equal(t, want, claims(), "after the proof of epoch %d", 17+epoch)
	}
}
