package keeper_test

import (
	"crypto/ed25519"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/seeded"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// busy has deals in all states: held, waiting, reserved with a repair outstanding, requested, settled; and channels.
func busy(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t, 5)
	f.open(1)
	second, nodes := f.held(12)
	f.prove(2, nodes...)
	must(f, f.msgs.RequestOpen, requestMsg(client(), second, 1))
	f.toEpoch(4)
	must(f, f.msgs.ReportLoss, reportMsg(nodes[0], second, 0))
	f.to(f.ctx.BlockHeight() + 12)
	node := takers(f, second)[0]
	must(f, f.msgs.TakeIndex, takeMsg(node, second, 0))
	must(f, f.msgs.Ack, f.ackMsg(node, second, 0))
	f.claim(4, nodes[1])
	f.open(3)
	f.openChannel(500, 300)
	f.openChannel(500, 40)
	must(f, f.msgs.RedeemVouchers, redeemMsg(f.voucher(2, 100, 1)))
	_, nodes = f.posted(2)
	f.answers(1, nodes, "42", "42")
	_, nodes = f.posted(2)
	f.commits(2, nodes, "42", "43")
	must(f, f.msgs.RevealResult, revealMsg(2, nodes[0], "42"))
	must(f, f.msgs.PostTask, taskMsg(1))
	return f
}

// reborn returns a fixture over a new store with the state of another.
func reborn(t testing.TB, f *fixture, g types.GenesisState) *fixture {
	t.Helper()
	other := newFixture(t, 0)
	other.ctx = other.ctx.WithBlockHeight(f.ctx.BlockHeight())
	other.w, other.contents = f.w.clone(), f.contents
	require.NoError(t, other.keeper.InitGenesis(other.ctx, g))
	return other
}

func TestExportedStateIsValidAndComesBack(t *testing.T) {
	f := busy(t)
	g := f.export()
	require.NoError(t, g.Validate())
	for what, n := range map[string]int{
		"deals": len(g.Deals), "indices": len(g.Indices), "stints": len(g.Stints), "owed": len(g.Owed), "changes": len(g.Changes),
		"gaps": len(g.Gaps), "claims": len(g.Claims), "windows": len(g.Windows), "requests": len(g.Requests),
		"ended": len(g.Ended), "channels": len(g.Channels), "tasks": len(g.Tasks),
	} {
		require.NotZero(t, n, what)
	}
	other := reborn(t, f, *g)
	require.Equal(t, g, other.export())
	require.Equal(t, f.snapshot(), other.snapshot(), "every key of the store")
	for _, f := range []*fixture{f, other} { // and both go on alike
		f.t = t
		for e := uint64(6); e <= 9; e++ {
			for node := range uint64(5) {
				if f.toEpoch(e); f.owed(node+1, e-1).Amount.IsPositive() && f.owed(node+1, e-1).Owed.Epoch < e-1 {
					f.claim(e-1, node+1)
				}
			}
		}
		f.to(opening(16))
	}
	require.Equal(t, f.export(), other.export())
	require.Equal(t, f.w.balances, other.w.balances)
}

// The state of any history is valid, and the same after an export and an import.
func TestEveryHistoryCanBeExported(t *testing.T) {
	seeded.Checks(t, histories, func(rt *rapid.T) {
		h := newHistory(newFixture(t, 5), rt)
		steps := []func(){h.open, h.draw, h.layout, h.ack, h.report, h.declare, h.take, h.request, h.cancel, h.openChannel, h.topUp, h.closeChannel, h.redeem, h.post, h.drawTasks, h.results}
		for range rapid.IntRange(5, 25).Draw(rt, "steps") {
			rapid.SampledFrom(steps).Draw(rt, "step")()
			h.to(h.ctx.BlockHeight() + 3)
			h.duties()
		}
		g := h.export()
		require.NoError(rt, g.Validate())
		require.Equal(rt, g, reborn(t, h.fixture, *g).export())
		require.Equal(rt, h.allVacant(), h.vacantIndices(nil).Indices)
	})
}

func TestInitGenesisNeedsItsNeighbours(t *testing.T) {
	f := newFixture(t, 3)
	f.open(3)
	g := f.export()
	g.Deals[0].Network = "net_00000002"
	require.ErrorIs(t, f.keeper.InitGenesis(f.ctx, *g), networktypes.ErrNetworkNotFound)
	g.Deals[0].Network, g.Deals[0].Client = networkID, "mesh1"
	require.ErrorIs(t, f.keeper.InitGenesis(f.ctx, *g), types.ErrInvalidRequest)
	g.Deals = nil
	f.openChannel(5, 300)
	c := f.export().Channels[0]
	for _, tc := range []struct {
		change func(*types.Channel)
		want   error
	}{
		{func(c *types.Channel) { c.Network = otherID }, networktypes.ErrNetworkNotFound},
		{func(c *types.Channel) { c.Node = 9 }, types.ErrInvalidGenesis},
		{func(c *types.Channel) { c.Client = "mesh1" }, types.ErrInvalidRequest},
	} {
		bad := c
		tc.change(&bad)
		g.Channels, g.NextChannel = []types.Channel{bad}, 2
		require.ErrorIs(t, f.keeper.InitGenesis(f.ctx, *g), tc.want)
	}
	g.Channels = nil
	f.posted(1)
	task := f.export().Tasks[0]
	for _, tc := range []struct {
		change func(*types.Task)
		want   error
	}{
		{func(t *types.Task) { t.Network = otherID }, networktypes.ErrNetworkNotFound},
		{func(t *types.Task) { t.Replicas = []types.Replica{{Node: 9, Status: types.REPLICA_STATUS_DRAWN}} }, types.ErrInvalidGenesis},
		{func(t *types.Task) { t.Client = "mesh1" }, types.ErrInvalidRequest},
	} {
		bad := task
		tc.change(&bad)
		g.Tasks, g.NextTask = []types.Task{bad}, 2
		require.ErrorIs(t, f.keeper.InitGenesis(f.ctx, *g), tc.want)
	}
}

