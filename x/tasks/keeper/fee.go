package keeper

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// settleFee is the one road by which a client's money reaches a node: a share of it, rounded up,
// is burnt, the rest is the owner's. Emission follows the burn and nothing else, so that nobody
// gains by paying himself. It returns what the owner earned.
func (k *Keeper) settleFee(
	ctx context.Context, network networktypes.Network, n networktypes.Node, kind string, gross math.Int, burnBps uint32,
) (math.Int, error) {
	if gross.IsZero() {
		return gross, nil
	}
	burnt := types.Share(gross, burnBps)
	earned := gross.Sub(burnt)
	denom := network.Token.Denom
	epoch, err := k.payingEpoch(ctx, network)
	if err != nil {
		return math.Int{}, err
	}
	if err := k.deps.Bank.BurnCoins(ctx, types.ModuleName, sdk.NewCoins(sdk.NewCoin(denom, burnt))); err != nil {
		return math.Int{}, err
	}
	if earned.IsPositive() {
		coins := sdk.NewCoins(sdk.NewCoin(denom, earned))
		if err := k.deps.Bank.SendCoinsFromModuleToModule(ctx, types.ModuleName, k.deps.PayModule, coins); err != nil {
			return math.Int{}, err
		}
	}
	return earned, k.deps.Hooks.AfterFeeSettled(ctx, types.Fee{
		Network: network.Seq, Node: n.Id, Kind: kind, Epoch: epoch, Burnt: burnt, Earned: earned,
	})
}

// payingEpoch returns the epoch that is open in a network, in which what is paid counts, or ErrWrongState where there is none: before the
// first, and from when the network falls asleep until the opening after it wakes. What is burnt in an epoch that is closed would be
// matched a second time, or never.
func (k *Keeper) payingEpoch(ctx context.Context, network networktypes.Network) (uint64, error) {
	cal, err := k.deps.Networks.Calendar(ctx, network.Seq)
	if err != nil {
		return 0, err
	}
	if cal.Epoch == 0 {
		return 0, types.ErrWrongState.Wrapf("network %s has not begun its first epoch: no node has joined it yet", network.Id)
	}
	e, err := k.deps.Networks.Epoch(ctx, network.Seq, cal.Epoch)
	if err == nil && e.Close != cal.RollsAt {
		err = types.ErrWrongState.Wrapf("network %s was asleep: its next epoch has not begun", network.Id)
	}
	return cal.Epoch, err
}

// chargeSignature charges the gas of one ed25519 signature, for what is signed.
func chargeSignature(ctx context.Context, what string) {
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(types.SignatureGas, what)
}

// lockUp moves money of a client into the module.
func (k *Keeper) lockUp(ctx context.Context, client sdk.AccAddress, text string, network networktypes.Network, amount math.Int) error {
	coin := sdk.NewCoin(network.Token.Denom, amount)
	if has := k.deps.Bank.GetBalance(ctx, client, coin.Denom); has.IsLT(coin) {
		return types.ErrInsufficientFunds.Wrapf("account %s has %s and is to put in %s; have somebody who holds the token send it", text, has, coin)
	}
	return k.deps.Bank.SendCoinsFromAccountToModule(ctx, client, types.ModuleName, sdk.NewCoins(coin))
}
