package types_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

func TestStatus(t *testing.T) {
	for _, c := range []struct {
		name  string
		ended int64
		rolls int64
		want  string
	}{
		{"ok: epochs follow each other", 0, 60, types.StatusLive},
		{"ok: asleep, or not begun", 0, 0, types.StatusDormant},
		{"ok: ended", 9, 0, types.StatusEnded},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := types.Network{Id: "net_00000001", SunsetHeight: c.ended}
			require.Equal(t, c.want, n.Status(types.Calendar{RollsAt: c.rolls}))
			require.Equal(t, c.ended != 0, n.HasEnded())
			if c.ended == 0 {
				require.NoError(t, n.CheckLive())
				return
			}
			require.ErrorIs(t, n.CheckLive(), types.ErrNetworkEnded)
			require.EqualError(t, n.CheckLive(), "network net_00000001, at height 9: nothing is opened in it any more: network ended")
		})
	}
}

// endedGenesis is a state in which the second network has ended, and left what an end leaves: nodes without bonds and epochs.
func endedGenesis() types.GenesisState {
	g := livedGenesis()
	n := &g.Networks[1]
	n.SunsetHeight, n.Deposit = 900, sdk.NewInt64Coin("umesh", 0)
	g.Calendars[1] = types.Calendar{Network: 2, Epoch: 1, NextNode: 2, NextOwnerSlot: 1}
	g.Epochs = append(g.Epochs, types.NetworkEpoch{Network: 2, Epoch: types.Epoch{
		Number: 1, Open: 60, Close: 780, Weight: math.NewInt(7), Params: types.DefaultNetworkParams(),
	}})
	g.OwnerSlots = append(g.OwnerSlots, types.OwnerSlot{Network: 2, Owner: "ann", Nodes: 1})
	left := storedNode(1, "op 1")
	left.Network, left.Node.Network, left.Node.Status = 2, n.Id, types.NODE_STATUS_LEFT
	left.Node.OwnBond, left.Node.GivenBond, left.Node.Weight = math.ZeroInt(), math.ZeroInt(), math.ZeroInt()
	g.Nodes = append(g.Nodes, left)
	return g
}

// TestGenesisOfEnded breaks one thing at a time of a state with a network that has ended.
func TestGenesisOfEnded(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*types.GenesisState)
		want   string
	}{
		{"ok: as it is", func(*types.GenesisState) {}, ""},
		{"ok: in the block it was made in", func(g *types.GenesisState) { g.Networks[1].SunsetHeight = g.Networks[1].CreatedHeight }, ""},
		{"ok: in a chain that began later", func(g *types.GenesisState) { g.Networks[1].SunsetHeight = 1 << 40 }, ""},
		{"fails: before it was made", func(g *types.GenesisState) { g.Networks[1].SunsetHeight = 6 },
			"network net_00000002 was made at height 7 and ended at 6: invalid genesis"},
		{"fails: at a negative height", func(g *types.GenesisState) { g.Networks[0].SunsetHeight = -1 },
			"network net_00000001 was made at height 7 and ended at -1: invalid genesis"},
		{"fails: a deposit", func(g *types.GenesisState) { g.Networks[1].Deposit.Amount = math.OneInt() }, stillHas},
		{"fails: an opening to come", func(g *types.GenesisState) { g.Calendars[1].RollsAt = 1_500 }, stillHas},
		{"fails: an opening to be tried again", func(g *types.GenesisState) { g.Calendars[1].RetryAt = 1_500 }, stillHas},
		{"fails: duties", func(g *types.GenesisState) { g.Calendars[1].Duties, g.Calendars[1].RollsAt = 1, 1_500 }, stillHas},
		{"fails: an unbonding", func(g *types.GenesisState) { g.Unbondings[1].Network = 2 }, stillUsed},
		{"fails: a bond", func(g *types.GenesisState) {
			g.Bonds = append(g.Bonds, types.NodeBond{Network: 2, Node: 1, Bond: types.Bond{Giver: "ann", Amount: math.OneInt()}})
			g.Nodes[2].Node.OwnBond = math.OneInt()
		}, stillUsed},
		{"fails: a change of terms", func(g *types.GenesisState) {
			change := types.TermChange{Name: "pay.burn_bps", Value: math.NewInt(2_100)}
			g.PendingTerms = append(g.PendingTerms, types.PendingTerm{Network: 2, Change: change, Due: 1})
		}, stillUsed},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := endedGenesis()
			c.change(&g)
			err := g.Validate()
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalidGenesis)
			require.EqualError(t, err, c.want)
		})
	}
}

const (
	stillHas  = "network net_00000002 has ended and has a deposit, nodes that count, duties or an opening to come: invalid genesis"
	stillUsed = "network net_00000002 has ended and has a bond, an unbonding or a change of terms: invalid genesis"
)

// answering is a module that says what is open in network 3.
type answering struct {
	open  string
	err   error
	asked *int
}

func (a answering) OpenIn(_ context.Context, network uint64) (string, error) {
	*a.asked++
	if network != 3 {
		return "", nil
	}
	return a.open, a.err
}

// TestMultiObligations asks in order and stops at the first answer or error.
func TestMultiObligations(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name   string
		second answering
		want   string
		asked  int
	}{
		{"ok: nothing is open", answering{}, "", 3},
		{"ok: something is", answering{open: "this"}, "this", 2},
		{"fails: one cannot say", answering{err: broken}, "", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := 0
			all := types.MultiObligations{answering{asked: &asked}, answering{open: c.second.open, err: c.second.err, asked: &asked}, answering{asked: &asked}}
			open, err := all.OpenIn(context.Background(), 3)
			require.Equal(t, c.second.err, err)
			require.Equal(t, c.want, open)
			require.Equal(t, c.asked, asked)
		})
	}
	open, err := types.MultiObligations{}.OpenIn(context.Background(), 3)
	require.NoError(t, err)
	require.Empty(t, open)
}
