package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// registerNode makes a node of the owner, with the bond the owner puts up at once. Everything is
// checked before the first write.
func (k *Keeper) registerNode(ctx context.Context, owner sdk.AccAddress, msg *types.MsgRegisterNode) (types.Node, error) {
	network, operator, err := k.checkRegistration(ctx, owner, msg)
	if err != nil {
		return types.Node{}, err
	}
	n, err := k.placeNode(ctx, network, owner, operator, msg)
	if err != nil {
		return types.Node{}, err
	}
	if err := emitNodeRegistered(ctx, n); err != nil || !types.HasAmount(msg.Bond) {
		return n, err
	}
	return n, k.bond(ctx, owner, msg.Owner, network, n, msg.Bond)
}

// checkRegistration returns the network and the operator of a node that may be made. Operator and
// host are each in the network once.
func (k *Keeper) checkRegistration(ctx context.Context, owner sdk.AccAddress, msg *types.MsgRegisterNode) (types.Network, []byte, error) {
	network, err := k.live(ctx, msg.Network)
	if err != nil {
		return network, nil, err
	}
	if err := msg.Offer.Validate(); err != nil {
		return network, nil, err
	}
	binding, err := k.verifyBinding(ctx, network, owner, msg.OperatorKey, msg.OperatorSignature, msg.PeerKey, msg.PeerSignature)
	if err != nil {
		return network, nil, err
	}
	if err := k.checkFree(ctx, k.peers, network, msg.PeerKey); err != nil {
		return network, nil, err
	}
	if err := k.checkFree(ctx, k.operators, network, binding.Operator()); err != nil {
		return network, nil, err
	}
	if types.HasAmount(msg.Bond) {
		err = k.checkBond(ctx, owner, msg.Owner, network, msg.Bond)
	}
	return network, binding.Operator(), err
}

// placeNode gives a node its number and its place among its owner's, and stores it.
func (k *Keeper) placeNode(ctx context.Context, network types.Network, owner sdk.AccAddress, operator []byte, msg *types.MsgRegisterNode) (types.Node, error) {
	cal, err := k.calendars.Get(ctx, network.Seq)
	if err != nil {
		return types.Node{}, err
	}
	place, err := k.placeOwner(ctx, &cal, owner, msg.Owner)
	if err != nil {
		return types.Node{}, err
	}
	if place.Nodes >= types.MaxNodesPerOwner {
		return types.Node{}, types.ErrLimit.Wrapf("an owner registers at most %d nodes in a network", types.MaxNodesPerOwner)
	}
	operatorText, err := k.addresses.BytesToString(operator)
	if err != nil {
		return types.Node{}, err
	}
	n := types.Node{
		Network: network.Id, Id: cal.NextNode, Owner: msg.Owner, Operator: operatorText,
		PeerKey: msg.PeerKey, PeerId: types.PeerID(msg.PeerKey), Offer: msg.Offer, Status: types.NODE_STATUS_JOINED,
		OwnBond: math.ZeroInt(), GivenBond: math.ZeroInt(), Weight: math.ZeroInt(),
		OwnerSlot: place.Slot, Slot: place.Nodes, RegisteredEpoch: cal.Epoch,
	}
	place.Nodes++
	cal.NextNode++
	return n, errors.Join(
		k.ownerSlots.Set(ctx, collections.Join(cal.Network, place.Slot), place),
		k.ownerNodes.Set(ctx, collections.Join3(cal.Network, n.OwnerSlot, n.Slot), n.Id),
		k.calendars.Set(ctx, cal.Network, cal),
		k.peers.Set(ctx, collections.Join(cal.Network, n.PeerKey), n.Id),
		k.operators.Set(ctx, collections.Join(cal.Network, operator), n.Id),
		k.nodes.Set(ctx, collections.Join(cal.Network, n.Id), n),
	)
}

// updateNode replaces a node's offer and, where a key is given, its operator.
func (k *Keeper) updateNode(ctx context.Context, owner sdk.AccAddress, msg *types.MsgUpdateNode) (types.Node, error) {
	network, n, err := k.ownNode(ctx, msg.Owner, msg.Network, msg.Node)
	if err != nil {
		return types.Node{}, err
	}
	if err := network.CheckLive(); err != nil {
		return types.Node{}, err
	}
	if n.Status == types.NODE_STATUS_LEFT {
		return types.Node{}, types.ErrWrongStatus.Wrapf("node %d has left", n.Id)
	}
	if err := msg.Offer.Validate(); err != nil {
		return types.Node{}, err
	}
	n.Offer = msg.Offer
	if len(msg.OperatorKey) > 0 {
		binding, err := k.verifyBinding(ctx, network, owner, msg.OperatorKey, msg.OperatorSignature, n.PeerKey, msg.PeerSignature)
		if err != nil {
			return types.Node{}, err
		}
		if n.Operator, err = k.changeOperator(ctx, network, n, binding.Operator()); err != nil {
			return types.Node{}, err
		}
	}
	return n, k.nodes.Set(ctx, collections.Join(network.Seq, n.Id), n)
}

