package types_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// storedNode is a node of the first network, of the owner with slot 0.
func storedNode(id uint64, operator string) types.NetworkNode {
	key := bytes.Repeat([]byte{byte(id)}, 32)
	return types.NetworkNode{Network: 1, Node: types.Node{
		Network: "net_00000001", Id: id, Owner: "ann", Operator: operator, PeerKey: key, PeerId: types.PeerID(key),
		Status: types.NODE_STATUS_JOINED, OwnBond: math.NewInt(100), GivenBond: math.NewInt(20), Weight: math.NewInt(120), Slot: id - 1,
	}}
}

// livedGenesis is a state in which something has happened.
func livedGenesis() types.GenesisState {
	g := *types.DefaultGenesis()
	g.NextSeq, g.NextUnbonding = 3, 9
	g.Networks = []types.Network{storedNetwork(1, "net_00000001", "First"), storedNetwork(2, "net_00000002", "Second")}
	g.Calendars = []types.Calendar{{Network: 1, Epoch: 2, RollsAt: 1_500, Nodes: 2, Owners: 1, NextNode: 3, NextOwnerSlot: 1}, {Network: 2, NextNode: 1}}
	for number := range uint64(2) {
		g.Epochs = append(g.Epochs, types.NetworkEpoch{Network: 1, Epoch: types.Epoch{
			Number: number + 1, Open: 60 + 720*int64(number), Close: 780 + 720*int64(number), Weight: math.NewInt(7), Params: types.DefaultNetworkParams(),
		}})
	}
	g.OwnerSlots = []types.OwnerSlot{{Network: 1, Owner: "ann", Nodes: 2}}
	g.Nodes = []types.NetworkNode{storedNode(1, "op 1"), storedNode(2, "op 2")}
	for _, n := range g.Nodes {
		for giver, amount := range map[string]int64{"ann": 100, "bob": 20} {
			g.Bonds = append(g.Bonds, types.NodeBond{Network: 1, Node: n.Node.Id, Bond: types.Bond{Giver: giver, Amount: math.NewInt(amount)}})
		}
	}
	g.Unbondings = []types.Unbonding{
		{Id: 3, Network: 1, Node: 2, Giver: "ann", Amount: math.OneInt(), Completes: 5}, {Id: 8, Network: 1, Node: 1, Giver: "cal", Amount: math.OneInt(), Completes: 5},
	}
	g.Bootstraps = []types.NetworkBootstrap{{Network: 1, Record: someRecord()}, {Network: 2, Record: someRecord()}}
	return g
}

