package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/rewards/types"
)

// InitGenesis writes a validated state.
func (k *Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	var errs []error
	for _, f := range g.Fees {
		errs = append(errs, k.fees.Set(ctx, collections.Join(f.Network, f.Node), f.Amount))
	}
	for _, p := range g.Presence {
		errs = append(errs, k.presence.Set(ctx, collections.Join(p.Network, p.Node), p.Amount))
	}
	for _, p := range g.Pays {
		at := collections.Join3(p.Network, p.Node, p.Epoch)
		errs = append(errs, k.pays.Set(ctx, at, p.Pay))
		if p.Pay.IsReady() {
			errs = append(errs, k.ready.Set(ctx, at))
		}
	}
	for _, d := range g.Duties {
		errs = append(errs, k.duties.Set(ctx, collections.Join(d.Network, d.Epoch), d.Amount))
	}
	for _, b := range g.Burnt {
		errs = append(errs, k.burnt.Set(ctx, collections.Join(b.Network, b.Epoch), b.Amount))
	}
	for _, c := range g.Closed {
		errs = append(errs, k.closed.Set(ctx, collections.Join(c.Network, c.Epoch), c.Closed))
	}
	for _, s := range g.Sharings {
		errs = append(errs, k.setSharing(ctx, collections.Join3(s.Network, s.Node, s.Epoch), s.Sharing))
	}
	return errors.Join(errs...)
}

// ExportGenesis reads the whole state back.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	var g types.GenesisState
	return &g, errors.Join(
		k.fees.Walk(ctx, nil, func(key collections.Pair[uint64, uint64], a math.Int) (bool, error) {
			g.Fees = append(g.Fees, types.StoredFees{Network: key.K1(), Node: key.K2(), Amount: a})
			return false, nil
		}),
		k.presence.Walk(ctx, nil, func(key collections.Pair[uint64, uint64], a math.Int) (bool, error) {
			g.Presence = append(g.Presence, types.StoredFees{Network: key.K1(), Node: key.K2(), Amount: a})
			return false, nil
		}),
		k.pays.Walk(ctx, nil, func(key collections.Triple[uint64, uint64, uint64], p types.Pay) (bool, error) {
			g.Pays = append(g.Pays, types.StoredPay{Network: key.K1(), Node: key.K2(), Epoch: key.K3(), Pay: p})
			return false, nil
		}),
		k.duties.Walk(ctx, nil, func(key collections.Pair[uint64, uint64], a math.Int) (bool, error) {
			g.Duties = append(g.Duties, types.StoredDuties{Network: key.K1(), Epoch: key.K2(), Amount: a})
			return false, nil
		}),
		k.burnt.Walk(ctx, nil, func(key collections.Pair[uint64, uint64], a math.Int) (bool, error) {
			g.Burnt = append(g.Burnt, types.StoredBurnt{Network: key.K1(), Epoch: key.K2(), Amount: a})
			return false, nil
		}),
		k.closed.Walk(ctx, nil, func(key collections.Pair[uint64, uint64], c types.Closed) (bool, error) {
			g.Closed = append(g.Closed, types.StoredClosed{Network: key.K1(), Epoch: key.K2(), Closed: c})
			return false, nil
		}),
		k.sharings.Walk(ctx, nil, func(key nodeEpoch, s types.Sharing) (bool, error) {
			g.Sharings = append(g.Sharings, types.StoredSharing{Network: key.K1(), Node: key.K2(), Epoch: key.K3(), Sharing: s})
			return false, nil
		}),
	)
}
