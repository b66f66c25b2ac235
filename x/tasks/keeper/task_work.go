package keeper

import (
	"context"
	"crypto/sha256"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// commitResult takes a commitment of a node that was drawn. With the last one reveals begin.
func (k *Keeper) commitResult(ctx context.Context, msg *types.MsgCommitResult) (types.Task, uint64, error) {
	o, p, err := k.placeOf(ctx, msg.Network, msg.Operator, msg.Task)
	if err != nil {
		return o.task, 0, err
	}
	n, r := p.node, p.of(o.task)
	if r.Status != types.REPLICA_STATUS_DRAWN {
		return o.task, n.Id, types.ErrWrongState.Wrapf("node %d has committed to a result of task %d, or lost its place", n.Id, o.task.Id)
	}
	if height := heightNow(ctx); height > o.task.Closes {
		return o.task, n.Id, types.ErrWindow.Wrapf("results of task %d could be committed to until height %d, this is %d", o.task.Id, o.task.Closes, height)
	}
	if len(msg.Commitment) != sha256.Size {
		return o.task, n.Id, types.ErrInvalidResult.Wrapf("a commitment of %d bytes, it has %d", len(msg.Commitment), sha256.Size)
	}
	if err := k.pledge(ctx, o, n); err != nil {
		return o.task, n.Id, err
	}
	r.Status, r.Commitment = types.REPLICA_STATUS_COMMITTED, msg.Commitment
	was := o.task
	o.task = p.put(o.task, r)
	t, err := k.goOn(ctx, was, o)
	return t, n.Id, err
}

// revealResult takes the result a node has committed to. With the last one the task is judged.
func (k *Keeper) revealResult(ctx context.Context, msg *types.MsgRevealResult) (types.Task, uint64, error) {
	o, p, err := k.placeOf(ctx, msg.Network, msg.Operator, msg.Task)
	if err != nil {
		return o.task, 0, err
	}
	n, r := p.node, p.of(o.task)
	if !p.reveals(o.task) || r.Status != types.REPLICA_STATUS_COMMITTED {
		return o.task, n.Id, types.ErrWrongState.Wrapf("task %d waits for no result of node %d now", o.task.Id, n.Id)
	}
	if height := heightNow(ctx); height > o.task.Closes {
		return o.task, n.Id, types.ErrWindow.Wrapf("results of task %d could be revealed until height %d, this is %d", o.task.Id, o.task.Closes, height)
	}
	if err := k.checkReveal(ctx, o, n.Id, r, msg); err != nil {
		return o.task, n.Id, err
	}
	r.Status, r.Result, r.Unavailable = types.REPLICA_STATUS_REVEALED, msg.Result, msg.Unavailable
	was := o.task
	o.task = p.put(o.task, r)
	if len(msg.Output) != 0 && o.task.Saying(msg.Result) > o.task.Saying(digestOf(o.task.Output)) {
		o.task.Output = msg.Output
	}
	t, err := k.goOn(ctx, was, o)
	return t, n.Id, err
}

// checkReveal returns ErrInvalidResult unless the result is what the node committed to, and the output, if there is one, has it for
// its hash.
func (k *Keeper) checkReveal(ctx context.Context, o order, node uint64, r types.Replica, msg *types.MsgRevealResult) error {
	if len(msg.Result) != sha256.Size || len(msg.Salt) != proof.SaltSize || len(msg.Output) > types.MaxTaskOutput {
		return types.ErrInvalidResult.Wrapf("a result of %d bytes, a salt of %d and an output of %d: they have %d, %d and at most %d",
			len(msg.Result), len(msg.Salt), len(msg.Output), sha256.Size, proof.SaltSize, types.MaxTaskOutput)
	}
	digest := [32]byte(msg.Result)
	if msg.Unavailable && (digest != [32]byte{} || len(msg.Output) != 0) {
		return types.ErrInvalidResult.Wrap("an input that is unavailable has no result: it is zeros")
	}
	if len(msg.Output) != 0 && sha256.Sum256(msg.Output) != digest {
		return types.ErrInvalidResult.Wrap("the result is not the SHA-256 hash of the output")
	}
	genesisID, err := k.deps.Beacon.GenesisChainID(ctx)
	if err != nil {
		return err
	}
	result := proof.Result{Task: o.task.Id, Node: node, Digest: digest, Unavailable: msg.Unavailable}
	want, err := result.Commitment(proof.Domain{ChainID: genesisID, Network: o.task.Network}, [proof.SaltSize]byte(msg.Salt))
	if err != nil || want != [32]byte(r.Commitment) {
		return types.ErrInvalidResult.Wrapf("node %d has committed to something else", node)
	}
	return nil
}

// digestOf returns the hash of an output, or none of none.
func digestOf(output []byte) []byte {
	if len(output) == 0 {
		return nil
	}
	sum := sha256.Sum256(output)
	return sum[:]
}