// TestGenesisOfNodes breaks one thing at a time.
func TestGenesisOfNodes(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*types.GenesisState)
		is     error
	}{
		{"ok: as it is", func(*types.GenesisState) {}, nil},
		{"ok: an opening is put off", func(g *types.GenesisState) { g.Calendars[0].RetryAt = 1_600 }, nil},
		{"fails: an opening is put off to before it", func(g *types.GenesisState) { g.Calendars[0].RetryAt = 1_499 }, types.ErrInvalidGenesis},
		{"ok: an older epoch is no longer kept", func(g *types.GenesisState) { g.Epochs = g.Epochs[1:] }, nil},
		{"ok: a node that left", func(g *types.GenesisState) {
			n := &g.Nodes[0].Node
			n.Status, n.OwnBond, n.GivenBond, n.Weight = types.NODE_STATUS_LEFT, math.ZeroInt(), math.ZeroInt(), math.ZeroInt()
			g.Bonds, g.Calendars[0].Nodes = g.Bonds[2:], 1
		}, nil},
		{"fails: calendar twice", func(g *types.GenesisState) { g.Calendars[1].Network = 1 }, types.ErrInvalidGenesis},
		{"fails: calendar missing", func(g *types.GenesisState) { g.Calendars = g.Calendars[:1] }, types.ErrInvalidGenesis},
		{"fails: calendar of no network", func(g *types.GenesisState) {
			g.Calendars = append(g.Calendars, types.Calendar{Network: 7, NextNode: 1})
		}, types.ErrInvalidGenesis},
		{"fails: no next node", func(g *types.GenesisState) { g.Calendars[1].NextNode = 0 }, types.ErrInvalidGenesis},
		{"fails: opening below the first height", func(g *types.GenesisState) { g.Calendars[0].RollsAt = -1 }, types.ErrInvalidGenesis},
		{"fails: nodes in a network that sleeps", func(g *types.GenesisState) { g.Calendars[0].RollsAt = 0 }, types.ErrInvalidGenesis},
		{"fails: duties in a network that sleeps", func(g *types.GenesisState) { g.Calendars[1].Duties = 1 }, types.ErrInvalidGenesis},
		{"fails: a node counted that does not count", func(g *types.GenesisState) { g.Calendars[0].Nodes = 3 }, types.ErrInvalidGenesis},
		{"fails: an owner counted that does not count", func(g *types.GenesisState) { g.Calendars[0].Owners = 2 }, types.ErrInvalidGenesis},
		{"fails: latest epoch missing", func(g *types.GenesisState) { g.Epochs = g.Epochs[:1] }, types.ErrInvalidGenesis},
		{"fails: epoch that has not begun", func(g *types.GenesisState) { g.Epochs[0].Epoch.Number = 3 }, types.ErrInvalidGenesis},
		{"fails: epoch 0", func(g *types.GenesisState) { g.Epochs[0].Epoch.Number = 0 }, types.ErrInvalidGenesis},
		{"fails: epoch twice", func(g *types.GenesisState) { g.Epochs[0].Epoch.Number = 2 }, types.ErrInvalidGenesis},
		{"fails: epoch of no network", func(g *types.GenesisState) { g.Epochs[0].Network = 7 }, types.ErrInvalidGenesis},
		{"fails: epoch of no length", func(g *types.GenesisState) { g.Epochs[0].Epoch.Close = g.Epochs[0].Epoch.Open }, types.ErrInvalidGenesis},
		{"fails: epoch without weight", func(g *types.GenesisState) { g.Epochs[0].Epoch.Weight = math.Int{} }, types.ErrInvalidAmount},
		{"fails: owner twice", func(g *types.GenesisState) {
			g.Calendars[0].NextOwnerSlot = 2
			g.OwnerSlots = append(g.OwnerSlots, types.OwnerSlot{Network: 1, Slot: 1, Owner: "ann"})
		}, types.ErrInvalidGenesis},
		{"fails: slot twice", func(g *types.GenesisState) {
			g.OwnerSlots = append(g.OwnerSlots, types.OwnerSlot{Network: 1, Owner: "bob"})
		}, types.ErrInvalidGenesis},
		{"fails: slot not below the next", func(g *types.GenesisState) { g.Calendars[0].NextOwnerSlot = 0 }, types.ErrInvalidGenesis},
		{"fails: slot of no network", func(g *types.GenesisState) { g.OwnerSlots[0].Network = 7 }, types.ErrInvalidGenesis},
		{"fails: too many nodes of an owner", func(g *types.GenesisState) { g.OwnerSlots[0].Nodes = types.MaxNodesPerOwner + 1 }, types.ErrInvalidGenesis},
		{"fails: node 0", func(g *types.GenesisState) { g.Nodes[0].Node.Id = 0 }, types.ErrInvalidGenesis},
		{"fails: node not below the next", func(g *types.GenesisState) { g.Calendars[0].NextNode = 2 }, types.ErrInvalidGenesis},
		{"fails: node twice", func(g *types.GenesisState) { g.Nodes[1].Node.Id = 1 }, types.ErrInvalidGenesis},
		{"fails: node of no network", func(g *types.GenesisState) { g.Nodes[0].Network = 7 }, types.ErrInvalidGenesis},
		{"fails: node with the id of another network", func(g *types.GenesisState) { g.Nodes[0].Node.Network = "net_00000002" }, types.ErrInvalidGenesis},
		{"fails: node in another owner's slot", func(g *types.GenesisState) { g.Nodes[0].Node.Owner = "bob" }, types.ErrInvalidGenesis},
		{"fails: node in a slot nobody has", func(g *types.GenesisState) { g.Nodes[0].Node.OwnerSlot = 1 }, types.ErrInvalidGenesis},
		{"fails: node in a slot not given out", func(g *types.GenesisState) { g.Nodes[0].Node.Slot = 2 }, types.ErrInvalidGenesis},
		{"fails: two nodes in one slot", func(g *types.GenesisState) { g.Nodes[0].Node.Slot = 1 }, types.ErrInvalidGenesis},
		{"fails: operator twice", func(g *types.GenesisState) { g.Nodes[0].Node.Operator = "op 2" }, types.ErrInvalidGenesis},
		{"fails: host twice", func(g *types.GenesisState) {
			g.Nodes[0].Node.PeerKey, g.Nodes[0].Node.PeerId = g.Nodes[1].Node.PeerKey, g.Nodes[1].Node.PeerId
		}, types.ErrInvalidGenesis},
		{"fails: peer id of another key", func(g *types.GenesisState) { g.Nodes[0].Node.PeerKey = bytes.Repeat([]byte{9}, 32) }, types.ErrInvalidGenesis},
		{"fails: no status", func(g *types.GenesisState) { g.Nodes[0].Node.Status = 0 }, types.ErrInvalidGenesis},
		{"fails: unknown status", func(g *types.GenesisState) { g.Nodes[0].Node.Status = 4 }, types.ErrInvalidGenesis},
		{"fails: offer out of bounds", func(g *types.GenesisState) { g.Nodes[0].Node.Offer.Region = "EU" }, types.ErrInvalidGenesis},
		{"fails: negative weight", func(g *types.GenesisState) { g.Nodes[0].Node.Weight = math.NewInt(-1) }, types.ErrInvalidGenesis},
		{"fails: no own bond", func(g *types.GenesisState) { g.Nodes[0].Node.OwnBond = math.Int{} }, types.ErrInvalidGenesis},
		{"fails: own bond is not what is listed", func(g *types.GenesisState) { g.Nodes[0].Node.OwnBond = math.NewInt(101) }, types.ErrInvalidGenesis},
		{"fails: given bond is not what is listed", func(g *types.GenesisState) { g.Nodes[0].Node.GivenBond = math.NewInt(19) }, types.ErrInvalidGenesis},
		{"fails: bond twice", func(g *types.GenesisState) { g.Bonds = append(g.Bonds, g.Bonds[0]) }, types.ErrInvalidGenesis},
		{"fails: bond of no node", func(g *types.GenesisState) { g.Bonds[0].Node = 3 }, types.ErrInvalidGenesis},
		{"fails: bond of a node of another network", func(g *types.GenesisState) { g.Bonds[0].Network = 2 }, types.ErrInvalidGenesis},
		{"fails: bond of nothing", func(g *types.GenesisState) { g.Bonds[0].Bond.Amount = math.ZeroInt() }, types.ErrInvalidAmount},
		{"fails: bond without amount", func(g *types.GenesisState) { g.Bonds[0].Bond.Amount = math.Int{} }, types.ErrInvalidAmount},
		{"fails: next unbonding of 0", func(g *types.GenesisState) { g.Unbondings, g.NextUnbonding = nil, 0 }, types.ErrInvalidGenesis},
		{"fails: unbonding not below the next", func(g *types.GenesisState) { g.NextUnbonding = 8 }, types.ErrInvalidGenesis},
		{"fails: unbonding twice", func(g *types.GenesisState) { g.Unbondings[1].Id = 3 }, types.ErrInvalidGenesis},
		{"fails: unbonding 0", func(g *types.GenesisState) { g.Unbondings[0].Id = 0 }, types.ErrInvalidGenesis},
		{"fails: unbonding of no node", func(g *types.GenesisState) { g.Unbondings[0].Node = 3 }, types.ErrInvalidGenesis},
		{"fails: unbonding of no network", func(g *types.GenesisState) { g.Unbondings[0].Network = 7 }, types.ErrInvalidGenesis},
		{"fails: unbonding of nothing", func(g *types.GenesisState) { g.Unbondings[0].Amount = math.ZeroInt() }, types.ErrInvalidAmount},
		{"fails: bootstrap record of no network", func(g *types.GenesisState) { g.Bootstraps[0].Network = 7 }, types.ErrInvalidGenesis},
		{"fails: bootstrap record twice", func(g *types.GenesisState) { g.Bootstraps[1].Network = 1 }, types.ErrInvalidGenesis},
		{"fails: bootstrap record not well formed", func(g *types.GenesisState) { g.Bootstraps[0].Record.Addrs = nil }, types.ErrInvalidGenesis},
		{"fails: 33 bootstrap records", func(g *types.GenesisState) {
			for i := range types.MaxBootstraps {
				r := someRecord()
				r.PeerKey = bytes.Repeat([]byte{byte(i)}, 32)
				g.Bootstraps = append(g.Bootstraps, types.NetworkBootstrap{Network: 1, Record: r})
			}
		}, types.ErrInvalidGenesis},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := livedGenesis()
			c.change(&g)
			require.ErrorIs(t, g.Validate(), c.is)
		})
	}
}
