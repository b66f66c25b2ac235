package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// initChannels writes the channels and returns the seqs of their networks, in their order. One that was stuck is tried again.
func (k *Keeper) initChannels(ctx context.Context, g types.GenesisState) ([]uint64, error) {
	seqs := make([]uint64, 0, len(g.Channels))
	for _, c := range g.Channels {
		network, err := k.deps.Networks.NetworkByID(ctx, c.Network)
		if err != nil {
			return nil, err
		}
		if _, err := k.deps.Nodes.Node(ctx, network.Seq, c.Node); err != nil {
			return nil, types.ErrInvalidGenesis.Wrapf("channel %d: %s", c.Id, err)
		}
		client, err := k.account("client", c.Client)
		if err != nil {
			return nil, err
		}
		if err := errors.Join(
			k.channels.Set(ctx, c.Id, c),
			k.channelsByClient.Set(ctx, collections.Join([]byte(client), c.Id)),
			k.schedule(ctx, network.Seq, c),
		); err != nil {
			return nil, err
		}
		seqs = append(seqs, network.Seq)
	}
	return seqs, nil
}

func (k *Keeper) exportChannels(ctx context.Context, g *types.GenesisState) error {
	return k.channels.Walk(ctx, nil, func(_ uint64, c types.Channel) (bool, error) {
		g.Channels = append(g.Channels, c)
		return false, nil
	})
}
