package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// InitGenesis writes a validated state. The chain id of the first genesis is kept for ever, also
// by the chains that an export starts.
func (k *Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	chainID := g.GenesisChainId
	if chainID == "" {
		chainID = sdk.UnwrapSDKContext(ctx).ChainID()
	}
	if err := errors.Join(
		k.params.Set(ctx, g.Params),
		k.genesisChainID.Set(ctx, chainID),
		k.nextID.Set(ctx, uint64(g.NextId)),
	); err != nil {
		return err
	}
	if err := k.initValidators(ctx, g); err != nil {
		return err
	}
	if g.Applied.Height != 0 {
		if err := k.applied.Set(ctx, g.Applied); err != nil {
			return err
		}
	}
	if len(g.Electorate.Digest) != 0 {
		if err := k.electorate.Set(ctx, g.Electorate); err != nil {
			return err
		}
	}
	for _, r := range g.Rounds {
		if err := k.rounds.Set(ctx, r.Height, r); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) initValidators(ctx context.Context, g types.GenesisState) error {
	for _, r := range g.Revealers {
		operator, err := k.operatorOf(r.Validator)
		if err != nil {
			return err
		}
		if err := k.revealers.Set(ctx, operator, r); err != nil {
			return err
		}
	}
	for _, n := range g.Newcomers {
		operator, err := k.operatorOf(n.Validator)
		if err != nil {
			return err
		}
		if err := k.newcomers.Set(ctx, operator, n); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis reads the whole state back, with every round a seed can still be asked of.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	var g types.GenesisState
	nextID, errID := k.nextID.Get(ctx)
	params, errParams := k.params.Get(ctx)
	chainID, errChain := k.genesisChainID.Get(ctx)
	if err := errors.Join(errID, errParams, errChain); err != nil {
		return nil, err
	}
	g.Params, g.GenesisChainId, g.NextId = params, chainID, uint32(nextID)

	var err error
	if g.Applied, err = orZero(k.applied.Get(ctx)); err != nil {
		return nil, err
	}
	if g.Electorate, err = orZero(k.electorate.Get(ctx)); err != nil {
		return nil, err
	}
	if g.Revealers, err = values(ctx, k.revealers); err != nil {
		return nil, err
	}
	if g.Newcomers, err = values(ctx, k.newcomers); err != nil {
		return nil, err
	}
	g.Rounds, err = values(ctx, k.rounds)
	return &g, err
}

// orZero turns an item that was never written into its zero value.
func orZero[V any](v V, err error) (V, error) {
	if errors.Is(err, collections.ErrNotFound) {
		return v, nil
	}
	return v, err
}

// values returns all values of a map in the order of its keys.
func values[K, V any](ctx context.Context, m collections.Map[K, V]) ([]V, error) {
	var list []V
	err := m.Walk(ctx, nil, func(_ K, v V) (bool, error) {
		list = append(list, v)
		return false, nil
	})
	return list, err
}
