package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// known are the networks of heldGenesis.
func known() map[string]types.NetworkKey {
	return map[string]types.NetworkKey{"net_00000001": {Seq: 1, Denom: "uone"}, "net_00000002": {Seq: 2, Denom: "utwo"}}
}

// heldGenesis is validGenesis in one network, but for its channel, in which node 4 has proven up to epoch 6 but not 4 and 5, and node 5,
// whose stint is over, up to 3.
func heldGenesis() types.GenesisState {
	g := validGenesis()
	for i := range g.Deals {
		g.Deals[i].Network = "net_00000001"
	}
	for i := range g.Tasks {
		g.Tasks[i].Network = "net_00000001"
	}
	g.Channels[0].Network = "net_00000002"
	g.Indices[1].Index.RepairPay = math.NewInt(2)
	owed := func(node, proven, indices uint64) types.StoredOwed {
		d := g.Deals[1]
		o := types.Owed{Amount: math.ZeroInt(), LastProven: proven, Deals: indices, Space: indices * d.Space, Exposure: d.Exposure().MulRaw(int64(indices))}
		return types.StoredOwed{Network: 1, Node: node, Owed: o}
	}
	g.Owed = []types.StoredOwed{owed(4, 6, 1), owed(5, 3, 0)}
	g.Gaps = []types.StoredGap{
		{Network: 1, Node: 4, First: 1, Gap: types.Gap{Last: 2, Missed: 2}}, {Network: 1, Node: 4, First: 4, Gap: types.Gap{Last: 5, Missed: 4}},
		{Network: 1, Node: 5, First: 1, Gap: types.Gap{Last: 2, Missed: 2}},
	}
	return g
}

func TestHeld(t *testing.T) {
	g := heldGenesis()
	require.NoError(t, g.Validate())
	held, err := g.Held(known())
	require.NoError(t, err)
	// Of the escrow of 100 the deal has spent 4; node 4 was paid 7 for epochs 3 and 6, node 5 for epoch 3. To the 75 that are left come a
	// reserve of 5, 2 for a repair, the bond of 14, the 35 of each of two tasks, the 14 of a dispute and a slash of 14.
	require.Equal(t, "194uone,5utwo", held.String())

	none, err := types.DefaultGenesis().Held(nil)
	require.NoError(t, err)
	require.True(t, none.Empty())
}

func TestHeldIsWrong(t *testing.T) {
	for name, change := range map[string]func(*types.GenesisState){
		"fails: deal of no network":        func(g *types.GenesisState) { g.Deals[1].Network = "net_00000003" },
		"fails: channel of no network":     func(g *types.GenesisState) { g.Channels[0].Network = "" },
		"fails: task of no network":        func(g *types.GenesisState) { g.Tasks[0].Network = "net_1" },
		"fails: slash in no network":       func(g *types.GenesisState) { g.Slashes[0].Network = "net_00000003" },
		"fails: index of no deal":          func(g *types.GenesisState) { g.Indices[0].Deal = 9 },
		"fails: request of no deal":        func(g *types.GenesisState) { g.Requests[0].Deal = 9 },
		"fails: paid more than its escrow": func(g *types.GenesisState) { g.Deals[1].Escrow = math.NewInt(24) },
	} {
		t.Run(name, func(t *testing.T) {
			g := heldGenesis()
			change(&g)
			_, err := g.Held(known())
			require.ErrorIs(t, err, types.ErrInvalidGenesis)
		})
	}
	g := heldGenesis()
	g.Deals[1].Escrow = math.NewInt(25)
	held, err := g.Held(known())
	require.NoError(t, err)
	require.Equal(t, "119uone,5utwo", held.String(), "paid all of its escrow")
}

func TestCheckTaken(t *testing.T) {
	g := heldGenesis()
	require.NoError(t, g.CheckTaken(known()))
	require.NoError(t, types.DefaultGenesis().CheckTaken(nil))
	for name, change := range map[string]func(*types.GenesisState){
		"fails: one index more":       func(g *types.GenesisState) { g.Owed[0].Owed.Deals++ },
		"fails: less space":           func(g *types.GenesisState) { g.Deals[1].Space = 1 },
		"fails: less to pay":          func(g *types.GenesisState) { g.Owed[0].Owed.Exposure = math.ZeroInt() },
		"fails: says what it has not": func(g *types.GenesisState) { g.Owed[1].Owed.Space = 1 },
		"fails: says nothing":         func(g *types.GenesisState) { g.Owed = g.Owed[1:] },
		"fails: says it in a network": func(g *types.GenesisState) { g.Owed[0].Network = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			g := heldGenesis()
			change(&g)
			require.ErrorIs(t, g.CheckTaken(known()), types.ErrInvalidGenesis)
		})
	}
}
