package storage

import (
	"maps"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/devnet"
)

// Export begins a new chain with the state of this one, and returns the network there with the same nodes and
// books. Both chains make one block in which nobody acts, since a chain knows nothing before its first. All
// actors must be honest nodes.
func (n *Network) Export(id string) *Network {
	n.t.Helper()
	require.Empty(n.t, n.pending)
	require.Nil(n.t, n.Friend, "a network with a friend cannot move to another chain")
	next := *n
	next.Chain, next.Actors, next.Holders, next.state = n.Chain.Export(id), nil, nil, new(lately)
	there := func(a *devnet.Account) *devnet.Account {
		at := slices.Index(n.Chain.Accounts, a)
		require.GreaterOrEqual(n.t, at, 0, "account %s is not the chain's", a)
		return next.Chain.Accounts[at]
	}
	next.Founder, next.free = there(n.Founder), nil
	for _, a := range n.free {
		next.free = append(next.free, there(a))
	}
	for _, h := range n.Holders {
		other := *h
		other.Owner, other.Operator, other.net, other.stored = there(h.Owner), there(h.Operator), &next, maps.Clone(h.stored)
		other.answers = maps.Clone(h.answers)
		next.Holders = append(next.Holders, &other)
	}
	for _, a := range n.Actors {
		h, ok := a.(*Holder)
		require.True(n.t, ok, "%T cannot move to another chain", a)
		next.Actors = append(next.Actors, next.Holders[h.ID-1])
	}
	next.contents = maps.Clone(n.contents)
	next.Books = n.Books.clone(&next)
	for _, network := range []*Network{n, &next} {
		network.Books.read(network.Chain.Advance())
		network.check()
	}
	return &next
}

// clone copies the books for a network that goes on from here.
func (b *Books) clone(n *Network) *Books {
	other := *b
	other.net, other.bonds, other.Losses, other.terms = n, maps.Clone(b.bonds), maps.Clone(b.Losses), maps.Clone(b.terms)
	other.Deals, other.Nodes = map[uint64]*DealBook{}, map[uint64]*NodeBook{}
	for id, d := range b.Deals {
		book := *d
		other.Deals[id] = &book
	}
	other.Tasks = map[uint64]*TaskBook{}
	for id, t := range b.Tasks {
		book := *t
		other.Tasks[id] = &book
	}
	for id, node := range b.Nodes {
		book := *node
		book.Epochs = maps.Clone(node.Epochs)
		other.Nodes[id] = &book
	}
	other.Channels = map[uint64]*ChannelBook{}
	for id, c := range b.Channels {
		book := *c
		other.Channels[id] = &book
	}
	return &other
}
