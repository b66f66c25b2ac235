package node

import (
	"errors"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// errEmptyPost: a post that says nothing, which only another version can have written.
var errEmptyPost = errors.New("there is nothing in it to send")

// messageOf returns the message that brings a post to the chain.
func messageOf(o chain.Operated, node uint64, p work.Post) (chain.Msg, error) {
	switch {
	case p.Claim != nil:
		return o.Claim(*p.Claim)
	case p.Proof != nil:
		return o.Prove(p.Proof.Epoch, p.Proof.Proof)
	case len(p.Acks) > 0:
		return o.Ack(p.Acks)
	case p.Lost != nil:
		return o.ReportLoss(*p.Lost)
	case p.Declare != nil:
		return o.DeclareLoss(*p.Declare)
	case p.Take != nil:
		return o.TakeIndex(*p.Take)
	case p.Answer != nil:
		return o.AnswerOpen(p.Answer.Request, p.Answer.LayoutOpening, p.Answer.ChunkOpening)
	case p.Draw != 0:
		return o.Draw(p.Draw)
	case p.Resume:
		return chain.ResumeNode(o.Operator, o.Network, node)
	}
	return chain.Msg{}, errEmptyPost
}
