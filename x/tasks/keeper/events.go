package keeper

import (
	"context"

	"github.com/cosmos/gogoproto/proto"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}

func emitDealOpened(ctx context.Context, d types.Deal, c types.Cost) error {
	return emit(ctx, &types.EventDealOpened{
		Deal: d.Id, Network: d.Network, Client: d.Client, Profile: d.Profile, Space: d.Space,
		Rate: d.Rate, Escrow: c.Escrow, Reserve: c.Reserve, Burnt: c.Burnt,
	})
}

func emitIndexAssigned(ctx context.Context, d types.Deal, number uint32, node uint64) error {
	return emit(ctx, &types.EventIndexAssigned{Deal: d.Id, Network: d.Network, Index: number, Node: node})
}

func emitLayoutCommitted(ctx context.Context, d types.Deal, acked uint32) error {
	return emit(ctx, &types.EventLayoutCommitted{Deal: d.Id, Network: d.Network, Layout: d.Layout, Acked: acked})
}

func emitIndexAcked(ctx context.Context, d types.Deal, number uint32, i types.Index) error {
	return emit(ctx, &types.EventIndexAcked{
		Deal: d.Id, Network: d.Network, Index: number, Node: i.Node, Version: i.Acked.Version, FromEpoch: i.FromEpoch,
	})
}

func emitDealExtended(ctx context.Context, d types.Deal, c types.Cost) error {
	return emit(ctx, &types.EventDealExtended{Deal: d.Id, Network: d.Network, LastEpoch: d.LastEpoch, Escrow: c.Escrow})
}

func emitDealCancelled(ctx context.Context, d types.Deal) error {
	return emit(ctx, &types.EventDealCancelled{Deal: d.Id, Network: d.Network, LastEpoch: d.LastEpoch})
}

func emitDealSettled(ctx context.Context, d types.Deal, cost, refund math.Int) error {
	return emit(ctx, &types.EventDealSettled{Deal: d.Id, Network: d.Network, Cost: cost, Refund: refund})
}

func emitDealStuck(ctx context.Context, d types.Deal, id uint64, why error) error {
	return emit(ctx, &types.EventDealStuck{Deal: id, Network: d.Network, Reason: why.Error()})
}

func emitSettlingStuck(ctx context.Context, seq uint64, why error) error {
	return emit(ctx, &types.EventSettlingStuck{Seq: seq, Reason: why.Error()})
}

func emitClaimed(ctx context.Context, msg *types.MsgClaim, node uint64) error {
	return emit(ctx, &types.EventClaimed{
		Network: msg.Network, Node: node, Epoch: msg.Epoch, Total: msg.Total, UptimeSlots: msg.UptimeSlots, DutyWorth: msg.DutyWorth,
	})
}

func emitProven(ctx context.Context, p proven) error {
	gross := p.claim.Total
	return emit(ctx, &types.EventProven{
		Network: p.network.Id, Node: p.node.Id, Epoch: p.epoch.Number, Gross: gross, Burnt: gross.Sub(p.earned), Earned: p.earned,
		UptimeSlots: p.shown.Slots, DutyWorth: p.shown.Duties,
	})
}

func emitIndexLost(ctx context.Context, d types.Deal, number uint32, node uint64, reason string, paid math.Int) error {
	return emit(ctx, &types.EventIndexLost{Deal: d.Id, Network: d.Network, Index: number, Node: node, Reason: reason, Paid: paid})
}

func emitIndexTaken(ctx context.Context, d types.Deal, number uint32, node uint64) error {
	return emit(ctx, &types.EventIndexTaken{Deal: d.Id, Network: d.Network, Index: number, Node: node})
}

func emitRepairPaid(ctx context.Context, d types.Deal, number uint32, node uint64, amount math.Int) error {
	return emit(ctx, &types.EventRepairPaid{Deal: d.Id, Network: d.Network, Index: number, Node: node, Amount: amount})
}

func emitOpenRequested(ctx context.Context, c contract, r types.OpenRequest) error {
	return emit(ctx, &types.EventOpenRequested{
		Request: r.Id, Deal: r.Deal, Network: c.deal.Network, Index: r.Index, Node: r.Node, Deadline: r.Deadline,
	})
}

func emitOpenAnswered(ctx context.Context, c contract, r types.OpenRequest) error {
	return emit(ctx, &types.EventOpenAnswered{Request: r.Id, Deal: r.Deal, Network: c.deal.Network, Index: r.Index, Node: r.Node})
}

func emitChannelOpened(ctx context.Context, c types.Channel) error {
	return emit(ctx, &types.EventChannelOpened{
		Channel: c.Id, Network: c.Network, Node: c.Node, Client: c.Client, Deposit: c.Deposit, Expires: c.Expires,
	})
}

