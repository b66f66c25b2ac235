package storage

import (
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardtypes "github.com/mesh-protocol/mesh/x/rewards/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// DealBook is what became of the money of one deal, in base units.
type DealBook struct {
	// Deposited by the client, Taken from bonds of who lost an index.
	Deposited, Taken math.Int
	// Burnt at the opening, Paid for epochs that were proven and Repaired for repairs, both before the burn, Back
	// to the client.
	Burnt, Paid, Repaired, Back math.Int
}

// NodeBook is what one node did and got, in base units.
type NodeBook struct {
	// Claimed and Proven add up the totals of its claims, Burnt and Earned what its proofs came to.
	Claimed, Proven, Burnt, Earned math.Int
	// Repaired is what it got for repairs and answers, before the burn.
	Repaired math.Int
	// Worked is what it got for posted tasks, before the burn, and WorkedBurnt what of that was burnt.
	Worked, WorkedBurnt math.Int
	// Taken from its bonds.
	Taken math.Int
	// Withdrawn are its fees, the emission that followed and that for being there, Matched is the second alone.
	Withdrawn, Matched math.Int
	// Epochs that were proven.
	Epochs map[uint64]bool
}

// Books say where the money is, by the events alone.
type Books struct {
	// Deals and Nodes by id and number.
	Deals map[uint64]*DealBook
	Nodes map[uint64]*NodeBook
	// Tasks are the books of posted tasks by id.
	Tasks map[uint64]*TaskBook
	// Disputes are the bonds of disputes that juries have not decided, and Held what is held of slashes.
	Disputes, Held math.Int
	// Minted and Burnt of the network's token since its creation.
	Minted, Burnt math.Int
	// Losses counts the reasons for which indices were lost, Repairs those that were paid.
	Losses  map[string]int
	Repairs int
	// Channels by id.
	Channels map[uint64]*ChannelBook

	net *Network
	// mesh is what there is of MESH.
	mesh math.Int
	// bonds are those of open requests.
	bonds map[uint64]math.Int
	// terms are the network's as of the opening of each epoch.
	terms map[uint64]networktypes.NetworkParams
}

func newBooks(n *Network, mesh math.Int) *Books {
	return &Books{
		Deals: map[uint64]*DealBook{}, Nodes: map[uint64]*NodeBook{}, Tasks: map[uint64]*TaskBook{}, Disputes: math.ZeroInt(), Held: math.ZeroInt(), Minted: math.ZeroInt(), Burnt: math.ZeroInt(),
		Losses: map[string]int{}, net: n, mesh: mesh, bonds: map[uint64]math.Int{},
		terms: map[uint64]networktypes.NetworkParams{}, Channels: map[uint64]*ChannelBook{},
	}
}

// Deal returns the book of a deal.
func (b *Books) Deal(id uint64) *DealBook {
	if b.Deals[id] == nil {
		zero := math.ZeroInt()
		b.Deals[id] = &DealBook{Deposited: zero, Taken: zero, Burnt: zero, Paid: zero, Repaired: zero, Back: zero}
	}
	return b.Deals[id]
}

// Node returns the book of a node.
func (b *Books) Node(id uint64) *NodeBook {
	if b.Nodes[id] == nil {
		zero := math.ZeroInt()
		b.Nodes[id] = &NodeBook{
			Claimed: zero, Proven: zero, Burnt: zero, Earned: zero, Repaired: zero, Taken: zero, Withdrawn: zero, Matched: zero,
			Worked: zero, WorkedBurnt: zero, Epochs: map[uint64]bool{},
		}
	}
	return b.Nodes[id]
}

// tau is the burn of a payment by the terms of an epoch.
func (b *Books) tau(epoch uint64, gross math.Int) math.Int {
	return tasktypes.Share(gross, b.terms[epoch].Pay.BurnBps)
}

// read books a block.
func (b *Books) read(block *devnet.Block) {
	for _, e := range b.net.State().Network.Epochs {
		b.terms[e.Epoch.Number] = e.Epoch.Params
	}
	each(b, block.Events, func(e beacontypes.EventMissed) {
		slashed, ok := math.NewIntFromString(e.Slashed)
		require.True(b.net.t, ok, "%q", e.Slashed)
		b.mesh = b.mesh.Sub(slashed)
	})
	b.readAll(block.Events)
	for _, r := range block.Results {
		if r.Code == abci.CodeTypeOK {
			b.readAll(r.Events)
			b.readClosings(r.Events)
		}
	}
	b.readClosings(block.Events)
}

// readAll books the events of one transaction, or those outside of any.
func (b *Books) readAll(events []abci.Event) {
	b.readDeals(events)
	b.readWork(events)
	b.readChannels(events)
	b.readLosses(events)
	b.readTasks(events)
}

// each calls a function with every event of one type.
func each[E any, P interface {
	*E
	proto.Message
}](b *Books, events []abci.Event, do func(E)) {
	b.net.t.Helper()
	for _, e := range devnet.TypedEvents[E, P](b.net.t, events) {
		do(e)
	}
}

func (b *Books) readDeals(events []abci.Event) {
	each(b, events, func(e tasktypes.EventDealOpened) {
		d := b.Deal(e.Deal)
		d.Deposited, d.Burnt = e.Escrow.Add(e.Reserve).Add(e.Burnt), e.Burnt
		b.Burnt = b.Burnt.Add(e.Burnt)
	})
	each(b, events, func(e tasktypes.EventDealExtended) {
		reserve := tasktypes.Share(e.Escrow, b.net.Terms().Storage.ReserveBps)
		d := b.Deal(e.Deal)
		d.Deposited = d.Deposited.Add(e.Escrow).Add(reserve)
	})
	each(b, events, func(e tasktypes.EventDealSettled) {
		d := b.Deal(e.Deal)
		require.True(b.net.t, d.Back.IsZero(), "deal %d is settled twice", e.Deal)
		require.Equal(b.net.t, d.Paid.String(), e.Cost.String(), "deal %d cost what its nodes proved", e.Deal)
		d.Back = e.Refund
		b.net.holds(d.Deposited.Add(d.Taken).Equal(d.Burnt.Add(d.Paid).Add(d.Repaired).Add(d.Back)),
			"deal %d has not given back all that it had left: %+v", e.Deal, d)
	})
}

func (b *Books) readWork(events []abci.Event) {
	each(b, events, func(e tasktypes.EventClaimed) {
		n := b.Node(e.Node)
		n.Claimed = n.Claimed.Add(e.Total)
	})
	each(b, events, func(e tasktypes.EventProven) {
		n := b.Node(e.Node)
		require.False(b.net.t, n.Epochs[e.Epoch], "node %d is paid for epoch %d twice", e.Node, e.Epoch)
		b.net.holds(e.Burnt.Equal(b.tau(e.Epoch, e.Gross)) && e.Gross.Equal(e.Burnt.Add(e.Earned)),
			"%s is burnt and %s earned of %s that was paid for epoch %d", e.Burnt, e.Earned, e.Gross, e.Epoch)
		n.Epochs[e.Epoch] = true
		n.Proven, n.Burnt, n.Earned = n.Proven.Add(e.Gross), n.Burnt.Add(e.Burnt), n.Earned.Add(e.Earned)
		b.Burnt = b.Burnt.Add(e.Burnt)
		for _, o := range b.net.Owing(e.Node, e.Epoch) {
			d := b.Deal(o.Deal.Id)
			d.Paid = d.Paid.Add(o.Deal.Rate)
		}
	})
	each(b, events, func(e tasktypes.EventOpenRequested) {
		b.bonds[e.Request] = tasktypes.RepairPay(b.net.Deal(e.Deal).Rate, 1)
	})
	each(b, events, func(e tasktypes.EventOpenAnswered) {
		n := b.Node(e.Node)
		n.Repaired = n.Repaired.Add(b.bonds[e.Request])
		b.Burnt = b.Burnt.Add(tasktypes.Share(b.bonds[e.Request], b.net.Terms().Pay.BurnBps))
	})
	each(b, events, func(e rewardtypes.EventWithdrawn) {
		n := b.Node(e.Node)
		n.Withdrawn, n.Matched = n.Withdrawn.Add(e.Fees).Add(e.Matched).Add(e.Presence), n.Matched.Add(e.Matched)
		b.Minted = b.Minted.Add(e.Matched).Add(e.Presence)
	})
}

func (b *Books) readLosses(events []abci.Event) {
	each(b, events, func(e tasktypes.EventIndexLost) {
		d, n := b.Deal(e.Deal), b.Node(e.Node)
		d.Taken, n.Taken = d.Taken.Add(e.Paid), n.Taken.Add(e.Paid)
		b.Losses[e.Reason]++
	})
	var epoch uint64 // a repair is paid with the proof of an epoch
	each(b, events, func(e tasktypes.EventProven) { epoch = e.Epoch })
	each(b, events, func(e tasktypes.EventRepairPaid) {
		d, n := b.Deal(e.Deal), b.Node(e.Node)
		d.Repaired, n.Repaired = d.Repaired.Add(e.Amount), n.Repaired.Add(e.Amount)
		b.Burnt = b.Burnt.Add(b.tau(epoch, e.Amount))
		b.Repairs++
	})
}