// changeOperator gives a node's operator the place of the one before, and returns it as text.
func (k *Keeper) changeOperator(ctx context.Context, network types.Network, n types.Node, operator []byte) (string, error) {
	text, err := k.addresses.BytesToString(operator)
	if err != nil || text == n.Operator {
		return text, err
	}
	if err := k.checkFree(ctx, k.operators, network, operator); err != nil {
		return "", err
	}
	old, err := k.account("operator", n.Operator)
	if err != nil {
		return "", err
	}
	return text, errors.Join(
		k.operators.Remove(ctx, collections.Join(network.Seq, []byte(old))),
		k.operators.Set(ctx, collections.Join(network.Seq, operator), n.Id),
	)
}

// verifyBinding checks that operator and host have signed that they belong to the owner.
func (k *Keeper) verifyBinding(ctx context.Context, n types.Network, owner, operatorKey, operatorSig, peerKey, peerSig []byte) (types.Binding, error) {
	chainID, err := k.beacon.GenesisChainID(ctx)
	if err != nil {
		return types.Binding{}, err
	}
	b := types.Binding{
		Domain: proof.Domain{ChainID: chainID, Network: n.Id}, Owner: owner, OperatorKey: operatorKey, PeerKey: peerKey,
	}
	return b, b.Verify(operatorSig, peerSig)
}

// checkFree returns ErrNodeExists where a key that is in a network once belongs to a node already.
func (k *Keeper) checkFree(ctx context.Context, index collections.Map[collections.Pair[uint64, []byte], uint64], n types.Network, key []byte) error {
	other, err := index.Get(ctx, collections.Join(n.Seq, key))
	switch {
	case err == nil:
		return types.ErrNodeExists.Wrapf("operator or peer belongs to node %d of network %s already", other, n.Id)
	case errors.Is(err, collections.ErrNotFound):
		return nil
	}
	return err
}

// Node returns a node of a network by its number, or ErrNodeNotFound.
func (k *Keeper) Node(ctx context.Context, seq, id uint64) (types.Node, error) {
	n, err := k.nodes.Get(ctx, collections.Join(seq, id))
	if errors.Is(err, collections.ErrNotFound) {
		return n, types.ErrNodeNotFound.Wrapf("node %d of network %d", id, seq)
	}
	return n, err
}

// nodeOf returns a node and its network by the network's id.
func (k *Keeper) nodeOf(ctx context.Context, networkID string, id uint64) (types.Network, types.Node, error) {
	network, err := k.NetworkByID(ctx, networkID)
	if err != nil {
		return network, types.Node{}, err
	}
	n, err := k.Node(ctx, network.Seq, id)
	return network, n, err
}

// ownNode returns a node if the account owns it.
func (k *Keeper) ownNode(ctx context.Context, owner, networkID string, id uint64) (types.Network, types.Node, error) {
	network, n, err := k.nodeOf(ctx, networkID, id)
	if err != nil {
		return network, n, err
	}
	if n.Owner != owner {
		return network, n, types.ErrUnauthorized.Wrapf("node %d of network %s belongs to %s, not to %s", id, networkID, n.Owner, owner)
	}
	return network, n, nil
}

// nodeBy returns a node by what it is in the network once.
func (k *Keeper) nodeBy(ctx context.Context, index collections.Map[collections.Pair[uint64, []byte], uint64], seq uint64, key []byte) (types.Node, error) {
	id, err := index.Get(ctx, collections.Join(seq, key))
	if errors.Is(err, collections.ErrNotFound) {
		return types.Node{}, types.ErrNodeNotFound.Wrapf("no node of network %d has that operator or peer", seq)
	}
	if err != nil {
		return types.Node{}, err
	}
	return k.Node(ctx, seq, id)
}

// NodeOfOperator returns the node an operator runs in a network, or ErrNodeNotFound.
func (k *Keeper) NodeOfOperator(ctx context.Context, seq uint64, operator []byte) (types.Node, error) {
	return k.nodeBy(ctx, k.operators, seq, operator)
}

// countersOf returns what the chain saw a node do.
func (k *Keeper) countersOf(ctx context.Context, seq, id uint64) (types.Counters, error) {
	c, err := k.counters.Get(ctx, collections.Join(seq, id))
	if errors.Is(err, collections.ErrNotFound) {
		return types.Counters{}, nil
	}
	return c, err
}

// Count adds to what the chain saw a node do.
func (k *Keeper) Count(ctx context.Context, seq, id uint64, add types.Counters) error {
	c, err := k.countersOf(ctx, seq, id)
	if err != nil {
		return err
	}
	c.Proven += add.Proven
	c.Missed += add.Missed
	c.Lost += add.Lost
	c.Bad += add.Bad
	return k.counters.Set(ctx, collections.Join(seq, id), c)
}
