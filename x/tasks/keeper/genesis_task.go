package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// initTasks writes the posted tasks and returns the seqs of the networks of those that are open, one for each. One that was stuck is
// tried again.
func (k *Keeper) initTasks(ctx context.Context, g types.GenesisState) ([]uint64, error) {
	var seqs []uint64
	for _, t := range g.Tasks {
		network, err := k.deps.Networks.NetworkByID(ctx, t.Network)
		if err != nil {
			return nil, err
		}
		client, err := k.account("client", t.Client)
		if err != nil {
			return nil, err
		}
		o := order{task: t, network: network}
		if err := errors.Join(
			k.setTask(ctx, types.Task{}, t), k.tasksByClient.Set(ctx, collections.Join([]byte(client), t.Id)), k.engageAll(ctx, o),
		); err != nil {
			return nil, err
		}
		if t.IsOpen() {
			seqs = append(seqs, network.Seq)
		}
	}
	return seqs, nil
}

// engageAll puts the nodes of an open task on it that have something at stake.
func (k *Keeper) engageAll(ctx context.Context, o order) error {
	for _, r := range append(append([]types.Replica{}, o.task.Replicas...), o.task.Jurors()...) {
		if _, err := k.deps.Nodes.Node(ctx, o.network.Seq, r.Node); err != nil {
			return types.ErrInvalidGenesis.Wrapf("task %d: %s", o.task.Id, err)
		}
		if !o.task.IsOpen() || r.Status == types.REPLICA_STATUS_LOST || r.Status == types.REPLICA_STATUS_SILENT {
			continue
		}
		by := math.ZeroInt()
		if r.Pledged() {
			by = types.TaskExposure(o.task.Fee)
		}
		if err := k.changeStake(ctx, o, r.Node, by, true); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) exportTasks(ctx context.Context, g *types.GenesisState) error {
	return k.tasks.Walk(ctx, nil, func(_ uint64, t types.Task) (bool, error) {
		g.Tasks = append(g.Tasks, t)
		return false, nil
	})
}

// initSlashes writes the slashes that are held and returns the seqs of their networks, one for each. One that was stuck is tried again.
func (k *Keeper) initSlashes(ctx context.Context, g types.GenesisState) ([]uint64, error) {
	var seqs []uint64
	for _, s := range g.Slashes {
		network, err := k.deps.Networks.NetworkByID(ctx, s.Network)
		if err != nil {
			return nil, err
		}
		if err := k.setSlash(ctx, network.Seq, s); err != nil {
			return nil, err
		}
		seqs = append(seqs, network.Seq)
	}
	return seqs, nil
}

func (k *Keeper) exportSlashes(ctx context.Context, g *types.GenesisState) error {
	return k.slashes.Walk(ctx, nil, func(_ uint64, s types.Slash) (bool, error) {
		g.Slashes = append(g.Slashes, s)
		return false, nil
	})
}
