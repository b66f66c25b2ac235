package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

type msgServer struct{ *Keeper }

// NewMsgServer returns the handlers of the module's messages. Every rule is held here or below,
// never in the ante handler, so that messages routed by authz or governance meet it too.
func NewMsgServer(k *Keeper) types.MsgServer { return msgServer{k} }

// CreateNetwork implements types.MsgServer.
func (m msgServer) CreateNetwork(ctx context.Context, msg *types.MsgCreateNetwork) (*types.MsgCreateNetworkResponse, error) {
	founder, err := m.account("founder", msg.Founder)
	if err != nil {
		return nil, err
	}
	n, err := m.createNetwork(ctx, founder, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgCreateNetworkResponse{Seq: n.Seq, Id: n.Id, Denom: n.Token.Denom}, nil
}

// UpdateNetwork implements types.MsgServer.
func (m msgServer) UpdateNetwork(ctx context.Context, msg *types.MsgUpdateNetwork) (*types.MsgUpdateNetworkResponse, error) {
	due, err := m.announce(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgUpdateNetworkResponse{Due: due}, nil
}

// SunsetNetwork implements types.MsgServer.
func (m msgServer) SunsetNetwork(ctx context.Context, msg *types.MsgSunsetNetwork) (*types.MsgSunsetNetworkResponse, error) {
	deposit, err := m.sunset(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgSunsetNetworkResponse{Deposit: deposit}, nil
}

// RegisterNode implements types.MsgServer.
func (m msgServer) RegisterNode(ctx context.Context, msg *types.MsgRegisterNode) (*types.MsgRegisterNodeResponse, error) {
	owner, err := m.account("owner", msg.Owner)
	if err != nil {
		return nil, err
	}
	n, err := m.registerNode(ctx, owner, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgRegisterNodeResponse{Node: n.Id}, nil
}

// UpdateNode implements types.MsgServer.
func (m msgServer) UpdateNode(ctx context.Context, msg *types.MsgUpdateNode) (*types.MsgUpdateNodeResponse, error) {
	owner, err := m.account("owner", msg.Owner)
	if err != nil {
		return nil, err
	}
	n, err := m.updateNode(ctx, owner, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgUpdateNodeResponse{}, emitNodeUpdated(ctx, n)
}

// Bond implements types.MsgServer.
func (m msgServer) Bond(ctx context.Context, msg *types.MsgBond) (*types.MsgBondResponse, error) {
	giver, err := m.account("giver", msg.Giver)
	if err != nil {
		return nil, err
	}
	network, n, err := m.nodeOf(ctx, msg.Network, msg.Node)
	if err != nil {
		return nil, err
	}
	return &types.MsgBondResponse{}, m.bond(ctx, giver, msg.Giver, network, n, msg.Amount)
}

// Unbond implements types.MsgServer.
func (m msgServer) Unbond(ctx context.Context, msg *types.MsgUnbond) (*types.MsgUnbondResponse, error) {
	giver, err := m.account("giver", msg.Giver)
	if err != nil {
		return nil, err
	}
	network, n, err := m.nodeOf(ctx, msg.Network, msg.Node)
	if err != nil {
		return nil, err
	}
	completes, err := m.unbond(ctx, giver, msg.Giver, network, n, msg.Amount)
	if err != nil {
		return nil, err
	}
	return &types.MsgUnbondResponse{Completes: completes}, nil
}

// Leave implements types.MsgServer.
func (m msgServer) Leave(ctx context.Context, msg *types.MsgLeave) (*types.MsgLeaveResponse, error) {
	network, n, err := m.ownNode(ctx, msg.Owner, msg.Network, msg.Node)
	if err != nil {
		return nil, err
	}
	return &types.MsgLeaveResponse{}, m.leave(ctx, network, n)
}

// Resume implements types.MsgServer.
func (m msgServer) Resume(ctx context.Context, msg *types.MsgResume) (*types.MsgResumeResponse, error) {
	network, n, err := m.nodeOf(ctx, msg.Network, msg.Node)
	if err != nil {
		return nil, err
	}
	if n.Operator != msg.Operator {
		return nil, types.ErrUnauthorized.Wrapf("node %d of network %s is operated by %s, not by %s", n.Id, msg.Network, n.Operator, msg.Operator)
	}
	return &types.MsgResumeResponse{}, m.resume(ctx, network, n)
}

// Prune implements types.MsgServer.
func (m msgServer) Prune(ctx context.Context, msg *types.MsgPrune) (*types.MsgPruneResponse, error) {
	if _, err := m.account("reporter", msg.Reporter); err != nil {
		return nil, err
	}
	network, n, err := m.nodeOf(ctx, msg.Network, msg.Node)
	if err != nil {
		return nil, err
	}
	return &types.MsgPruneResponse{}, m.prune(ctx, network, n)
}

// PublishBootstrap implements types.MsgServer.
func (m msgServer) PublishBootstrap(ctx context.Context, msg *types.MsgPublishBootstrap) (*types.MsgPublishBootstrapResponse, error) {
	if _, err := m.account("publisher", msg.Publisher); err != nil {
		return nil, err
	}
	if err := m.publishBootstrap(ctx, msg); err != nil {
		return nil, err
	}
	return &types.MsgPublishBootstrapResponse{}, emitBootstrapPublished(ctx, msg.Network, msg.Record)
}

// UpdateParams implements types.MsgServer.
func (m msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), m.authority, msg.Authority); err != nil {
		return nil, err
	}
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	if err := m.params.Set(ctx, msg.Params); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, emitParamsUpdated(ctx, msg.Authority)
}
