package keeper_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// A node without deals claims the slots it was attested in and the duties it did, and proves them: with few owners, who all watch,
// and with many, of whom 15 seats are drawn.
func TestUptimeIsClaimedAndProven(t *testing.T) {
	for _, nodes := range []int{2, 5, 20} {
		f := newFixture(t, nodes)
		f.toEpoch(2)
		w := f.witness(1, 1)
		require.Len(t, w.slots, 4)
		f.toEpoch(2)
		must(f, f.msgs.Claim, w.claimMsg())
		refuse(f, f.msgs.Claim, w.claimMsg(), types.ErrClaimExists)
		f.toProofs(1)
		rsp := must(f, f.msgs.Prove, w.proveMsg())
		worth := w.trie(w.duties).Root().Sum.Lo
		require.NotZero(t, worth)
		require.Equal(t, &types.MsgProveResponse{Gross: math.ZeroInt(), Earned: math.ZeroInt(), UptimeSlots: 4, DutyWorth: worth}, rsp)
		require.Equal(t, []types.Presence{{
			Network: seq, Node: 1, Epoch: 1, Settled: 2, Slots: 4, Duties: worth, Weight: math.NewInt(bond),
			Others: math.NewInt(bond).MulRaw(int64(nodes) - 1),
		}}, f.w.present)
		require.Equal(t, networktypes.Counters{Proven: 1}, f.w.counters[1])
		proven := eventsOf[*types.EventProven](f.events())
		require.Len(t, proven, 1)
		require.Equal(t, uint32(4), proven[0].UptimeSlots)
		require.Equal(t, worth, proven[0].DutyWorth)
		refuse(f, f.msgs.Prove, w.proveMsg(), types.ErrClaimExists)
	}
}

// Uptime and deals are claimed together and proven together; what is not shown of uptime is given up, and the deals are paid.
func TestUptimeBesideDeals(t *testing.T) {
	for _, show := range []struct{ slots, duties bool }{{true, true}, {true, false}, {false, true}, {false, false}} {
		f := newFixture(t, 4)
		_, nodes := f.held(10)
		f.toEpoch(3)
		w := f.witness(nodes[0], 2)
		must(f, f.msgs.Claim, w.claimMsg())
		f.toProofs(2)
		msg := w.show(f.proveMsg(nodes[0], 2))
		want := types.Presence{Slots: 4, Duties: w.trie(w.duties).Root().Sum.Lo}
		if !show.slots {
			msg.Uptime, want.Slots = nil, 0
		}
		if !show.duties {
			msg.Duties, want.Duties = nil, 0
		}
		rsp := must(f, f.msgs.Prove, msg)
		require.Equal(t, int64(price), rsp.Gross.Int64())
		explained, err := f.queries.ExplainClaim(f.ctx, &types.QueryExplainClaimRequest{Network: networkID, Node: nodes[0], Epoch: 2})
		require.NoError(t, err)
		require.Equal(t, []any{want.Slots, want.Duties}, []any{explained.Claim.UptimeSlots, explained.Claim.DutyWorth}, "what was given up was not paid")
		require.Equal(t, []bool{show.slots, show.duties}, []bool{len(explained.Claim.UptimeRoot) > 0, len(explained.Claim.DutyRoot) > 0})
		require.Equal(t, want.Slots, rsp.UptimeSlots)
		require.Equal(t, want.Duties, rsp.DutyWorth)
		require.Len(t, f.w.fees, 1)
		if want.IsNothing() {
			require.Empty(t, f.w.present)
			continue
		}
		require.Len(t, f.w.present, 1)
		require.Equal(t, want.Slots, f.w.present[0].Slots)
		require.Equal(t, want.Duties, f.w.present[0].Duties)
	}
}

