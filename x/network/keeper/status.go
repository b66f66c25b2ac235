package keeper

import (
	"context"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// leave takes a node out for good: it counts in no draw from the next opening on, and all its
// bonds are on their way back. What it held is lost, which the modules to the right read off its
// status.
func (k *Keeper) leave(ctx context.Context, network types.Network, n types.Node) error {
	if n.Status == types.NODE_STATUS_LEFT {
		return types.ErrWrongStatus.Wrapf("node %d has left already", n.Id)
	}
	n.Status = types.NODE_STATUS_LEFT
	if err := k.unbondAll(ctx, network, &n); err != nil {
		return err
	}
	return k.setStatus(ctx, network, n)
}

// resume brings a suspended node back.
func (k *Keeper) resume(ctx context.Context, network types.Network, n types.Node) error {
	if err := network.CheckLive(); err != nil {
		return err
	}
	if n.Status != types.NODE_STATUS_SUSPENDED {
		return types.ErrWrongStatus.Wrapf("node %d is not suspended", n.Id)
	}
	cal, err := k.calendars.Get(ctx, network.Seq)
	if err != nil {
		return err
	}
	n.Status, n.ResumedEpoch = types.NODE_STATUS_JOINED, cal.Epoch
	return k.setStatus(ctx, network, n)
}

// prune suspends a node that did none of its duties.
func (k *Keeper) prune(ctx context.Context, network types.Network, n types.Node) error {
	if n.Status != types.NODE_STATUS_JOINED {
		return types.ErrWrongStatus.Wrapf("node %d takes no part", n.Id)
	}
	stale, err := k.duties.IsStale(ctx, network.Seq, n)
	if err != nil {
		return err
	}
	if !stale {
		return types.ErrWrongStatus.Wrapf("node %d has done some of its duties of the last %d epochs that are over, or has none, or has come back since", n.Id, network.Params.Epoch.StaleEpochs)
	}
	n.Status = types.NODE_STATUS_SUSPENDED
	return k.setStatus(ctx, network, n)
}

// Suspend suspends a node of which the caller knows that it is stale. A node that takes no part
// stays as it is.
func (k *Keeper) Suspend(ctx context.Context, n types.Node) error {
	if n.Status != types.NODE_STATUS_JOINED {
		return nil
	}
	network, err := k.NetworkByID(ctx, n.Network)
	if err != nil {
		return err
	}
	n.Status = types.NODE_STATUS_SUSPENDED
	return k.setStatus(ctx, network, n)
}

func (k *Keeper) setStatus(ctx context.Context, network types.Network, n types.Node) error {
	if err := k.reweigh(ctx, network.Seq, n); err != nil {
		return err
	}
	return emitNodeStatusChanged(ctx, n)
}
