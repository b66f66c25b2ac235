package keeper

import (
	"context"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// place is where a node takes part in a posted task: among its replicas or in its jury.
type place struct {
	node  networktypes.Node
	juror bool
	at    int
}

// placeOf loads a task and the place in it of the node that an account operates.
func (k *Keeper) placeOf(ctx context.Context, networkID, operator string, task uint64) (order, place, error) {
	_, n, err := k.operated(ctx, networkID, operator)
	if err != nil {
		return order{}, place{}, err
	}
	o, err := k.order(ctx, task)
	if err != nil {
		return o, place{}, err
	}
	p, ok := placeIn(o.task, n)
	if o.task.Network != networkID || !ok {
		return o, p, types.ErrUnauthorized.Wrapf("node %d of network %s was not drawn for task %d", n.Id, networkID, task)
	}
	return o, p, nil
}

// placeIn returns where a node takes part in a task, or false.
func placeIn(t types.Task, n networktypes.Node) (place, bool) {
	if at, ok := t.Replica(n.Id); ok {
		return place{node: n, at: at}, true
	}
	at, ok := t.Juror(n.Id)
	return place{node: n, juror: true, at: at}, ok
}

// of returns what the task says of the place.
func (p place) of(t types.Task) types.Replica {
	if p.juror {
		return t.Dispute.Jurors[p.at]
	}
	return t.Replicas[p.at]
}

// reveals tells whether the task waits for results of such places.
func (p place) reveals(t types.Task) bool {
	if p.juror {
		return t.Status == types.TASK_STATUS_JURY_REVEALING
	}
	return t.Status == types.TASK_STATUS_REVEALING
}

// put returns the task with something else at the place; what it is made of stays as it was.
func (p place) put(t types.Task, r types.Replica) types.Task {
	list := append([]types.Replica{}, t.Replicas...)
	if p.juror {
		list = append([]types.Replica{}, t.Dispute.Jurors...)
	}
	list[p.at] = r
	if p.juror {
		return withJurors(t, list)
	}
	t.Replicas = list
	return t
}

// withJurors returns the task with another jury; its dispute stays as it was.
func withJurors(t types.Task, list []types.Replica) types.Task {
	d := *t.Dispute
	d.Jurors = list
	t.Dispute = &d
	return t
}
