package keeper_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

func requestMsg(requester string, deal uint64, index uint32) *types.MsgRequestOpen {
	return &types.MsgRequestOpen{Requester: requester, Deal: deal, Index: index, Position: 1_234}
}

func TestRequestAndAnswer(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(10)
	had, fees := f.has("client"), len(f.w.fees)
	rsp := must(f, f.msgs.RequestOpen, requestMsg(client(), id, 0))
	require.Equal(t, uint64(1), rsp.Request)
	require.Equal(t, f.ctx.BlockHeight()+20, rsp.Deadline)
	require.Equal(t, had-2*price, f.has("client"), "a bond of two epochs' rate")
	open, err := f.queries.OpenRequests(f.ctx, &types.QueryOpenRequestsRequest{Network: networkID, Node: nodes[0]})
	require.NoError(t, err)
	require.Len(t, open.Requests, 1)
	answer := f.answerMsg(open.Requests[0])
	for _, tc := range []struct {
		name   string
		change func(*types.MsgAnswerOpen)
		want   error
	}{
		{"fails: another node", func(m *types.MsgAnswerOpen) { m.Operator = operator(nodes[1]) }, types.ErrUnauthorized},
		{"fails: no such request", func(m *types.MsgAnswerOpen) { m.Request = 2 }, types.ErrRequestNotFound},
		{"fails: no layout opening", func(m *types.MsgAnswerOpen) { m.LayoutOpening = nil }, types.ErrInvalidProof},
		{"fails: no block", func(m *types.MsgAnswerOpen) { m.ChunkOpening = nil }, types.ErrInvalidProof},
		{"fails: a byte more", func(m *types.MsgAnswerOpen) {
			m.ChunkOpening = append(m.ChunkOpening[:len(m.ChunkOpening):len(m.ChunkOpening)], 0)
		}, types.ErrInvalidProof},
	} {
		t.Run(tc.name, func(*testing.T) {
			msg := *answer
			tc.change(&msg)
			refuse(f, f.msgs.AnswerOpen, &msg, tc.want)
		})
	}
	f.to(rsp.Deadline)
	must(f, f.msgs.AnswerOpen, answer)
	require.Len(t, f.w.fees, fees+1)
	require.Equal(t, []int64{401, 1601}, []int64{f.w.fees[fees].Burnt.Int64(), f.w.fees[fees].Earned.Int64()})
	refuse(f, f.msgs.AnswerOpen, answer, types.ErrRequestNotFound)
}

func TestRequestIsRefused(t *testing.T) {
	f := newFixture(t, 4)
	id := f.open(10)
	refuse(f, f.msgs.RequestOpen, requestMsg(client(), id, 0), types.ErrWrongState)
	nodes := f.drawn(id)
	f.commit(id)
	must(f, f.msgs.Ack, f.ackMsg(nodes[0], id, 0))
	idle := 1 + 2 + 3 + 4 - nodes[0] - nodes[1] - nodes[2]
	refuse(f, f.msgs.RequestOpen, requestMsg(operator(idle), id, 0), types.ErrUnauthorized)
	refuse(f, f.msgs.RequestOpen, requestMsg(addr(account("stranger")), id, 0), types.ErrUnauthorized)
	refuse(f, f.msgs.RequestOpen, requestMsg(client(), id, 3), types.ErrInvalidRequest)
	beyond := requestMsg(client(), id, 0)
	beyond.Position = 1_570
	refuse(f, f.msgs.RequestOpen, beyond, types.ErrWrongState)
	refuse(f, f.msgs.RequestOpen, requestMsg(operator(nodes[1]), id, 0), types.ErrInsufficientFunds)
	f.w.give(account("operator"+string(rune('0'+nodes[1]))), 10*price)
	must(f, f.msgs.RequestOpen, requestMsg(operator(nodes[1]), id, 0))
	refuse(f, f.msgs.RequestOpen, requestMsg(operator(nodes[1]), id, 0), types.ErrLimit)
	must(f, f.msgs.RequestOpen, requestMsg(client(), id, 0))
	refuse(f, f.msgs.RequestOpen, requestMsg(client(), id, 0), types.ErrLimit)
}

