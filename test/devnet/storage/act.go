package storage

import (
	"context"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/devnet"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardtypes "github.com/mesh-protocol/mesh/x/rewards/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// Act implements Actor: an honest node says what it has lost, acknowledges what it has stored, does its duties
// and posted tasks in the first block in which it can, rebuilds what others have lost and withdraws once an epoch. One that has
// left proves and withdraws what it is still owed.
func (h *Holder) Act() {
	h.net.t.Helper()
	if h.Away {
		return
	}
	stays := h.Node().Status != networktypes.NODE_STATUS_LEFT
	if stays {
		h.Store()
	}
	h.Duties(h.Claim, h.Prove)
	h.TaskDuties(h.Commit, h.Reveal)
	h.Withdraw()
	if stays {
		h.Watch()
		h.Take()
	}
}

// Store looks after the node's indices: it reports those it has lost, rebuilds those it has taken and
// acknowledges layouts it has stored.
func (h *Holder) Store() {
	n := h.net
	for _, s := range n.State().Tasks.Indices {
		i, layout := s.Index, n.Deal(s.Deal).Layout
		if i.Node != h.ID {
			continue
		}
		if i.Status == tasktypes.INDEX_STATUS_HELD && !h.Has(i.Acked, s.Number) {
			n.Send(h.Operator, h.ReportMsg(s.Deal, s.Number))
			continue
		}
		if i.Status == tasktypes.INDEX_STATUS_RESERVED && !h.Has(layout, s.Number) {
			h.Rebuild(s.Deal, s.Number)
		}
		if i.Acked.Version < layout.Version && h.Has(layout, s.Number) {
			n.Send(h.Operator, h.AckMsg(s.Deal, s.Number))
		}
	}
}

// Duties does what is due of claims and proofs by the given steps, and answers requests.
func (h *Holder) Duties(claim, prove func(epoch uint64)) {
	for _, d := range h.Deadlines() {
		switch d.Duty {
		case "claim":
			claim(d.Epoch)
		case "proof":
			prove(d.Epoch)
		case "open":
			h.Answer(d.Request)
		}
	}
}

// Claim claims what the node is owed for an epoch.
func (h *Holder) Claim(epoch uint64) {
	h.net.t.Helper()
	h.net.Send(h.Operator, h.ClaimMsg(epoch, h.Trie(h.Leaves(epoch)).Root()))
}

// Prove proves the claim of an epoch.
func (h *Holder) Prove(epoch uint64) {
	h.net.t.Helper()
	msg, err := h.ProofMsg(epoch, h.Trie(h.Leaves(epoch)))
	require.NoError(h.net.t, err)
	h.net.Send(h.Operator, msg)
}

// Answer shows the block of a request.
func (h *Holder) Answer(request uint64) {
	h.net.t.Helper()
	for _, r := range h.net.State().Tasks.Requests {
		if r.Id != request {
			continue
		}
		msg, err := h.AnswerMsg(r)
		require.NoError(h.net.t, err)
		h.net.Send(h.Operator, msg)
	}
}

// Watch tries to declare lost what fellow holders have lost.
func (h *Holder) Watch() {
	for _, d := range h.net.State().Tasks.Deals {
		if h.isFirstOf(d.Id) {
			h.net.declare(h.Operator, d.Id)
		}
	}
}

// declare tries to declare lost every index of a deal whose node has left, or has not proven or answered for as
// long as the network bears.
func (n *Network) declare(sender *devnet.Account, deal uint64) {
	for number, i := range n.Indices(deal) {
		if i.Status != tasktypes.INDEX_STATUS_HELD {
			continue
		}
		last := max(n.Owed(i.Node).LastProven, i.FromEpoch-1)
		silent := last+uint64(n.Terms().Storage.LostEpochs) < n.Epoch()
		if silent || n.Node(i.Node).Status == networktypes.NODE_STATUS_LEFT || n.isUnanswered(deal, uint32(number)) {
			n.Try(sender, &tasktypes.MsgDeclareLoss{Sender: sender.String(), Deal: deal, Index: uint32(number)})
		}
	}
}

// isFirstOf tells whether the node holds the first index of a deal whose node does anything, so that one
// watches for all.
func (h *Holder) isFirstOf(deal uint64) bool {
	for _, i := range h.net.Indices(deal) {
		if i.Status == tasktypes.INDEX_STATUS_HELD && h.net.isActor(h.net.Holders[i.Node-1]) {
			return i.Node == h.ID
		}
	}
	return false
}

// isActor tells whether a node is one of the actors itself and does something.
func (n *Network) isActor(h *Holder) bool {
	for _, a := range n.Actors {
		if a == Actor(h) {
			return !h.Away && h.Node().Status != networktypes.NODE_STATUS_LEFT
		}
	}
	return false
}

// isUnanswered tells whether a request for an index is past its deadline.
func (n *Network) isUnanswered(deal uint64, index uint32) bool {
	for _, r := range n.State().Tasks.Requests {
		if r.Deal == deal && r.Index == index && r.Deadline <= n.Chain.Height() {
			return true
		}
	}
	return false
}

// Take tries to take every vacant index of the deals the node is not in.
func (h *Holder) Take() {
	n := h.net
	for _, s := range n.State().Tasks.Indices {
		if s.Index.Status == tasktypes.INDEX_STATUS_VACANT && !h.isIn(s.Deal) && n.Epoch() < n.Deal(s.Deal).LastEpoch {
			n.Try(h.Operator, h.TakeMsg(s.Deal, s.Number))
		}
	}
}

func (h *Holder) isIn(deal uint64) bool {
	for _, i := range h.net.Indices(deal) {
		if i.Node == h.ID {
			return true
		}
	}
	return false
}

// Withdraw withdraws what the node has earned, once an epoch.
func (h *Holder) Withdraw() {
	n := h.net
	if h.withdrawn == n.Epoch() {
		return
	}
	h.withdrawn = n.Epoch()
	if h.Earned() {
		n.Send(h.Operator, h.WithdrawMsg())
	}
}

// Earned tells whether there is anything to withdraw.
func (h *Holder) Earned() bool {
	n := h.net
	n.t.Helper()
	rsp, err := rewardtypes.NewQueryClient(n.Chain.Conn()).Earnings(context.Background(), &rewardtypes.QueryEarningsRequest{Network: n.Record.Id, Node: h.ID})
	require.NoError(n.t, err)
	return rsp.Epochs > 0 || rsp.Fees.IsPositive() || rsp.Presence.IsPositive()
}

// WithdrawMsg withdraws what the node has earned.
func (h *Holder) WithdrawMsg() *rewardtypes.MsgWithdraw {
	return &rewardtypes.MsgWithdraw{Sender: h.Operator.String(), Network: h.net.Record.Id, Node: h.ID}
}
