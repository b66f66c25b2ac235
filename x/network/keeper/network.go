package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// createNetwork makes the network the message asks for: takes the fee, burns half of it, mints
// the initial allocation, stores the record and tells of it. The caller has decoded founder. Nothing is
// written before everything was checked; the transaction undoes the rest on an error.
func (k *Keeper) createNetwork(ctx context.Context, founder sdk.AccAddress, msg *types.MsgCreateNetwork) (types.Network, error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return types.Network{}, err
	}
	n, err := msg.Network(params)
	if err != nil {
		return types.Network{}, err
	}
	if err := k.checkNameFree(ctx, n.Name); err != nil {
		return types.Network{}, err
	}
	if n.Seq, err = k.seq.Get(ctx); err != nil {
		return types.Network{}, err
	}
	if n.Id, err = k.freeID(ctx, founder, n); err != nil {
		return types.Network{}, err
	}
	n.Token.Denom = types.Denom(n.Id, n.Token.Symbol)
	n.CreatedHeight = sdk.UnwrapSDKContext(ctx).BlockHeight()
	if n.Deposit, err = k.takeFee(ctx, founder, params.CreateFee); err != nil {
		return types.Network{}, err
	}
	if err := k.store(ctx, n); err != nil {
		return types.Network{}, err
	}
	if err := k.seq.Set(ctx, n.Seq+1); err != nil {
		return types.Network{}, err
	}
	if err := k.calendars.Set(ctx, n.Seq, types.Calendar{Network: n.Seq, NextNode: 1}); err != nil {
		return types.Network{}, err
	}
	if err := k.launchToken(ctx, founder, n); err != nil {
		return types.Network{}, err
	}
	return n, emitNetworkCreated(ctx, n, params.CreateFee)
}

// checkNameFree returns ErrNameTaken where another network's name folds to the same.
func (k *Keeper) checkNameFree(ctx context.Context, name string) error {
	seq, err := k.names.Get(ctx, types.FoldName(name))
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	other, err := k.networks.Get(ctx, seq)
	if err != nil {
		return err
	}
	return types.ErrNameTaken.Wrapf("%q reads as %q of network %s; choose another name", name, other.Name, other.Id)
}

// freeID returns the first id of the network's own series that nobody has.
func (k *Keeper) freeID(ctx context.Context, founder sdk.AccAddress, n types.Network) (string, error) {
	chainID := sdk.UnwrapSDKContext(ctx).ChainID()
	for try := uint64(0); try < types.MaxIDTries; try++ {
		id := types.NetworkID(chainID, founder, n.Name, n.LogicHash, n.Seq, try)
		taken, err := k.ids.Has(ctx, id)
		if err != nil {
			return "", err
		}
		if !taken {
			return id, nil
		}
	}
	return "", types.ErrInvalidRequest.Wrapf("no free network id after %d tries; choose another name", types.MaxIDTries)
}

// takeFee moves the create fee from the founder to the module, burns half of it, rounded up, and
// returns the other half, which the module holds as the network's deposit.
func (k *Keeper) takeFee(ctx context.Context, founder sdk.AccAddress, fee sdk.Coin) (sdk.Coin, error) {
	deposit := sdk.NewCoin(fee.Denom, fee.Amount.QuoRaw(2))
	if fee.IsZero() {
		return deposit, nil
	}
	if has := k.bank.GetBalance(ctx, founder, fee.Denom); has.IsLT(fee) {
		account, err := k.addresses.BytesToString(founder)
		if err != nil {
			return sdk.Coin{}, err
		}
		return sdk.Coin{}, types.ErrInsufficientFee.Wrapf("account %s has %s and creating a network costs %s; have somebody send it the difference (a devnet's faucet does)", account, has, fee)
	}
	if err := k.bank.SendCoinsFromAccountToModule(ctx, founder, types.ModuleName, sdk.NewCoins(fee)); err != nil {
		return sdk.Coin{}, err
	}
	return deposit, k.tokens.BurnCoins(ctx, types.ModuleName, sdk.NewCoins(fee.Sub(deposit)))
}

// launchToken registers the token's metadata and mints the initial allocation to the founder:
// the only tokens of a network that nobody earned.
func (k *Keeper) launchToken(ctx context.Context, founder sdk.AccAddress, n types.Network) error {
	t := n.Token
	k.tokens.SetTokenMetadata(ctx, t.Denom, types.DisplayDenom(n.Id, t.Symbol), t.Name, t.Symbol)
	allocation := sdk.NewCoins(sdk.NewCoin(t.Denom, t.InitialAllocation))
	if err := k.tokens.MintCoins(ctx, types.ModuleName, allocation); err != nil {
		return err
	}
	return k.bank.SendCoinsFromModuleToAccount(ctx, types.ModuleName, founder, allocation)
}

// store writes a network and the keys it is found by.
func (k *Keeper) store(ctx context.Context, n types.Network) error {
	if err := k.networks.Set(ctx, n.Seq, n); err != nil {
		return err
	}
	if err := k.ids.Set(ctx, n.Id, n.Seq); err != nil {
		return err
	}
	return k.names.Set(ctx, types.FoldName(n.Name), n.Seq)
}

// Network returns a network by its sequence number.
func (k *Keeper) Network(ctx context.Context, seq uint64) (types.Network, error) {
	return k.networks.Get(ctx, seq)
}

// NetworkByID returns the network with the given id, or ErrNetworkNotFound.
func (k *Keeper) NetworkByID(ctx context.Context, id string) (types.Network, error) {
	if err := types.CheckNetworkID(id); err != nil {
		return types.Network{}, err
	}
	return k.networkBy(ctx, k.ids, id)
}

// networkByName returns the network whose name folds to the same as name, or ErrNetworkNotFound.
func (k *Keeper) networkByName(ctx context.Context, name string) (types.Network, error) {
	normal, err := types.NormalName(name)
	if err != nil {
		return types.Network{}, err
	}
	return k.networkBy(ctx, k.names, types.FoldName(normal))
}

func (k *Keeper) networkBy(ctx context.Context, index collections.Map[string, uint64], key string) (types.Network, error) {
	seq, err := index.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return types.Network{}, types.ErrNetworkNotFound.Wrapf("%q", key)
	}
	if err != nil {
		return types.Network{}, err
	}
	return k.networks.Get(ctx, seq)
}
