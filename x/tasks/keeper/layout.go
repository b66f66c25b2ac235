package keeper

import (
	"context"

	"github.com/mesh-protocol/mesh/proof"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// commitLayout puts another layout into a deal and books the acknowledgements that came with it.
// It returns the deal and how many indices have acknowledged the layout.
func (k *Keeper) commitLayout(ctx context.Context, msg *types.MsgCommitLayout) (types.Deal, uint32, error) {
	c, err := k.clientContract(ctx, msg.Deal, msg.Client)
	if err != nil {
		return types.Deal{}, 0, err
	}
	if c.epoch > c.deal.LastEpoch {
		return types.Deal{}, 0, types.ErrWrongState.Wrapf("deal %d ended with epoch %d", c.deal.Id, c.deal.LastEpoch)
	}
	if err := c.deal.CheckLayout(msg.Layout); err != nil {
		return types.Deal{}, 0, err
	}
	if uint64(len(msg.Acks)) > uint64(c.deal.Profile.N) {
		return types.Deal{}, 0, types.ErrInvalidAck.Wrapf("%d acknowledgements for %d indices", len(msg.Acks), c.deal.Profile.N)
	}
	c.deal.Layout = msg.Layout
	if err := k.deals.Set(ctx, c.deal.Id, c.deal); err != nil {
		return types.Deal{}, 0, err
	}
	for at, a := range msg.Acks {
		if at > 0 && a.Index <= msg.Acks[at-1].Index {
			return types.Deal{}, 0, types.ErrInvalidAck.Wrap("acknowledgements come once an index, in ascending order")
		}
		if err := k.signedAck(ctx, c, a); err != nil {
			return types.Deal{}, 0, err
		}
	}
	return c.deal, uint32(len(msg.Acks)), nil
}

// signedAck books an acknowledgement that the client collected from the holder's host.
func (k *Keeper) signedAck(ctx context.Context, c contract, a types.SignedAck) error {
	i, err := k.index(ctx, c.deal, a.Index)
	if err != nil {
		return err
	}
	if !i.HasNode() {
		return types.ErrInvalidAck.Wrapf("index %d of deal %d has no node", a.Index, c.deal.Id)
	}
	n, err := k.deps.Nodes.Node(ctx, c.network.Seq, i.Node)
	if err != nil {
		return err
	}
	chainID, err := k.deps.Beacon.GenesisChainID(ctx)
	if err != nil {
		return err
	}
	chargeSignature(ctx, "acknowledgement")
	l := c.deal.Layout
	ack := proof.Ack{Deal: c.deal.Id, Version: l.Version, Root: [32]byte(l.Root), Bytes: l.Bytes, Index: a.Index}
	if err := ack.Verify(n.PeerKey, proof.Domain{ChainID: chainID, Network: c.network.Id}, a.Signature); err != nil {
		return types.ErrInvalidAck.Wrapf("index %d: %s", a.Index, err)
	}
	return k.ack(ctx, c, a.Index, i, n)
}

// operatorAcks books acknowledgements that the operator of a node signs itself.
func (k *Keeper) operatorAcks(ctx context.Context, msg *types.MsgAck) error {
	if len(msg.Acks) == 0 || len(msg.Acks) > types.MaxAcks {
		return types.ErrInvalidAck.Wrapf("%d acknowledgements, a message has 1 to %d", len(msg.Acks), types.MaxAcks)
	}
	_, n, err := k.operated(ctx, msg.Network, msg.Operator)
	if err != nil {
		return err
	}
	for _, a := range msg.Acks {
		c, err := k.contract(ctx, a.Deal)
		if err != nil {
			return err
		}
		i, err := k.index(ctx, c.deal, a.Index)
		if err != nil {
			return err
		}
		if c.deal.Network != msg.Network || i.Node != n.Id {
			return types.ErrUnauthorized.Wrapf("index %d of deal %d is not with node %d of network %s", a.Index, a.Deal, n.Id, msg.Network)
		}
		if a.Version == 0 || a.Version != c.deal.Layout.Version {
			return types.ErrInvalidAck.Wrapf("version %d, the latest layout of deal %d is %d", a.Version, a.Deal, c.deal.Layout.Version)
		}
		if err := k.ack(ctx, c, a.Index, i, n); err != nil {
			return err
		}
	}
	return nil
}

// ack books that the index's node has stored the latest layout. The first ack begins its stint:
// it is owed from the next opening on. A node that has left begins none: with its bond on the way
// back it would lose the index for nothing. What was acknowledged before is so still.
func (k *Keeper) ack(ctx context.Context, c contract, number uint32, i types.Index, n networktypes.Node) error {
	if i.Status == types.INDEX_STATUS_HELD && i.Acked.Version == c.deal.Layout.Version {
		return nil
	}
	o, err := k.owedTo(ctx, c.network.Seq, n.Id)
	if err != nil {
		return err
	}
	i = i.Acknowledge(c.deal.Layout, o.LastClaimed, o.LastProven)
	if i.Status != types.INDEX_STATUS_HELD {
		if n.Status == networktypes.NODE_STATUS_LEFT {
			return types.ErrWrongState.Wrapf("node %d has left and cannot begin to hold index %d of deal %d", n.Id, number, c.deal.Id)
		}
		if i, err = k.beginStint(ctx, c, i); err != nil {
			return err
		}
	}
	if err := k.setIndex(ctx, c, number, i); err != nil {
		return err
	}
	if err := k.followLayout(ctx, c, number, i); err != nil {
		return err
	}
	return emitIndexAcked(ctx, c.deal, number, i)
}
