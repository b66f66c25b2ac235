package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/network/types"
)

func TestHeld(t *testing.T) {
	first, second := storedNetwork(1, "net_00000001", "First"), storedNetwork(2, "net_00000002", "Second")
	bond := func(network, node uint64, amount int64) types.NodeBond {
		return types.NodeBond{Network: network, Node: node, Bond: types.Bond{Amount: math.NewInt(amount)}}
	}
	g := types.GenesisState{
		Networks: []types.Network{first, second}, Bonds: []types.NodeBond{bond(1, 1, 5), bond(1, 2, 7), bond(2, 1, 11)},
		Unbondings: []types.Unbonding{{Network: 2, Node: 1, Amount: math.NewInt(13)}},
	}
	held, err := g.Held()
	require.NoError(t, err)
	require.Equal(t, "12"+first.Token.Denom+",24"+second.Token.Denom+",100000000umesh", held.String())

	none, err := types.DefaultGenesis().Held()
	require.NoError(t, err)
	require.True(t, none.Empty())

	g.Networks = g.Networks[:1]
	_, err = g.Held()
	require.ErrorIs(t, err, types.ErrNetworkNotFound, "a bond of no network")
	g.Bonds = g.Bonds[:2]
	_, err = g.Held()
	require.ErrorIs(t, err, types.ErrNetworkNotFound, "an unbonding of no network")
}
