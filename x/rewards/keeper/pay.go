package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"

	"github.com/mesh-protocol/mesh/x/rewards/types"
)

// AfterFeeSettled implements the hooks of x/tasks: what the owner earned can be withdrawn at once,
// and what was burnt counts for the match of the open epoch.
func (k *Keeper) AfterFeeSettled(ctx context.Context, f tasktypes.Fee) error {
	pay, err := k.payOf(ctx, f.Network, f.Node, f.Epoch)
	if err != nil {
		return err
	}
	pay.AddFee(f.Kind, f.Earned, f.Burnt)
	at := collections.Join3(f.Network, f.Node, f.Epoch)
	if err := errors.Join(k.addFees(ctx, at, f.Earned), k.pays.Set(ctx, at, pay)); err != nil || f.Burnt.IsZero() {
		return err
	}
	burnt, err := orZero(k.burnt.Get(ctx, collections.Join(f.Network, f.Epoch)))
	if err != nil {
		return err
	}
	return errors.Join(k.burnt.Set(ctx, collections.Join(f.Network, f.Epoch), burnt.Add(f.Burnt)), k.ready.Set(ctx, at))
}

// payOf returns what a node was paid in an epoch so far. With the first pay of an epoch those of long ago are forgotten.
func (k *Keeper) payOf(ctx context.Context, seq, node, epoch uint64) (types.Pay, error) {
	pay, err := k.pays.Get(ctx, collections.Join3(seq, node, epoch))
	if errors.Is(err, collections.ErrNotFound) {
		return types.NewPay(sdk.UnwrapSDKContext(ctx).BlockTime().Unix()), k.forget(ctx, seq, node, epoch)
	}
	return pay, err
}

// forget drops the pays of epochs long before one of which nothing is left to match, looking at the oldest two. One whose match is not
// withdrawn keeps those after it.
func (k *Keeper) forget(ctx context.Context, seq, node, epoch uint64) error {
	if epoch <= types.KeptPays {
		return nil
	}
	var old []nodeEpoch
	until := new(collections.Range[nodeEpoch]).StartInclusive(collections.Join3(seq, node, uint64(0))).
		EndInclusive(collections.Join3(seq, node, epoch-types.KeptPays))
	err := k.pays.Walk(ctx, until, func(at nodeEpoch, p types.Pay) (bool, error) {
		if !p.IsReady() {
			old = append(old, at)
		}
		return p.IsReady() || len(old) == 2, nil
	})
	for _, at := range old {
		err = errors.Join(err, k.pays.Remove(ctx, at))
	}
	return err
}

// AfterEpochClosed implements the hooks of x/network: it fixes what emission follows the burns of
// the epoch. What is not followed is never minted and not carried over.
func (k *Keeper) AfterEpochClosed(ctx context.Context, seq, number uint64) error {
	at := collections.Join(seq, number)
	burnt, err := k.burnt.Get(ctx, at)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	network, err := k.networks.Network(ctx, seq)
	if err != nil {
		return err
	}
	e, err := k.networks.Epoch(ctx, seq, number)
	if err != nil {
		return err
	}
	emission := types.Emission(network.Token.FirstEmission(), network.Token.HalvingEpochs, number)
	c := types.Closed{
		Bucket: types.Bucket(emission, e.Params.Distribution.TasksBps), Burnt: burnt,
		MatchCapBps: e.Params.Pay.MatchCapBps, Open: burnt,
	}
	if err := errors.Join(k.burnt.Remove(ctx, at), k.closed.Set(ctx, at, c)); err != nil {
		return err
	}
	return emitEpochMatched(ctx, network.Id, number, c)
}

// orZero turns an amount that was never written into nothing.
func orZero(a math.Int, err error) (math.Int, error) {
	if errors.Is(err, collections.ErrNotFound) {
		return math.ZeroInt(), nil
	}
	return a, err
}
