package keeper_test

import (
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

func intOf(u proof.U128) math.Int { return math.NewIntFromBigInt(u.Big()) }

// openMsg buys one GiB on three indices, any one of which is enough, so that an index costs price.
func openMsg(epochs uint64) *types.MsgOpenDeal {
	return &types.MsgOpenDeal{
		Client: client(), Network: networkID, Profile: types.Profile{K: 1, N: 3}, Space: gib, Epochs: epochs, MaxRate: math.NewInt(price),
	}
}

// open opens a deal and returns its id.
func (f *fixture) open(epochs uint64) uint64 {
	msg := openMsg(epochs)
	msg.Network = f.network()
	return must(f, f.msgs.OpenDeal, msg).Deal
}

// drawn waits for the seed, draws, and returns the nodes by index.
func (f *fixture) drawn(deal uint64) []uint64 {
	f.to(f.ctx.BlockHeight() + int64(f.w.params.Epoch.SeedDelayBlocks))
	return must(f, f.msgs.DrawDeal, &types.MsgDrawDeal{Sender: client(), Deal: deal}).Nodes
}

// commit puts the next layout into a deal without acks.
func (f *fixture) commit(deal uint64) types.Layout {
	d := f.deal(deal).Deal
	l := f.put(deal, d.Profile.N, d.Layout.Version+1)
	must(f, f.msgs.CommitLayout, &types.MsgCommitLayout{Client: d.Client, Deal: deal, Layout: l})
	return l
}

// ackMsg acknowledges the latest layout of a deal.
func (f *fixture) ackMsg(node, deal uint64, index uint32) *types.MsgAck {
	return &types.MsgAck{Operator: f.operator(node), Network: f.network(), Acks: []types.IndexAck{
		{Deal: deal, Index: index, Version: f.deal(deal).Deal.Layout.Version},
	}}
}

// held opens a deal that all its nodes hold, owed from epoch 2 on, and returns it with its nodes.
func (f *fixture) held(epochs uint64) (uint64, []uint64) {
	id := f.open(epochs)
	nodes := f.drawn(id)
	f.commit(id)
	for index, node := range nodes {
		require.NotZero(f.t, node, "index %d was not drawn", index)
		must(f, f.msgs.Ack, f.ackMsg(node, id, uint32(index)))
	}
	return id, nodes
}

// claim claims for nodes when the claims of an epoch open, prove proves when proofs do.
func (f *fixture) claim(epoch uint64, nodes ...uint64) {
	if f.ctx.BlockHeight() < opening(epoch+1) {
		f.toEpoch(epoch + 1)
	}
	for _, n := range nodes {
		must(f, f.msgs.Claim, f.claimMsg(n, epoch))
	}
}

func (f *fixture) prove(epoch uint64, nodes ...uint64) {
	f.claim(epoch, nodes...)
	f.toProofs(epoch)
	for _, n := range nodes {
		must(f, f.msgs.Prove, f.proveMsg(n, epoch))
	}
}

// events returns the typed events of the module since the last call.
func (f *fixture) events() []any {
	var list []any
	for _, e := range f.ctx.EventManager().ABCIEvents() {
		msg, err := sdk.ParseTypedEvent(e)
		require.NoError(f.t, err)
		list = append(list, msg)
	}
	f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
	return list
}

// eventsOf picks the events of one type.
func eventsOf[E any](events []any) []E {
	var list []E
	for _, e := range events {
		if typed, ok := e.(E); ok {
			list = append(list, typed)
		}
	}
	return list
}
