package chain

import (
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardstypes "github.com/mesh-protocol/mesh/x/rewards/types"
	taskstypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// Operated names a node by its network and the account that operates it, which signs what follows.
type Operated struct{ Operator, Network string }

// MaxAcks is the most that one message acknowledges.
const MaxAcks = taskstypes.MaxAcks

// Ack acknowledges the latest layouts of up to MaxAcks indices.
func (o Operated) Ack(acks []work.Ack) (Msg, error) {
	m := &taskstypes.MsgAck{Operator: o.Operator, Network: o.Network}
	for _, a := range acks {
		m.Acks = append(m.Acks, taskstypes.IndexAck{Deal: a.Ref.Deal, Index: uint32(a.Ref.Index), Version: a.Version})
	}
	return pack(m)
}

// Claim says what the node did in an epoch.
func (o Operated) Claim(c work.Claim) (Msg, error) {
	return pack(&taskstypes.MsgClaim{
		Operator: o.Operator, Network: o.Network, Epoch: c.Epoch,
		Root: rootOf(c.Deals), Total: IntOf(c.Deals.Sum),
		UptimeRoot: rootOf(c.Slots), UptimeSlots: uint32(c.Slots.Sum.Lo),
		DutyRoot: rootOf(c.Duties), DutyWorth: c.Duties.Sum.Lo,
	})
}

// rootOf returns the hash at the root of a trie; an empty one has none.
func rootOf(n proof.Node) []byte {
	if n.IsEmpty() {
		return nil
	}
	return n.Hash[:]
}

// Prove proves a claim.
func (o Operated) Prove(p work.Proven) (Msg, error) {
	return pack(&taskstypes.MsgProve{
		Operator: o.Operator, Network: o.Network, Epoch: p.Epoch, Proof: p.Deals, Uptime: p.Slots, Duties: p.Duties,
	})
}

// ReportLoss says that the node lost an index.
func (o Operated) ReportLoss(ref work.IndexRef) (Msg, error) {
	return pack(&taskstypes.MsgReportLoss{Operator: o.Operator, Network: o.Network, Deal: ref.Deal, Index: uint32(ref.Index)})
}

// DeclareLoss says that somebody else's index is lost.
func (o Operated) DeclareLoss(ref work.IndexRef) (Msg, error) {
	return pack(&taskstypes.MsgDeclareLoss{Sender: o.Operator, Deal: ref.Deal, Index: uint32(ref.Index)})
}

// Prune takes somebody else's node out that does nothing of what it owes.
func (o Operated) Prune(node uint64) (Msg, error) {
	return pack(&networktypes.MsgPrune{Reporter: o.Operator, Network: o.Network, Node: node})
}

// Draw assigns the indices of a deal whose draw is due.
func (o Operated) Draw(deal uint64) (Msg, error) { return DrawDeal(o.Operator, deal) }

// TakeIndex reserves a vacant index for the node.
func (o Operated) TakeIndex(ref work.IndexRef) (Msg, error) {
	return pack(&taskstypes.MsgTakeIndex{Operator: o.Operator, Network: o.Network, Deal: ref.Deal, Index: uint32(ref.Index)})
}

// AnswerOpen shows a block that was asked for.
func (o Operated) AnswerOpen(request uint64, layoutOpening, chunkOpening []byte) (Msg, error) {
	return pack(&taskstypes.MsgAnswerOpen{Operator: o.Operator, Request: request, LayoutOpening: layoutOpening, ChunkOpening: chunkOpening})
}

// Withdraw pays a node's owner what the node has earned; anyone may sign.
func Withdraw(sender, network string, node uint64) (Msg, error) {
	return pack(&rewardstypes.MsgWithdraw{Sender: sender, Network: network, Node: node})
}
