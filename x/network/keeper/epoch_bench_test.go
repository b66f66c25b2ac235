package keeper_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/network/keeper"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// benchNetwork is a network of short epochs, without asking for money.
func benchNetwork(t testing.TB, seq uint64) types.Network {
	t.Helper()
	addresses := addresscodec.NewBech32Codec("mesh")
	founder, err := addresses.BytesToString(account("founder"))
	require.NoError(t, err)
	msg := types.MsgCreateNetwork{Founder: founder, Name: fmt.Sprintf("Net %d", seq), TokenName: "Storage", TokenSymbol: "STR", Template: "storage", MinBond: math.NewInt(minBond)}
	n, err := msg.Network(types.DevnetParams())
	require.NoError(t, err)
	n.Seq, n.Id = seq, types.NetworkID(chainID, account("founder"), n.Name, nil, seq, 0)
	n.Token.Denom, n.Deposit = types.Denom(n.Id, n.Token.Symbol), sdk.NewInt64Coin("umesh", 0)
	return n
}

// idleChain has so many networks that sleep.
func idleChain(t testing.TB, networks int) *costs {
	t.Helper()
	g := types.GenesisState{Params: types.DevnetParams(), NextSeq: uint64(networks) + 1, NextUnbonding: 1}
	for i := range networks {
		n := benchNetwork(t, uint64(i)+1)
		g.Networks = append(g.Networks, n)
		g.Calendars = append(g.Calendars, types.Calendar{Network: n.Seq, NextNode: 1})
	}
	c := newCosts(t, storetypes.StoreTypeIAVL)
	c.init(t, g)
	return c
}

// nodesEach is the number of nodes of each owner of a nodeChain.
const nodesEach = 5

// nodeChain has one network with so many nodes that count, each with a bond of the minimum. The records
// are written through InitGenesis in portions and the weights by the code of x/network, into a store
// that is a plain ordered map in memory: a Merkle tree of that many records needs minutes.
func nodeChain(t testing.TB, nodes int) *costs {
	t.Helper()
	c, n := newCosts(t, storetypes.StoreTypeDB), benchNetwork(t, 1)
	g := types.GenesisState{Params: types.DevnetParams(), NextSeq: 2, NextUnbonding: 1, Networks: []types.Network{n}}
	g.Calendars = []types.Calendar{{
		Network: 1, RollsAt: height + 1, Nodes: uint64(nodes), Owners: uint64(nodes / nodesEach), NextNode: uint64(nodes) + 1, NextOwnerSlot: uint64(nodes / nodesEach),
	}}
	c.init(t, g)
	g.Networks, g.Calendars = nil, nil
	const portion = 10_000
	for from := 0; from < nodes; from += portion {
		g.Nodes, g.Bonds, g.OwnerSlots = nil, nil, nil
		for i := from; i < from+portion; i++ {
			addNode(t, &g, n, uint64(i))
		}
		c.init(t, g)
		for _, o := range g.OwnerSlots {
			c.weigh(t, o.Slot)
		}
	}
	return c
}

// weigh writes the weights of an owner's nodes, and their sum.
func (c *costs) weigh(t testing.TB, owner uint64) {
	t.Helper()
	var sum proof.U128
	for slot := range uint64(nodesEach) {
		var err error
		sum, err = c.keeper.SetSum(c.ctx, keeper.NodesOf(1, owner), slot, 0, proof.U64(minBond))
		require.NoError(t, err)
	}
	_, err := c.keeper.SetSum(c.ctx, keeper.OwnersOf(1), owner, 0, sum)
	require.NoError(t, err)
}

// addNode adds a node with its bond, and its owner where it is the owner's first.
func addNode(t testing.TB, g *types.GenesisState, n types.Network, i uint64) {
	t.Helper()
	addresses := addresscodec.NewBech32Codec("mesh")
	owner, err := addresses.BytesToString(binary.BigEndian.AppendUint64(make([]byte, 12), i/nodesEach))
	require.NoError(t, err)
	key := sha256.Sum256(binary.BigEndian.AppendUint64(nil, i))
	operator, err := addresses.BytesToString(key[:20])
	require.NoError(t, err)
	node := types.Node{
		Network: n.Id, Id: i + 1, Owner: owner, Operator: operator, PeerKey: key[:], PeerId: types.PeerID(key[:]),
		Status: types.NODE_STATUS_JOINED, OwnBond: math.NewInt(minBond), GivenBond: math.ZeroInt(), Weight: math.NewInt(minBond),
		OwnerSlot: i / nodesEach, Slot: i % nodesEach,
	}
	g.Nodes = append(g.Nodes, types.NetworkNode{Network: 1, Node: node})
	g.Bonds = append(g.Bonds, types.NodeBond{Network: 1, Node: node.Id, Bond: types.Bond{Giver: owner, Amount: math.NewInt(minBond)}})
	if node.Slot == 0 {
		g.OwnerSlots = append(g.OwnerSlots, types.OwnerSlot{Network: 1, Slot: node.OwnerSlot, Owner: owner, Nodes: nodesEach})
	}
}

// benchBlocks is the number of blocks of a benchmark: 20 epochs.
const benchBlocks = 20 * epochBlocks

// compare runs the same blocks on all chains in turn, so that what disturbs the machine disturbs all,
// and reports of each the median time of a block and what it asked of its store on average.
func compare(b *testing.B, sizes []int, chains []*costs) {
	b.Helper()
	for range benchBlocks {
		for _, c := range chains {
			c.block(b)
		}
	}
	for i, c := range chains {
		// The blocks are over; the loop of the framework has nothing to do.
		b.Run(fmt.Sprintf("n=%d", sizes[i]), func(b *testing.B) {
			nanos := slices.Sorted(slices.Values(c.nanos))
			b.ReportMetric(float64(nanos[len(nanos)/2]), "ns/op")
			b.ReportMetric(mean(c.reads), "reads/op")
			b.ReportMetric(mean(c.writes), "writes/op")
		})
	}
}

func mean(list []int) float64 {
	sum := 0
	for _, v := range list {
		sum += v
	}
	return float64(sum) / float64(len(list))
}

// BenchmarkIdleNetworks is what networks cost a block that nobody is in.
func BenchmarkIdleNetworks(b *testing.B) {
	compare(b, []int{10, 10_000}, []*costs{idleChain(b, 10), idleChain(b, 10_000)})
}

// BenchmarkRegisteredNodes is what nodes cost a block in which they do nothing. One block in 20 opens an epoch.
func BenchmarkRegisteredNodes(b *testing.B) {
	compare(b, []int{10_000, 1_000_000}, []*costs{nodeChain(b, 10_000), nodeChain(b, 1_000_000)})
}
