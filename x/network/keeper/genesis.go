package keeper

import (
	"context"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// InitGenesis writes a validated state. It returns ErrInvalidRequest where a founder is no account:
// what an address looks like is not known where the state is validated.
func (k *Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := k.params.Set(ctx, g.Params); err != nil {
		return err
	}
	if err := k.seq.Set(ctx, g.NextSeq); err != nil {
		return err
	}
	for _, n := range g.Networks {
		if _, err := k.account("founder", n.Founder); err != nil {
			return err
		}
		if err := k.store(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis reads the whole state back.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	var g types.GenesisState
	var err error
	if g.Params, err = k.params.Get(ctx); err != nil {
		return nil, err
	}
	if g.NextSeq, err = k.seq.Get(ctx); err != nil {
		return nil, err
	}
	err = k.networks.Walk(ctx, nil, func(_ uint64, n types.Network) (bool, error) {
		g.Networks = append(g.Networks, n)
		return false, nil
	})
	return &g, err
}
