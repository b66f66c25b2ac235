package keeper

import (
	"context"

	"cosmossdk.io/math"

	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}

func emitNetworkCreated(ctx context.Context, n types.Network, fee sdk.Coin) error {
	return emit(ctx, &types.EventNetworkCreated{
		Seq: n.Seq, Id: n.Id, Founder: n.Founder, Name: n.Name,
		Allocated: sdk.NewCoin(n.Token.Denom, n.Token.InitialAllocation),
		Burnt:     fee.Sub(n.Deposit), Deposit: n.Deposit,
	})
}

func emitNetworkEnded(ctx context.Context, n types.Network, deposit sdk.Coin) error {
	return emit(ctx, &types.EventNetworkEnded{Network: n.Id, Founder: n.Founder, Deposit: deposit})
}

func emitTermsAnnounced(ctx context.Context, network string, changes []types.TermChange, due int64) error {
	return emit(ctx, &types.EventTermsAnnounced{Network: network, Changes: changes, Due: due})
}

func emitTermsChanged(ctx context.Context, network string, changes []types.TermChange) error {
	return emit(ctx, &types.EventTermsChanged{Network: network, Changes: changes})
}

func emitTermsLapsed(ctx context.Context, network string, changes []types.TermChange) error {
	return emit(ctx, &types.EventTermsLapsed{Network: network, Changes: changes})
}

func emitParamsUpdated(ctx context.Context, authority string) error {
	return emit(ctx, &types.EventParamsUpdated{Authority: authority})
}

func emitNodeRegistered(ctx context.Context, n types.Node) error {
	return emit(ctx, &types.EventNodeRegistered{Network: n.Network, Node: n.Id, Owner: n.Owner, Operator: n.Operator, PeerId: n.PeerId})
}

func emitNodeUpdated(ctx context.Context, n types.Node) error {
	return emit(ctx, &types.EventNodeUpdated{Network: n.Network, Node: n.Id, Operator: n.Operator})
}

func emitNodeStatusChanged(ctx context.Context, n types.Node) error {
	return emit(ctx, &types.EventNodeStatusChanged{Network: n.Network, Node: n.Id, Status: n.Status})
}

func emitBonded(ctx context.Context, n types.Node, giver string, amount math.Int) error {
	return emit(ctx, &types.EventBonded{Network: n.Network, Node: n.Id, Giver: giver, Amount: amount})
}

func emitUnbondingStarted(ctx context.Context, n types.Node, u types.Unbonding) error {
	return emit(ctx, &types.EventUnbondingStarted{Network: n.Network, Node: n.Id, Giver: u.Giver, Amount: u.Amount, Completes: u.Completes})
}

func emitUnbonded(ctx context.Context, network string, u types.Unbonding) error {
	return emit(ctx, &types.EventUnbonded{Network: network, Node: u.Node, Giver: u.Giver, Amount: u.Amount})
}

func emitBondTaken(ctx context.Context, n types.Node, amount math.Int, reason string) error {
	return emit(ctx, &types.EventBondTaken{Network: n.Network, Node: n.Id, Amount: amount, Reason: reason})
}

func emitBootstrapPublished(ctx context.Context, network string, b types.Bootstrap) error {
	return emit(ctx, &types.EventBootstrapPublished{Network: network, PeerId: types.PeerID(b.PeerKey), ExpiresHeight: b.ExpiresHeight})
}

func emitEpochOpened(ctx context.Context, network string, e types.Epoch) error {
	return emit(ctx, &types.EventEpochOpened{Network: network, Epoch: e.Number, Nodes: e.Nodes})
}

func emitOpeningStuck(ctx context.Context, seq uint64, retry int64, why error) error {
	return emit(ctx, &types.EventOpeningStuck{Seq: seq, RetryHeight: retry, Reason: why.Error()})
}

func emitUnbondingStuck(ctx context.Context, id uint64, completes int64, why error) error {
	return emit(ctx, &types.EventUnbondingStuck{Unbonding: id, Completes: completes, Reason: why.Error()})
}
