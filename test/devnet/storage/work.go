package storage

import (
	"slices"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/devnet"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// Leaves returns what the node is owed for an epoch as the leaves of its claim.
func (h *Holder) Leaves(epoch uint64) proof.LeafList {
	h.net.t.Helper()
	var leaves proof.LeafList
	for _, o := range h.net.Owing(h.ID, epoch) {
		weight, err := proof.FromBig(o.Deal.Rate.BigInt())
		require.NoError(h.net.t, err)
		leaves = append(leaves, proof.Leaf{Item: o.Deal.Id, Weight: weight})
	}
	return leaves
}

// Trie returns the claim trie over leaves.
func (h *Holder) Trie(leaves proof.LeafList) *proof.Trie {
	h.net.t.Helper()
	trie, err := proof.BuildTrie(leaves)
	require.NoError(h.net.t, err)
	return trie
}

// ClaimMsg claims an epoch by the root of a trie.
func (h *Holder) ClaimMsg(epoch uint64, root proof.Node) *tasktypes.MsgClaim {
	return &tasktypes.MsgClaim{
		Operator: h.Operator.String(), Network: h.net.Record.Id, Epoch: epoch, Root: root.Hash[:],
		Total: math.NewIntFromBigInt(root.Sum.Big()),
	}
}

// Seed returns the seed of the node's proof for an epoch and the number of positions it opens.
func (h *Holder) Seed(epoch uint64) (seed [32]byte, openings int) {
	n := h.net
	n.t.Helper()
	rsp, err := n.State().queries.Window(n.State().ask(), &tasktypes.QueryWindowRequest{Network: n.Record.Id, Epoch: epoch})
	require.NoError(n.t, err)
	require.NotZero(n.t, rsp.Window.SeedHeight, "no seed for epoch %d at height %d", epoch, n.Chain.Height())
	e, err := n.keepers().Network.Epoch(n.State().ctx, n.Record.Seq, epoch)
	require.NoError(n.t, err)
	return tasktypes.ProofSeed(rsp.Window.Seed, n.Record.Seq, epoch, h.ID), tasktypes.Openings(e.Params.Storage.Openings, e.Nodes)
}

// ProofMsg proves the claim of an epoch that was made with a trie, with what the node has. The error is that of
// proof.ProveStorage.
func (h *Holder) ProofMsg(epoch uint64, trie *proof.Trie) (*tasktypes.MsgProve, error) {
	h.net.t.Helper()
	seed, openings := h.Seed(epoch)
	p, err := proof.ProveStorage(trie, seed, openings, h.Holdings(epoch))
	if err != nil {
		return nil, err
	}
	return h.ProofBytes(epoch, p), nil
}

// ProofBytes is the message that carries a proof, right or wrong.
func (h *Holder) ProofBytes(epoch uint64, p proof.StorageProof) *tasktypes.MsgProve {
	h.net.t.Helper()
	bz, err := p.Encode()
	require.NoError(h.net.t, err)
	return &tasktypes.MsgProve{Operator: h.Operator.String(), Network: h.net.Record.Id, Epoch: epoch, Proof: bz}
}

// Deadlines returns the duties of the node that can be done in the next block, but for claims that no deal is about: nobody watches it.
func (h *Holder) Deadlines() []tasktypes.Deadline {
	h.net.t.Helper()
	return slices.DeleteFunc(h.AllDeadlines(), func(d tasktypes.Deadline) bool { return d.Duty == "claim" && d.AtStake.IsZero() })
}

// AllDeadlines returns the duties of the node that can be done in the next block.
func (h *Holder) AllDeadlines() []tasktypes.Deadline {
	n := h.net
	n.t.Helper()
	rsp, err := n.State().queries.Deadlines(n.State().ask(), &tasktypes.QueryDeadlinesRequest{Network: n.Record.Id, Node: h.ID})
	require.NoError(n.t, err)
	next := n.Chain.Height() + 1
	return slices.DeleteFunc(rsp.Deadlines, func(d tasktypes.Deadline) bool { return next < d.From || d.Until <= next })
}

// AckMsg acknowledges the latest layout of a deal.
func (h *Holder) AckMsg(deal uint64, index uint32) *tasktypes.MsgAck {
	return &tasktypes.MsgAck{
		Operator: h.Operator.String(), Network: h.net.Record.Id,
		Acks: []tasktypes.IndexAck{{Deal: deal, Index: index, Version: h.net.Deal(deal).Layout.Version}},
	}
}

// ReportMsg says that the node lost an index.
func (h *Holder) ReportMsg(deal uint64, index uint32) *tasktypes.MsgReportLoss {
	return &tasktypes.MsgReportLoss{Operator: h.Operator.String(), Network: h.net.Record.Id, Deal: deal, Index: index}
}

// TakeMsg takes a vacant index.
func (h *Holder) TakeMsg(deal uint64, index uint32) *tasktypes.MsgTakeIndex {
	return &tasktypes.MsgTakeIndex{Operator: h.Operator.String(), Network: h.net.Record.Id, Deal: deal, Index: index}
}

// AnswerMsg shows the block that a request asks for. The error is ErrLost, or one of package proof.
func (h *Holder) AnswerMsg(r tasktypes.OpenRequest) (*tasktypes.MsgAnswerOpen, error) {
	layout := h.net.contents[string(r.LayoutRoot)].Layout
	opening, segment, err := layout.Open(r.Index, r.Position)
	if err != nil {
		return nil, err
	}
	piece, err := proof.VerifyLayout(layout.Root(), layout.Pieces(), r.Index, r.Position, opening)
	if err != nil {
		return nil, err
	}
	pieces := h.stored[place{[32]byte(r.LayoutRoot), r.Index}]
	if pieces == nil || pieces[segment] == nil {
		return nil, ErrLost
	}
	data, cvs, err := groupOf(pieces[segment], piece.Offset/proof.GroupSize)
	if err != nil {
		return nil, err
	}
	chunk, err := proof.OpenChunk(data, cvs, piece.Length, piece.Chunk())
	return &tasktypes.MsgAnswerOpen{Operator: h.Operator.String(), Request: r.Id, LayoutOpening: opening, ChunkOpening: chunk}, err
}

// BondMsg puts up money of an account for the node.
func (h *Holder) BondMsg(giver *devnet.Account, amount int64) *networktypes.MsgBond {
	return &networktypes.MsgBond{Giver: giver.String(), Network: h.net.Record.Id, Node: h.ID, Amount: math.NewInt(amount)}
}

// UnbondMsg takes money out of the bond again.
func (h *Holder) UnbondMsg(amount math.Int) *networktypes.MsgUnbond {
	return &networktypes.MsgUnbond{Giver: h.Owner.String(), Network: h.net.Record.Id, Node: h.ID, Amount: amount}
}

// ResumeMsg brings the node back after it was suspended.
func (h *Holder) ResumeMsg() *networktypes.MsgResume {
	return &networktypes.MsgResume{Operator: h.Operator.String(), Network: h.net.Record.Id, Node: h.ID}
}

// LeaveMsg takes the node out for good.
func (h *Holder) LeaveMsg() *networktypes.MsgLeave {
	return &networktypes.MsgLeave{Owner: h.Owner.String(), Network: h.net.Record.Id, Node: h.ID}
}

// BootstrapMsg publishes where peers may enter the network by the node, up to a height.
func (h *Holder) BootstrapMsg(publisher *devnet.Account, until int64) *networktypes.MsgPublishBootstrap {
	h.net.t.Helper()
	record := networktypes.Bootstrap{PeerKey: h.PeerKey(), Addrs: []string{"/ip4/10.0.0.1/tcp/4001"}, ExpiresHeight: until}
	signature, err := record.Sign(h.peer, h.net.domain)
	require.NoError(h.net.t, err)
	return &networktypes.MsgPublishBootstrap{Publisher: publisher.String(), Network: h.net.Record.Id, Record: record, PeerSignature: signature}
}