// Friends of a node that ask it all the time do not keep its clients from asking, and nobody can ask without end.
func TestRequestsForAnIndexAreBounded(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(50)
	f.prove(2, nodes...)
	f.toEpoch(4)
	asks := func(requester string) {
		t.Helper()
		for range types.MaxAsked {
			must(f, f.msgs.RequestOpen, requestMsg(requester, id, 0))
			must(f, f.msgs.AnswerOpen, f.answerMsg(f.export().Requests[0]))
		}
		refuse(f, f.msgs.RequestOpen, requestMsg(requester, id, 0), types.ErrLimit)
	}
	for _, node := range nodes[1:] {
		f.w.give(account("operator"+string(rune('0'+node))), 100*price)
	}
	asks(operator(nodes[1]))
	refuse(f, f.msgs.RequestOpen, requestMsg(operator(nodes[2]), id, 0), types.ErrLimit)
	asks(client())
	require.Equal(t, types.Asked{Epoch: 4, ByClient: types.MaxAsked, ByFellows: types.MaxAsked}, f.deal(id).Indices[0].Asked)
	must(f, f.msgs.RequestOpen, requestMsg(client(), id, 1)) // each index has its own
	must(f, f.msgs.AnswerOpen, f.answerMsg(f.export().Requests[0]))
	f.toEpoch(5)
	asks(client())
}

// A node has no more to answer at a time than it can; what it has answered makes room.
func TestRequestsToANodeAreBounded(t *testing.T) {
	f := newFixture(t, 3)
	f.w.params.Storage.AnswerBlocks, f.w.params.Epoch.StaleEpochs = 100_000, 10_000
	for node := range f.w.nodes {
		f.edit(node, func(n *networktypes.Node) {
			n.OwnBond, n.Offer.StorageBytes = n.OwnBond.MulRaw(10_000), n.Offer.StorageBytes*10_000
		})
	}
	f.w.give(account("client"), 10_000_000*price)
	const asked = 1
	for len(f.requests(asked)) < types.MaxRequests {
		id, nodes := f.held(1_000)
		must(f, f.msgs.RequestOpen, requestMsg(client(), id, uint32(slices.Index(nodes, asked))))
	}
	id, nodes := f.held(1_000)
	number := uint32(slices.Index(nodes, asked))
	refuse(f, f.msgs.RequestOpen, requestMsg(client(), id, number), types.ErrLimit)
	deadlines := f.requests(asked)
	require.True(t, slices.IsSortedFunc(deadlines, func(a, b types.OpenRequest) int { return int(a.Deadline - b.Deadline) }))
	must(f, f.msgs.AnswerOpen, f.answerMsg(deadlines[0]))
	must(f, f.msgs.RequestOpen, requestMsg(client(), id, number))
}

// However many deals a node has, the client of each can ask; what is past its deadline is declared lost first.
func TestEveryClientCanAsk(t *testing.T) {
	f := newFixture(t, 3)
	f.w.params.Storage.AnswerBlocks = 600
	for node := range f.w.nodes {
		f.edit(node, func(n *networktypes.Node) {
			n.OwnBond, n.Offer.StorageBytes = n.OwnBond.MulRaw(1_000), n.Offer.StorageBytes*1_000
		})
	}
	f.w.give(account("client"), 100_000*price)
	var deadline int64
	var last uint64
	for i := range 40 {
		last, _ = f.held(50)
		deadline = must(f, f.msgs.RequestOpen, requestMsg(client(), last, 0)).Deadline
		require.Equal(t, i+1, len(f.requests(1))+len(f.requests(2))+len(f.requests(3)))
	}
	f.to(deadline + 1)
	require.Empty(t, slices.Concat(f.requests(1), f.requests(2), f.requests(3)), "none can be answered any more")
	refuse(f, f.msgs.RequestOpen, requestMsg(client(), last, 0), types.ErrWrongState)
	must(f, f.msgs.DeclareLoss, declareMsg(last, 0))
}

// A holder need not keep what nobody pays for: a deal that is over cannot be asked for, or its
// client would get a bond for data the holder was free to drop.
func TestNoRequestAfterTheEnd(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(1)
	f.prove(2, nodes...)
	f.to(opening(3) + 15)
	refuse(f, f.msgs.RequestOpen, requestMsg(client(), id, 0), types.ErrWrongState)
}