func TestUptimeClaimIsRefused(t *testing.T) {
	f := newFixture(t, 4)
	f.toEpoch(2)
	w := f.witness(1, 1)
	root := make([]byte, 32)
	for _, tc := range []struct {
		name   string
		change func(*types.MsgClaim)
		want   error
	}{
		{"fails: neither deals nor uptime nor duties", func(m *types.MsgClaim) {
			m.UptimeRoot, m.UptimeSlots, m.DutyRoot, m.DutyWorth = nil, 0, nil, 0
		}, types.ErrInvalidClaim},
		{"fails: a root of deals that owe nothing", func(m *types.MsgClaim) { m.Root = root }, types.ErrInvalidClaim},
		{"fails: slots without a root", func(m *types.MsgClaim) { m.UptimeRoot = nil }, types.ErrInvalidClaim},
		{"fails: a root without slots", func(m *types.MsgClaim) { m.UptimeSlots = 0 }, types.ErrInvalidClaim},
		{"fails: short root of slots", func(m *types.MsgClaim) { m.UptimeRoot = root[:31] }, types.ErrInvalidClaim},
		{"fails: more slots than there are", func(m *types.MsgClaim) { m.UptimeSlots = 5 }, types.ErrInvalidClaim},
		{"fails: duties without a root", func(m *types.MsgClaim) { m.DutyRoot = nil }, types.ErrInvalidClaim},
		{"fails: a root without duties", func(m *types.MsgClaim) { m.DutyWorth = 0 }, types.ErrInvalidClaim},
		{"fails: long root of duties", func(m *types.MsgClaim) { m.DutyRoot = append(root, 0) }, types.ErrInvalidClaim},
		{"fails: more duties than all nodes together have", func(m *types.MsgClaim) { m.DutyWorth = 4*networktypes.Whole + 1 }, types.ErrInvalidClaim},
	} {
		t.Run(tc.name, func(*testing.T) {
			msg := w.claimMsg()
			tc.change(msg)
			refuseAsTx(f, f.msgs.Claim, msg, tc.want)
		})
	}
	f.edit(1, func(n *networktypes.Node) { n.Weight = math.ZeroInt() })
	refuseAsTx(f, f.msgs.Claim, w.claimMsg(), types.ErrInvalidClaim)
	f.edit(1, func(n *networktypes.Node) { n.Weight = n.OwnBond })
	must(f, f.msgs.Claim, w.claimMsg())

	alone := newFixture(t, 1)
	alone.toEpoch(2)
	require.Empty(t, alone.watch(1, 1).Slots)
	refuseAsTx(alone, alone.msgs.Claim, &types.MsgClaim{
		Operator: operator(1), Network: networkID, Epoch: 1, Total: math.ZeroInt(), UptimeRoot: root, UptimeSlots: 1,
	}, types.ErrInvalidClaim)
}

// While the seed of the watchers is late nothing is claimed by it; deals are.
func TestUptimeWaitsForItsSeed(t *testing.T) {
	f := newFixture(t, 4)
	f.w.seedLate[opening(1)] = epochBlocks
	f.toEpoch(2)
	require.Equal(t, &types.QueryWatchResponse{Assurance: "none", Reason: "the seed that draws the watchers is still to come"}, f.watch(1, 1))
	early := &types.MsgClaim{Operator: operator(1), Network: networkID, Epoch: 1, Total: math.ZeroInt(), UptimeRoot: make([]byte, 32), UptimeSlots: 1}
	refuseAsTx(f, f.msgs.Claim, early, beacontypes.ErrSeedPending)
	f.to(opening(2) + 2)
	require.Equal(t, opening(2)+2, f.watch(1, 1).SeedHeight)
	w := f.witness(1, 1)
	must(f, f.msgs.Claim, w.claimMsg())
	f.toProofs(1)
	must(f, f.msgs.Prove, w.proveMsg())
}

// refuseAsTx sends a message as a transaction that is refused: store, money and world stay as they were.
func refuseAsTx[M, R any](f *fixture, handle func(context.Context, M) (R, error), msg M, want error) {
	before, world := f.snapshot(), f.w.clone()
	_, err := send(f, handle, msg)
	require.ErrorIs(f.t, err, want)
	require.Equal(f.t, before, f.snapshot())
	require.Equal(f.t, world, f.w)
}

func TestProofWithoutAClaimOfIt(t *testing.T) {
	f := newFixture(t, 5)
	f.toEpoch(2)
	w := f.witness(1, 1)
	slots, duties := *w, *w
	slots.duties, duties.slots = nil, nil
	f.apart(f.t, func() {
		must(f, f.msgs.Claim, slots.claimMsg())
		f.toProofs(1)
		refuseAsTx(f, f.msgs.Prove, duties.proveMsg(), types.ErrInvalidProof)
		refuseAsTx(f, f.msgs.Prove, w.proveMsg(), types.ErrInvalidProof)
		refuseAsTx(f, f.msgs.Prove, &types.MsgProve{Operator: operator(1), Network: networkID, Epoch: 1}, types.ErrInvalidProof)
		withBytes := slots.proveMsg()
		withBytes.Proof = []byte{1}
		refuseAsTx(f, f.msgs.Prove, withBytes, types.ErrInvalidProof)
		must(f, f.msgs.Prove, slots.proveMsg())
	})
	f.apart(f.t, func() {
		must(f, f.msgs.Claim, duties.claimMsg())
		f.toProofs(1)
		refuseAsTx(f, f.msgs.Prove, slots.proveMsg(), types.ErrInvalidProof)
		must(f, f.msgs.Prove, duties.proveMsg())
	})
}

