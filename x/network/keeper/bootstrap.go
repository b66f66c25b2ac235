package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// publishBootstrap stores where peers may enter a network, in the place of the host's last record. A
// record that does not count longer than the last is refused: anyone who saw an older one could
// publish it again. Expired records make room; there is no money in it, so the number is bounded.
func (k *Keeper) publishBootstrap(ctx context.Context, msg *types.MsgPublishBootstrap) error {
	network, err := k.live(ctx, msg.Network)
	if err != nil {
		return err
	}
	if err := msg.Record.Validate(); err != nil {
		return err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	if until := msg.Record.ExpiresHeight; until <= height || until > height+types.MaxBootstrapBlocks {
		return types.ErrInvalidBootstrap.Wrapf("a record made at height %d counts until %d to %d, not %d", height, height+1, height+types.MaxBootstrapBlocks, until)
	}
	if err := k.mayPublish(ctx, network, msg); err != nil {
		return err
	}
	chainID, err := k.beacon.GenesisChainID(ctx)
	if err != nil {
		return err
	}
	if err := msg.Record.Verify(proof.Domain{ChainID: chainID, Network: network.Id}, msg.PeerSignature); err != nil {
		return err
	}
	live, err := k.sweepBootstraps(ctx, network.Seq, height)
	if err != nil {
		return err
	}
	last, err := k.bootstraps.Get(ctx, collections.Join(network.Seq, msg.Record.PeerKey))
	switch {
	case err == nil && msg.Record.ExpiresHeight <= last.ExpiresHeight:
		return types.ErrInvalidBootstrap.Wrapf("the host has a record that counts until %d, a newer one counts longer", last.ExpiresHeight)
	case errors.Is(err, collections.ErrNotFound) && live >= types.MaxBootstraps:
		return types.ErrLimit.Wrapf("network %s has %d bootstrap records, the most it can have", network.Id, live)
	case err != nil && !errors.Is(err, collections.ErrNotFound):
		return err
	}
	return k.bootstraps.Set(ctx, collections.Join(network.Seq, msg.Record.PeerKey), msg.Record)
}

// mayPublish returns ErrUnauthorized unless the account is the founder, or owner or operator of
// the node behind the host that the record is about.
func (k *Keeper) mayPublish(ctx context.Context, network types.Network, msg *types.MsgPublishBootstrap) error {
	if network.Founder == msg.Publisher {
		return nil
	}
	n, err := k.nodeBy(ctx, k.peers, network.Seq, msg.Record.PeerKey)
	if err != nil && !errors.Is(err, types.ErrNodeNotFound) {
		return err
	}
	counts := err == nil && n.Weight.IsPositive()
	if counts && (n.Owner == msg.Publisher || n.Operator == msg.Publisher) {
		return nil
	}
	return types.ErrUnauthorized.Wrapf("%s is neither the founder of network %s nor owner or operator of a bonded node with that peer", msg.Publisher, network.Id)
}

// sweepBootstraps removes the expired records of a network and returns how many are left.
func (k *Keeper) sweepBootstraps(ctx context.Context, seq uint64, height int64) (int, error) {
	var expired []collections.Pair[uint64, []byte]
	live := 0
	at := collections.NewPrefixedPairRange[uint64, []byte](seq)
	err := k.bootstraps.Walk(ctx, at, func(key collections.Pair[uint64, []byte], b types.Bootstrap) (bool, error) {
		if b.ExpiresHeight < height {
			expired = append(expired, key)
		} else {
			live++
		}
		return false, nil
	})
	if err != nil {
		return 0, err
	}
	for _, key := range expired {
		if err := k.bootstraps.Remove(ctx, key); err != nil {
			return 0, err
		}
	}
	return live, nil
}
