package keeper

import (
	"context"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

type msgServer struct{ *Keeper }

// NewMsgServer returns the handlers of the module's messages. Every rule is held here or below,
// never in the ante handler, so that messages routed by authz or governance meet it too.
func NewMsgServer(k *Keeper) types.MsgServer { return msgServer{k} }

// OpenDeal implements types.MsgServer.
func (m msgServer) OpenDeal(ctx context.Context, msg *types.MsgOpenDeal) (*types.MsgOpenDealResponse, error) {
	client, err := m.account("client", msg.Client)
	if err != nil {
		return nil, err
	}
	d, cost, err := m.openDeal(ctx, client, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgOpenDealResponse{Deal: d.Id, Rate: d.Rate, Deposit: cost.Total()}, emitDealOpened(ctx, d, cost)
}

// DrawDeal implements types.MsgServer.
func (m msgServer) DrawDeal(ctx context.Context, msg *types.MsgDrawDeal) (*types.MsgDrawDealResponse, error) {
	if _, err := m.account("sender", msg.Sender); err != nil {
		return nil, err
	}
	c, err := m.contract(ctx, msg.Deal)
	if err != nil {
		return nil, err
	}
	indices, err := m.drawDeal(ctx, c, msg.Sender == c.deal.Client)
	if err != nil {
		return nil, err
	}
	rsp := &types.MsgDrawDealResponse{}
	for _, i := range indices {
		rsp.Nodes = append(rsp.Nodes, i.Node)
	}
	return rsp, nil
}

// CommitLayout implements types.MsgServer.
func (m msgServer) CommitLayout(ctx context.Context, msg *types.MsgCommitLayout) (*types.MsgCommitLayoutResponse, error) {
	d, acked, err := m.commitLayout(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgCommitLayoutResponse{Acked: acked}, emitLayoutCommitted(ctx, d, acked)
}

// Ack implements types.MsgServer.
func (m msgServer) Ack(ctx context.Context, msg *types.MsgAck) (*types.MsgAckResponse, error) {
	return &types.MsgAckResponse{}, m.operatorAcks(ctx, msg)
}

// ExtendDeal implements types.MsgServer.
func (m msgServer) ExtendDeal(ctx context.Context, msg *types.MsgExtendDeal) (*types.MsgExtendDealResponse, error) {
	client, err := m.account("client", msg.Client)
	if err != nil {
		return nil, err
	}
	d, cost, err := m.extendDeal(ctx, client, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgExtendDealResponse{LastEpoch: d.LastEpoch}, emitDealExtended(ctx, d, cost)
}

// CancelDeal implements types.MsgServer.
func (m msgServer) CancelDeal(ctx context.Context, msg *types.MsgCancelDeal) (*types.MsgCancelDealResponse, error) {
	d, err := m.cancelDeal(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgCancelDealResponse{LastEpoch: d.LastEpoch}, emitDealCancelled(ctx, d)
}

// SettleDeal implements types.MsgServer.
func (m msgServer) SettleDeal(ctx context.Context, msg *types.MsgSettleDeal) (*types.MsgSettleDealResponse, error) {
	if _, err := m.account("sender", msg.Sender); err != nil {
		return nil, err
	}
	d, cost, refund, err := m.settleDeal(ctx, msg.Deal)
	if err != nil {
		return nil, err
	}
	return &types.MsgSettleDealResponse{Refund: refund}, emitDealSettled(ctx, d, cost, refund)
}

// Claim implements types.MsgServer.
func (m msgServer) Claim(ctx context.Context, msg *types.MsgClaim) (*types.MsgClaimResponse, error) {
	node, err := m.claim(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgClaimResponse{}, emitClaimed(ctx, msg, node)
}

// Prove implements types.MsgServer.
func (m msgServer) Prove(ctx context.Context, msg *types.MsgProve) (*types.MsgProveResponse, error) {
	p, err := m.prove(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgProveResponse{
		Gross: p.claim.Total, Earned: p.earned, UptimeSlots: p.shown.Slots, DutyWorth: p.shown.Duties,
	}, emitProven(ctx, p)
}

// ReportLoss implements types.MsgServer.
func (m msgServer) ReportLoss(ctx context.Context, msg *types.MsgReportLoss) (*types.MsgReportLossResponse, error) {
	paid, err := m.reportLoss(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgReportLossResponse{Paid: paid}, nil
}

// DeclareLoss implements types.MsgServer.
func (m msgServer) DeclareLoss(ctx context.Context, msg *types.MsgDeclareLoss) (*types.MsgDeclareLossResponse, error) {
	if _, err := m.account("sender", msg.Sender); err != nil {
		return nil, err
	}
	paid, err := m.declareLoss(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgDeclareLossResponse{Paid: paid}, nil
}

// TakeIndex implements types.MsgServer.
func (m msgServer) TakeIndex(ctx context.Context, msg *types.MsgTakeIndex) (*types.MsgTakeIndexResponse, error) {
	pay, err := m.takeIndex(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgTakeIndexResponse{RepairPay: pay}, nil
}

// RequestOpen implements types.MsgServer.
func (m msgServer) RequestOpen(ctx context.Context, msg *types.MsgRequestOpen) (*types.MsgRequestOpenResponse, error) {
	r, c, err := m.requestOpen(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgRequestOpenResponse{Request: r.Id, Deadline: r.Deadline}, emitOpenRequested(ctx, c, r)
}

// AnswerOpen implements types.MsgServer.
func (m msgServer) AnswerOpen(ctx context.Context, msg *types.MsgAnswerOpen) (*types.MsgAnswerOpenResponse, error) {
	r, c, err := m.answerOpen(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgAnswerOpenResponse{}, emitOpenAnswered(ctx, c, r)
}

// OpenChannel implements types.MsgServer.
func (m msgServer) OpenChannel(ctx context.Context, msg *types.MsgOpenChannel) (*types.MsgOpenChannelResponse, error) {
	c, err := m.openChannel(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgOpenChannelResponse{Channel: c.Id}, emitChannelOpened(ctx, c)
}

// TopUpChannel implements types.MsgServer.
func (m msgServer) TopUpChannel(ctx context.Context, msg *types.MsgTopUpChannel) (*types.MsgTopUpChannelResponse, error) {
	c, err := m.topUpChannel(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgTopUpChannelResponse{Deposit: c.Deposit, Expires: c.Expires}, emitChannelChanged(ctx, c)
}

// CloseChannel implements types.MsgServer.
func (m msgServer) CloseChannel(ctx context.Context, msg *types.MsgCloseChannel) (*types.MsgCloseChannelResponse, error) {
	c, refund, over, err := m.closeChannel(ctx, msg)
	if err != nil {
		return nil, err
	}
	if over {
		err = emitChannelClosed(ctx, c, refund)
	} else {
		err = emitChannelChanged(ctx, c)
	}
	return &types.MsgCloseChannelResponse{Expires: c.Expires, Refund: refund}, err
}

// RedeemVouchers implements types.MsgServer.
func (m msgServer) RedeemVouchers(ctx context.Context, msg *types.MsgRedeemVouchers) (*types.MsgRedeemVouchersResponse, error) {
	results, err := m.redeemVouchers(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgRedeemVouchersResponse{Results: results}, nil
}

// PostTask implements types.MsgServer.
func (m msgServer) PostTask(ctx context.Context, msg *types.MsgPostTask) (*types.MsgPostTaskResponse, error) {
	t, err := m.postTask(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgPostTaskResponse{Task: t.Id, Escrow: t.Escrow}, emitTaskPosted(ctx, t)
}

// DrawTask implements types.MsgServer.
func (m msgServer) DrawTask(ctx context.Context, msg *types.MsgDrawTask) (*types.MsgDrawTaskResponse, error) {
	_, nodes, err := m.drawTask(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgDrawTaskResponse{Nodes: nodes}, nil
}

// CommitResult implements types.MsgServer.
func (m msgServer) CommitResult(ctx context.Context, msg *types.MsgCommitResult) (*types.MsgCommitResultResponse, error) {
	t, node, err := m.commitResult(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgCommitResultResponse{}, emitResultCommitted(ctx, t, node)
}

// RevealResult implements types.MsgServer.
func (m msgServer) RevealResult(ctx context.Context, msg *types.MsgRevealResult) (*types.MsgRevealResultResponse, error) {
	t, node, err := m.revealResult(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgRevealResultResponse{}, emitResultRevealed(ctx, t, node, msg)
}

// MoveTask implements types.MsgServer.
func (m msgServer) MoveTask(ctx context.Context, msg *types.MsgMoveTask) (*types.MsgMoveTaskResponse, error) {
	if _, err := m.account("sender", msg.Sender); err != nil {
		return nil, err
	}
	t, err := m.moveTask(ctx, msg.Task)
	if err != nil {
		return nil, err
	}
	return &types.MsgMoveTaskResponse{Status: t.Status}, nil
}

// DisputeTask implements types.MsgServer.
func (m msgServer) DisputeTask(ctx context.Context, msg *types.MsgDisputeTask) (*types.MsgDisputeTaskResponse, error) {
	t, err := m.disputeTask(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgDisputeTaskResponse{Bond: t.Dispute.Bond, Seats: t.Dispute.Seats}, emitTaskDisputed(ctx, t)
}