// The gas of signatures and bytes is charged before they are looked at.
func TestGasOfUptimeProofs(t *testing.T) {
	f := newFixture(t, 20)
	f.toEpoch(2)
	w := f.witness(1, 1)
	must(f, f.msgs.Claim, w.claimMsg())
	f.toProofs(1)
	msg := w.proveMsg()
	gas, err := charged(f, f.msgs.Prove, msg)
	require.NoError(t, err)
	const openings, quorum = 3, 8
	require.Equal(t, uint64(5*(len(msg.Uptime)+len(msg.Duties))+1_000*openings*(quorum+1)), gas)
}

// Epochs in which a node owed nothing and showed nothing are no missed duties.
func TestUptimeAloneMissesNothing(t *testing.T) {
	f := newFixture(t, 4)
	for _, epoch := range []uint64{1, 4} {
		f.toEpoch(epoch + 1)
		w := f.witness(1, epoch)
		must(f, f.msgs.Claim, w.claimMsg())
		f.toProofs(epoch)
		must(f, f.msgs.Prove, w.proveMsg())
	}
	require.Equal(t, networktypes.Counters{Proven: 2}, f.w.counters[1])
}

// Seeds of watchers are kept as long as claims are, and come through an export.
func TestWatchSeedsAreKeptAndForgotten(t *testing.T) {
	f := newFixture(t, 4)
	f.toEpoch(2)
	must(f, f.msgs.Claim, f.witness(1, 1).claimMsg())
	g := f.export()
	require.NoError(t, g.Validate())
	require.Len(t, g.WatchSeeds, 1)
	require.Equal(t, types.StoredWatchSeed{Network: seq, Epoch: 1, Seed: g.WatchSeeds[0].Seed}, g.WatchSeeds[0])
	require.Equal(t, opening(1)+2, g.WatchSeeds[0].Seed.Height)
	again := newFixture(t, 4)
	require.NoError(t, again.keeper.InitGenesis(again.ctx, *g))
	require.Equal(t, f.snapshot(), again.snapshot())

	for epoch := uint64(2); epoch <= types.KeptClaims+1; epoch++ {
		f.toEpoch(epoch + 1)
		w := f.witness(1, epoch)
		must(f, f.msgs.Claim, w.claimMsg())
		f.toProofs(epoch)
		must(f, f.msgs.Prove, w.proveMsg())
	}
	var kept []uint64
	for _, s := range f.export().WatchSeeds {
		kept = append(kept, s.Epoch)
	}
	require.Len(t, kept, types.KeptClaims)
	require.Equal(t, uint64(2), kept[0])
}

func TestWatchQuery(t *testing.T) {
	f := newFixture(t, 3)
	f.to(opening(1) + 2)
	rsp := f.watch(2, 1)
	require.Equal(t, opening(1)+2, rsp.SeedHeight)
	require.Equal(t, uint32(2), rsp.Quorum)
	require.Equal(t, "low", rsp.Assurance)
	require.Len(t, rsp.Slots, 4)
	for i, s := range rsp.Slots {
		require.Equal(t, uint32(i), s.Slot)
		require.Equal(t, []int64{opening(1) + 5*int64(i), opening(1) + 5*int64(i+1)}, []int64{s.From, s.Until})
		require.Equal(t, []types.WatchSeat{{Node: 1, Seats: 1, Worth: networktypes.Whole / 6}, {Node: 3, Seats: 1, Worth: networktypes.Whole / 6}}, s.Seats)
	}
	require.Empty(t, f.export().WatchSeeds, "a query writes nothing")
	f.edit(2, func(n *networktypes.Node) { n.Weight = math.ZeroInt() })
	rsp = f.watch(2, 1)
	require.Empty(t, rsp.Slots)
	require.Equal(t, "the node was not in the active set at the opening of the epoch", rsp.Reason)
	require.Equal(t, opening(1)+2, rsp.SeedHeight, "that it is not watched is known")
	_, err := f.queries.Watch(f.ctx, &types.QueryWatchRequest{Network: networkID, Node: 9, Epoch: 1})
	require.ErrorContains(t, err, "not found")
	_, err = f.queries.Watch(f.ctx, &types.QueryWatchRequest{Network: networkID, Node: 1, Epoch: 2})
	require.ErrorContains(t, err, "epoch")

	many := newFixture(t, 20)
	many.to(opening(1) + 2)
	rsp = many.watch(2, 1)
	require.Equal(t, uint32(8), rsp.Quorum)
	require.Equal(t, "standard", rsp.Assurance)
	for _, s := range rsp.Slots {
		var seats uint32
		for _, seat := range s.Seats {
			seats += seat.Seats
			require.Equal(t, networktypes.Whole/300*uint64(seat.Seats), seat.Worth)
			require.NotEqual(t, uint64(2), seat.Node)
		}
		require.Equal(t, uint32(15), seats)
	}
}