func emitChannelChanged(ctx context.Context, c types.Channel) error {
	return emit(ctx, &types.EventChannelChanged{Channel: c.Id, Network: c.Network, Node: c.Node, Deposit: c.Deposit, Expires: c.Expires})
}

func emitVoucherRedeemed(ctx context.Context, r redeemed) error {
	c := r.channel
	return emit(ctx, &types.EventVoucherRedeemed{
		Channel: c.Id, Network: c.Network, Node: c.Node, Client: c.Client, Amount: c.Redeemed, Count: c.Count, Evidence: c.Evidence,
		Gross: r.gross, Earned: r.earned,
	})
}

func emitChannelClosed(ctx context.Context, c types.Channel, refund math.Int) error {
	return emit(ctx, &types.EventChannelClosed{
		Channel: c.Id, Network: c.Network, Node: c.Node, Client: c.Client, Redeemed: c.Redeemed, Refund: refund,
	})
}

func emitChannelStuck(ctx context.Context, c types.Channel, id uint64, why error) error {
	return emit(ctx, &types.EventChannelStuck{Channel: id, Network: c.Network, Reason: why.Error()})
}

func emitTaskPosted(ctx context.Context, t types.Task) error {
	return emit(ctx, &types.EventTaskPosted{Task: t.Id, Network: t.Network, Client: t.Client, Kind: t.Work.Kind, Fee: t.Fee, Escrow: t.Escrow})
}

func emitReplicaDrawn(ctx context.Context, t types.Task, node uint64) error {
	return emit(ctx, &types.EventReplicaDrawn{Task: t.Id, Network: t.Network, Node: node, Until: t.Closes})
}

func emitReplicaLost(ctx context.Context, t types.Task, r types.Replica, slashed math.Int) error {
	return emit(ctx, &types.EventReplicaLost{Task: t.Id, Network: t.Network, Node: r.Node, Status: r.Status, Slashed: slashed})
}

func emitResultCommitted(ctx context.Context, t types.Task, node uint64) error {
	return emit(ctx, &types.EventResultCommitted{Task: t.Id, Network: t.Network, Node: node})
}

func emitResultRevealed(ctx context.Context, t types.Task, node uint64, msg *types.MsgRevealResult) error {
	return emit(ctx, &types.EventResultRevealed{Task: t.Id, Network: t.Network, Node: node, Result: msg.Result, Unavailable: msg.Unavailable})
}

func emitTaskMoved(ctx context.Context, t types.Task) error {
	return emit(ctx, &types.EventTaskMoved{Task: t.Id, Network: t.Network, Status: t.Status, Wanted: t.Wanted, Closes: t.Closes})
}

func emitTaskSettled(ctx context.Context, t types.Task, paid, burnt, refund math.Int) error {
	return emit(ctx, &types.EventTaskSettled{
		Task: t.Id, Network: t.Network, Client: t.Client, Outcome: t.Outcome, Result: t.Result, Paid: paid, Burnt: burnt, Refund: refund,
	})
}

func emitTaskStuck(ctx context.Context, t types.Task, id uint64, why error) error {
	return emit(ctx, &types.EventTaskStuck{Task: id, Network: t.Network, Reason: why.Error()})
}

func emitTaskDisputed(ctx context.Context, t types.Task) error {
	return emit(ctx, &types.EventTaskDisputed{Task: t.Id, Network: t.Network, Sender: t.Dispute.Sender, Bond: t.Dispute.Bond, Seats: t.Dispute.Seats})
}

func emitJuryDecided(ctx context.Context, t types.Task, result []byte, upheld bool, seats uint32, paid, refund math.Int) error {
	return emit(ctx, &types.EventJuryDecided{Task: t.Id, Network: t.Network, Result: result, Upheld: upheld, Seats: seats, Paid: paid, Refund: refund})
}

func emitSlashed(ctx context.Context, s types.Slash) error {
	return emit(ctx, &types.EventSlashed{Slash: s.Id, Network: s.Network, Node: s.Node, Offence: s.Offence, Task: s.Task, Amount: s.Amount, Until: s.Until})
}

func emitSlashEnded(ctx context.Context, s types.Slash, reporter, burnt, returned math.Int) error {
	return emit(ctx, &types.EventSlashEnded{Slash: s.Id, Network: s.Network, Node: s.Node, Reporter: reporter, Burnt: burnt, Returned: returned})
}

func emitSlashStuck(ctx context.Context, s types.Slash, id uint64, why error) error {
	return emit(ctx, &types.EventSlashStuck{Slash: id, Network: s.Network, Reason: why.Error()})
}