// A deal that could not be settled when its time was over waits for its message also after an import.
func TestStuckDealsStayStuck(t *testing.T) {
	f := newFixture(t, 3)
	id := f.open(1)
	f.w.closed = string(account("client"))
	f.toEpoch(4)
	require.False(t, f.deal(id).Stuck)
	f.to(f.ctx.BlockHeight() + 2)
	require.True(t, f.deal(id).Stuck)
	stuck := eventsOf[*types.EventDealStuck](f.events())
	require.Len(t, stuck, 1)
	require.Equal(t, id, stuck[0].Deal)
	require.Equal(t, networkID, stuck[0].Network)
	require.NotEmpty(t, stuck[0].Reason)
	f.w.duties = 1 // the world knows no branches: a failed settlement counted its duty down
	g := f.export()
	require.NoError(t, g.Validate())
	require.Equal(t, []uint64{id}, g.Stuck)
	other := reborn(t, f, *g)
	require.Equal(t, f.snapshot(), other.snapshot(), "every key of the store")
	for _, f := range []*fixture{f, other} {
		f.t = t
		f.w.closed = ""
		f.toEpoch(6)
		require.True(t, f.deal(id).Deal.IsOpen(), "nobody has asked for it")
		must(f, f.msgs.SettleDeal, settleMsg(id))
		require.False(t, f.deal(id).Stuck)
	}
	require.Equal(t, f.export(), other.export())
	require.Empty(t, f.export().Stuck)
}

// Of more deals than a block settles, an imported state settles the rest in the same blocks.
func TestSettlingGoesOnAfterAnImport(t *testing.T) {
	f := newFixture(t, 3)
	for range 25 {
		f.open(1)
	}
	f.toEpoch(4)
	f.to(f.ctx.BlockHeight() + 1)
	g := f.export()
	require.NoError(t, g.Validate())
	require.Equal(t, []uint64{seq}, g.Settling)
	other := reborn(t, f, *g)
	require.Equal(t, f.snapshot(), other.snapshot(), "every key of the store")
	for _, left := range []int{5, 0, 0} {
		for _, f := range []*fixture{f, other} {
			f.to(f.ctx.BlockHeight() + 1)
			require.Equal(t, left, f.w.duties)
		}
		require.Equal(t, f.export(), other.export())
		require.Equal(t, f.snapshot(), other.snapshot())
	}
}

// What x/network says otherwise is refused before a block can stumble over it.
func TestGenesisAgainstTheCalendars(t *testing.T) {
	f := newFixture(t, 3)
	id := f.open(5)
	f.toEpoch(3)
	for name, spoil := range map[string]func(*world, *types.GenesisState){
		"ok: as it is": func(*world, *types.GenesisState) {},
		"fails: a network that is not there has to settle": func(_ *world, g *types.GenesisState) { g.Settling = []uint64{99} },
		"fails: an open deal is no duty":                   func(w *world, _ *types.GenesisState) { w.duties = 0 },
		"fails: a duty without an open deal":               func(w *world, _ *types.GenesisState) { w.duties = 2 },
		"fails: a channel that is no duty": func(_ *world, g *types.GenesisState) {
			g.Channels, g.NextChannel = []types.Channel{{
				Id: 1, Network: networkID, Node: 1, Client: client(), Key: payerKey("client").Public().(ed25519.PublicKey),
				Deposit: math.NewInt(5), Redeemed: math.ZeroInt(), Expires: 900,
			}}, 2
		},
		"fails: what is not over could not be settled": func(_ *world, g *types.GenesisState) { g.Stuck = []uint64{id} },
	} {
		t.Run(name, func(t *testing.T) {
			other := newFixture(t, 0)
			other.ctx, other.w = other.ctx.WithBlockHeight(f.ctx.BlockHeight()), f.w.clone()
			g := f.export()
			spoil(&other.w, g)
			require.NoError(t, g.Validate())
			if err := other.keeper.InitGenesis(other.ctx, *g); name == "ok: as it is" {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, types.ErrInvalidGenesis)
			}
		})
	}
}

// A deal whose proofs are not known to be over, since the beacon has forgotten what it is asked, waits and is not given up.
func TestABeaconThatForgetsMakesNothingStuck(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(3)
	f.w.seedLate[opening(3)+5] = 40 * epochBlocks
	f.claim(2, nodes...)
	f.w.forgets = 10
	f.toEpoch(9)
	require.True(t, f.deal(id).Deal.IsOpen())
	require.False(t, f.deal(id).Stuck)
	require.Empty(t, f.export().Stuck)
	f.w.forgets = 20_000
	f.toEpoch(60)
	require.False(t, f.deal(id).Deal.IsOpen())
}
