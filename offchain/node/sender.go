package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/node/outbox"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// sender brings posts to the chain in transactions of the operator.
type sender struct {
	chain   *chain.Client
	key     string // name of the operator's key
	payer   string // of the fees; "" = the operator
	account chain.Operated
	node    uint64
}

// Send implements outbox.Sender.
func (s sender) Send(ctx context.Context, p work.Post) (string, error) {
	m, err := s.message(p)
	if err != nil {
		return "", fmt.Errorf("%w: %w", outbox.ErrRefused, err)
	}
	result, err := s.chain.Submit(ctx, chain.Tx{From: s.key, Msgs: []chain.Msg{m}, Unordered: true, Price: p.Price, FeesFrom: s.payer})
	if errors.Is(err, chain.ErrClaimExists) {
		return "", fmt.Errorf("%w: %w", outbox.ErrDone, err)
	}
	if isFinal(err) {
		return "", fmt.Errorf("%w: %w", outbox.ErrRefused, err)
	}
	if err != nil {
		return "", err
	}
	outcome := fmt.Sprintf("tx %s in block %d, %d gas", result.Hash, result.Height, result.GasUsed)
	if len(p.Redeem) > 0 {
		outcome += redeemedText(result)
	}
	return outcome, nil
}

// redeemedText says what came of vouchers: how many were redeemed, and which were not.
func redeemedText(r chain.Result) string {
	list, err := r.Redeemed()
	if err != nil {
		return ""
	}
	text, done := "", 0
	for _, v := range list {
		if v.Refused == "" {
			done++
		} else {
			text += fmt.Sprintf("; channel %d: %s", v.Channel, v.Refused)
		}
	}
	return fmt.Sprintf(", %d of %d vouchers redeemed", done, len(list)) + text
}

// isFinal tells whether the chain would say the same again. Refusals of the chain itself are about fees and
// sequence numbers and may pass; that a window is not open may pass, too.
func isFinal(err error) bool {
	if errors.Is(err, chain.ErrInvalid) {
		return true
	}
	var r *chain.RejectedError
	return errors.As(err, &r) && r.Codespace != "sdk" && r.Codespace != "feegrant" && !errors.Is(err, chain.ErrWindow)
}

// errEmptyPost: a post that says nothing, which only another version can have written.
var errEmptyPost = errors.New("there is nothing in it to send")

// message returns the message that brings a post to the chain.
func (s sender) message(p work.Post) (chain.Msg, error) {
	switch {
	case p.Claim != nil:
		return s.account.Claim(*p.Claim)
	case p.Proof != nil:
		return s.account.Prove(*p.Proof)
	case len(p.Acks) > 0:
		return s.account.Ack(p.Acks)
	case p.Lost != nil:
		return s.account.ReportLoss(*p.Lost)
	case p.Declare != nil:
		return s.account.DeclareLoss(*p.Declare)
	case p.Take != nil:
		return s.account.TakeIndex(*p.Take)
	case p.Answer != nil:
		return s.account.AnswerOpen(p.Answer.Request, p.Answer.LayoutOpening, p.Answer.ChunkOpening)
	case len(p.Redeem) > 0:
		return chain.RedeemVouchers(s.account.Operator, p.Redeem)
	case p.Draw != 0:
		return s.account.Draw(p.Draw)
	case p.Prune != 0:
		return s.account.Prune(p.Prune)
	case p.Resume:
		return chain.ResumeNode(s.account.Operator, s.account.Network, s.node)
	}
	return chain.Msg{}, errEmptyPost
}

// heights asks the chain for its height.
type heights struct{ chain *chain.Client }

// Height implements head.Source.
func (h heights) Height(ctx context.Context) (int64, error) {
	b, err := h.chain.Latest(ctx)
	return b.Height, err
}
