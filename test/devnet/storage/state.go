package storage

import (
	"cmp"
	"slices"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/app"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardtypes "github.com/mesh-protocol/mesh/x/rewards/types"
	taskkeeper "github.com/mesh-protocol/mesh/x/tasks/keeper"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// State is what the modules of Mesh would export.
type State struct {
	// Height of the last block.
	Height int64
	// Network, Tasks and Rewards are the modules' parts.
	Network *networktypes.GenesisState
	Tasks   *tasktypes.GenesisState
	Rewards *rewardtypes.GenesisState

	// ctx reads the state, queries ask x/tasks about it.
	ctx     sdk.Context
	queries tasktypes.QueryServer
}

// Bytes is the state in one encoding, to compare two chains by.
func (s *State) Bytes() ([]byte, error) {
	var all []byte
	for _, part := range []proto.Message{s.Network, s.Tasks, s.Rewards} {
		bz, err := proto.Marshal(part)
		if err != nil {
			return nil, err
		}
		all = append(all, bz...)
	}
	return all, nil
}

// ask returns a context for one query: what a query writes is dropped.
func (s *State) ask() sdk.Context {
	ctx, _ := s.ctx.CacheContext()
	return ctx
}

// lately is the state that was looked at last, for all networks of a chain.
type lately struct{ state *State }

// State returns the state after the last block. It must not be changed.
func (n *Network) State() *State {
	n.t.Helper()
	if s := n.state.state; s != nil && s.Height == n.Chain.Height() {
		return s
	}
	ctx, k := n.Chain.Nodes[0].Context(), n.keepers()
	queries := taskkeeper.NewQueryServer(k.Tasks)
	network, err := k.Network.ExportGenesis(ctx)
	require.NoError(n.t, err)
	tasks, err := k.Tasks.ExportGenesis(ctx)
	require.NoError(n.t, err)
	rewards, err := k.Rewards.ExportGenesis(ctx)
	require.NoError(n.t, err)
	n.state.state = &State{Height: n.Chain.Height(), Network: network, Tasks: tasks, Rewards: rewards, ctx: ctx, queries: queries}
	return n.state.state
}

func (n *Network) keepers() app.Keepers { return n.Chain.Nodes[0].App.Keepers }

// Calendar returns what the network does next.
func (n *Network) Calendar() networktypes.Calendar {
	all := n.State().Network.Calendars
	at, _ := slices.BinarySearchFunc(all, n.Record.Seq, func(c networktypes.Calendar, seq uint64) int { return cmp.Compare(c.Network, seq) })
	return all[at]
}

// Terms returns the terms of the network that are in force.
func (n *Network) Terms() networktypes.NetworkParams {
	all := n.State().Network.Networks
	at, _ := slices.BinarySearchFunc(all, n.Record.Seq, func(n networktypes.Network, seq uint64) int { return cmp.Compare(n.Seq, seq) })
	return all[at].Params
}

// Epoch returns the epoch that is open, 0 before the first.
func (n *Network) Epoch() uint64 { return n.Calendar().Epoch }

// Node returns a node by its number.
func (n *Network) Node(id uint64) networktypes.Node {
	all := n.State().Network.Nodes
	at, _ := slices.BinarySearchFunc(all, n.Record.Seq, func(n networktypes.NetworkNode, seq uint64) int { return cmp.Compare(n.Network, seq) })
	return all[at+int(id)-1].Node
}

// Deal returns a deal by its id.
func (n *Network) Deal(id uint64) tasktypes.Deal { return n.State().Tasks.Deals[id-1] }

// Indices returns the indices of a deal by number; a settled deal has none.
func (n *Network) Indices(deal uint64) []tasktypes.Index {
	var list []tasktypes.Index
	for _, s := range n.State().Tasks.Indices {
		if s.Deal == deal {
			list = append(list, s.Index)
		}
	}
	return list
}

// IsSettled tells whether a deal has paid everybody.
func (n *Network) IsSettled(deal uint64) bool { return !n.Deal(deal).IsOpen() }

// Owed returns what the chain keeps of what a node is owed.
func (n *Network) Owed(node uint64) tasktypes.Owed {
	for _, o := range n.State().Tasks.Owed {
		if o.Network == n.Record.Seq && o.Node == node {
			return o.Owed
		}
	}
	return tasktypes.NewOwed()
}

// Owing is one deal that owes a node its rate for an epoch.
type Owing struct {
	// Deal that owes.
	Deal tasktypes.Deal
	// Index of the deal that the node held.
	Index uint32
	// Acked is the layout it is proved against.
	Acked tasktypes.Layout
}

// Owing returns which deals owe a node for an epoch, by the indices it holds and the stints that have ended.
func (n *Network) Owing(node, epoch uint64) []Owing {
	var list []Owing
	for _, s := range n.State().Tasks.Indices {
		if d := n.Deal(s.Deal); s.Index.Node == node && d.Network == n.Record.Id && s.Index.Covers(epoch, d) {
			list = append(list, Owing{d, s.Number, s.Index.ProvedBy(epoch)})
		}
	}
	for _, s := range n.State().Tasks.Stints {
		mine := s.Stint.Node == node && n.Deal(s.Deal).Network == n.Record.Id
		if mine && s.Stint.FromEpoch <= epoch && epoch <= s.Stint.ToEpoch {
			list = append(list, Owing{n.Deal(s.Deal), s.Stint.Index, s.Stint.ProvedBy(epoch)})
		}
	}
	return list
}

// Wealth returns all that accounts have of the network's token: balances, bonds, what is on its way back, what
// their nodes have earned and not withdrawn, and the escrows and reserves of their open deals and posted tasks
// as if they were refunded whole. It counts right when nothing of them is unsettled.
func (n *Network) Wealth(addresses ...string) math.Int {
	n.t.Helper()
	sum := math.ZeroInt()
	mine := map[string]bool{}
	for _, a := range addresses {
		require.False(n.t, mine[a], "account %s is named twice", a)
		mine[a] = true
		sum = sum.Add(n.balanceOf(a))
	}
	s := n.State()
	for _, b := range s.Network.Bonds {
		if mine[b.Bond.Giver] {
			sum = sum.Add(b.Bond.Amount)
		}
	}
	for _, u := range s.Network.Unbondings {
		if mine[u.Giver] {
			sum = sum.Add(u.Amount)
		}
	}
	for _, f := range s.Rewards.Fees {
		if mine[n.Node(f.Node).Owner] {
			sum = sum.Add(f.Amount)
		}
	}
	for _, p := range s.Rewards.Presence {
		if mine[n.Node(p.Node).Owner] {
			sum = sum.Add(p.Amount)
		}
	}
	for _, s := range s.Rewards.Sharings {
		if mine[n.Node(s.Node).Owner] {
			sum = sum.Add(s.Sharing.Fees).Add(s.Sharing.Presence)
		}
	}
	for _, c := range s.Tasks.Channels {
		if mine[c.Client] { // what is left comes back as well
			sum = sum.Add(c.Left())
		}
	}
	for _, d := range s.Tasks.Deals {
		if mine[d.Client] {
			sum = sum.Add(d.Escrow).Add(d.Reserve)
		}
	}
	for _, t := range s.Tasks.Tasks {
		if mine[t.Client] {
			sum = sum.Add(t.Escrow)
		}
	}
	return sum
}