func TestUnansweredRequest(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(10)
	had, reserve := f.has("client"), f.deal(id).Deal.Reserve.Int64()
	deadline := must(f, f.msgs.RequestOpen, requestMsg(client(), id, 0)).Deadline
	f.w.give(account("operator"+string(rune('0'+nodes[1]))), 10*price)
	must(f, f.msgs.RequestOpen, requestMsg(operator(nodes[1]), id, 0))
	f.to(deadline)
	refuse(f, f.msgs.DeclareLoss, declareMsg(id, 0), types.ErrNotLost)
	f.to(deadline + 1)
	answer := f.answerMsg(f.export().Requests[0])
	refuse(f, f.msgs.AnswerOpen, answer, types.ErrWindow)
	require.Equal(t, int64(2*repair), must(f, f.msgs.DeclareLoss, declareMsg(id, 0)).Paid.Int64())
	require.Equal(t, had, f.has("client"), "the bonds come back")
	require.Equal(t, reserve+2*repair, f.deal(id).Deal.Reserve.Int64())
	require.Equal(t, "unanswered", eventsOf[*types.EventIndexLost](f.events())[0].Reason)
	require.Equal(t, int64(bond-2*repair), f.w.nodes[nodes[0]].OwnBond.Int64())
}

// Whatever becomes of the index, a bond comes back: nobody is left to answer.
func TestRequestBondsNeverStick(t *testing.T) {
	for _, tc := range []struct {
		name string
		end  func(*fixture, uint64, uint64)
	}{
		{"ok: loss reported", func(f *fixture, id, node uint64) { must(f, f.msgs.ReportLoss, reportMsg(node, id, 0)) }},
		{"ok: found silent", func(f *fixture, id, _ uint64) {
			f.to(opening(4) + 15)
			must(f, f.msgs.DeclareLoss, declareMsg(id, 0))
		}},
		{"ok: settled", func(f *fixture, id, _ uint64) {
			must(f, f.msgs.CancelDeal, &types.MsgCancelDeal{Client: client(), Deal: id})
			f.to(opening(3) + 1)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, 3)
			f.w.params.Storage.AnswerBlocks = 1_000
			id, nodes := f.held(10)
			had := f.has("client")
			must(f, f.msgs.RequestOpen, requestMsg(client(), id, 0))
			tc.end(f, id, nodes[0])
			require.Empty(t, f.export().Requests)
			require.GreaterOrEqual(t, f.has("client"), had)
		})
	}
}

// TestRequestFollowsTheLayout: a client that asks for a block and then has the holder acknowledge another layout, after which
// the old one may be dropped, gets its answer from the new one.
func TestRequestFollowsTheLayout(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(10)
	must(f, f.msgs.RequestOpen, requestMsg(client(), id, 0))
	must(f, f.msgs.RequestOpen, requestMsg(client(), id, 1))
	before := f.requests(nodes[0])
	next := f.put(id, 3, 2)
	must(f, f.msgs.CommitLayout, &types.MsgCommitLayout{Client: client(), Deal: id, Layout: next, Acks: []types.SignedAck{
		{Index: 0, Signature: f.sign(nodes[0], id, 0, next)},
	}})
	after := f.requests(nodes[0])
	require.NotEqual(t, before[0].LayoutRoot, after[0].LayoutRoot)
	require.Equal(t, next.Root, after[0].LayoutRoot)
	require.Equal(t, next.Bytes, after[0].LayoutBytes)
	require.Equal(t, before[0].Position%next.Bytes, after[0].Position)
	require.Equal(t, before[0].LayoutRoot, f.requests(nodes[1])[0].LayoutRoot, "its node has not acknowledged the new one")
	must(f, f.msgs.AnswerOpen, f.answerMsg(after[0]))
	must(f, f.msgs.AnswerOpen, f.answerMsg(f.requests(nodes[1])[0]))
}

// requests returns what a node has not answered yet.
func (f *fixture) requests(node uint64) []types.OpenRequest {
	open, err := f.queries.OpenRequests(f.ctx, &types.QueryOpenRequestsRequest{Network: networkID, Node: node})
	require.NoError(f.t, err)
	return open.Requests
}
