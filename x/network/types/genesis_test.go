package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// storedNetwork is a network as it is stored.
func storedNetwork(seq uint64, id, name string) types.Network {
	n := someNetwork()
	n.Seq, n.Id, n.Name, n.CreatedHeight = seq, id, name, 7
	n.Token.Denom = types.Denom(id, n.Token.Symbol)
	n.Deposit = sdk.NewInt64Coin("umesh", 50_000_000)
	return n
}

func TestDefaultGenesis(t *testing.T) {
	require.NoError(t, types.DefaultGenesis().Validate())
	require.Equal(t, types.GenesisState{Params: types.DefaultParams(), NextSeq: 1, NextUnbonding: 1}, *types.DefaultGenesis())
}

func TestGenesisValidate(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*types.GenesisState)
		is     error
		want   string
	}{
		{"ok: two networks", func(*types.GenesisState) {}, nil, ""},
		{"ok: a gap in seq", func(g *types.GenesisState) { g.Networks, g.NextSeq = g.Networks[1:], 9 }, nil, ""},
		{"ok: same symbol twice", func(g *types.GenesisState) { g.Networks[1].Token.Name = g.Networks[0].Token.Name }, nil, ""},
		{"ok: terms under a minimum that was raised later", func(g *types.GenesisState) { g.Networks[0].Params.Epoch.EpochBlocks = 270 }, nil, ""},
		{"ok: no deposit", func(g *types.GenesisState) { g.Networks[0].Deposit = sdk.NewInt64Coin("umesh", 0) }, nil, ""},
		{"fails: params", func(g *types.GenesisState) { g.Params.MinEpochBlocks = 0 }, types.ErrInvalidParams, minima},
		{"fails: next_seq of 0", func(g *types.GenesisState) { g.Networks, g.NextSeq = nil, 0 }, types.ErrInvalidGenesis,
			"next_seq is 0, the first network has seq 1: invalid genesis"},
		{"fails: seq of 0", func(g *types.GenesisState) { g.Networks[0].Seq = 0 }, types.ErrInvalidGenesis, outOfOrder("0", "net_00000001")},
		{"fails: seq twice", func(g *types.GenesisState) { g.Networks[1].Seq = 1 }, types.ErrInvalidGenesis, outOfOrder("1", "net_00000002")},
		{"fails: descending", func(g *types.GenesisState) { g.Networks[0].Seq, g.Networks[1].Seq = 2, 1 }, types.ErrInvalidGenesis, outOfOrder("1", "net_00000002")},
		{"fails: seq not below next_seq", func(g *types.GenesisState) { g.Networks[1].Seq = 3 }, types.ErrInvalidGenesis, outOfOrder("3", "net_00000002")},
		{"fails: id twice", func(g *types.GenesisState) { g.Networks[1] = storedNetwork(2, "net_00000001", "Other") }, types.ErrInvalidGenesis,
			"id or name of network net_00000001 occurs twice: invalid genesis"},
		{"fails: names that fold to one", func(g *types.GenesisState) { g.Networks[1].Name = "FIRST" }, types.ErrInvalidGenesis,
			"id or name of network net_00000002 occurs twice: invalid genesis"},
		{"fails: malformed network", func(g *types.GenesisState) { g.Networks[1].Template = "" }, types.ErrInvalidGenesis,
			`network net_00000002: "", known are [storage compute ml cdn custom]: invalid template: invalid genesis`},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := *types.DefaultGenesis()
			g.NextSeq = 3
			g.Networks = []types.Network{storedNetwork(1, "net_00000001", "First"), storedNetwork(2, "net_00000002", "Second")}
			c.change(&g)
			for _, n := range g.Networks {
				g.Calendars = append(g.Calendars, types.Calendar{Network: n.Seq, NextNode: 1})
			}
			err := g.Validate()
			if c.is == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, c.is)
			require.EqualError(t, err, c.want)
		})
	}
}

func outOfOrder(seq, id string) string {
	return "seq " + seq + " of network " + id + " is out of order or not below next_seq 3: invalid genesis"
}

func TestNetworkValidate(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*types.Network)
		is     error
		want   string
	}{
		{"ok: as it is", func(*types.Network) {}, nil, ""},
		{"ok: with logic", func(n *types.Network) { n.LogicHash = make([]byte, 32) }, nil, ""},
		{"fails: id", func(n *types.Network) { n.Id = "net_1" }, types.ErrInvalidRequest, `network id "net_1" is not net_ and 8 hex digits: invalid request`},
		{"fails: no name", func(n *types.Network) { n.Name = "" }, types.ErrInvalidName, `"" is not a name in its normal form: invalid name`},
		{"fails: name not in its normal form", func(n *types.Network) { n.Name = "Ｆｉｒｓｔ" }, types.ErrInvalidName,
			`"Ｆｉｒｓｔ" is not a name in its normal form: invalid name`},
		{"fails: logic hash", func(n *types.Network) { n.LogicHash = []byte{1} }, types.ErrInvalidLogicHash, "1 bytes, a BLAKE3-256 hash has 32: invalid logic hash"},
		{"fails: denom of another network", func(n *types.Network) { n.Id = "net_00000002" }, types.ErrInvalidParams,
			`denom "net_00000001/ustr" should be "net_00000002/ustr": invalid params`},
		{"fails: deposit in another denom", func(n *types.Network) { n.Deposit = sdk.NewInt64Coin("uother", 1) }, types.ErrInvalidAmount,
			"deposit 1uother is not an amount of umesh: invalid amount"},
		{"fails: negative deposit", func(n *types.Network) { n.Deposit = sdk.Coin{Denom: "umesh", Amount: math.NewInt(-1)} }, types.ErrInvalidAmount,
			"deposit -1umesh is not an amount of umesh: invalid amount"},
		{"fails: no deposit", func(n *types.Network) { n.Deposit = sdk.Coin{} }, types.ErrInvalidAmount, "deposit <nil> is not an amount of umesh: invalid amount"},
		{"fails: terms", func(n *types.Network) { n.Params.Uptime.Seats = 0 }, types.ErrInvalidParams, "uptime.seats is 0, it must be 1 to 64: invalid params"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := storedNetwork(1, "net_00000001", "First")
			c.change(&n)
			err := n.Validate()
			if c.is == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, c.is)
			require.EqualError(t, err, c.want)
		})
	}
}
