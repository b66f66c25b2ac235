package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// sunset ends a network that has no open obligations and gives its founder the deposit, also after the hand-over: the deposit is
// the founder's own, and who wants the network to go on keeps a bond in it. Changes of terms that were announced lapse. It returns
// what came back. Everything is checked before the first write; the cost does not grow with what the network ever held.
func (k *Keeper) sunset(ctx context.Context, msg *types.MsgSunsetNetwork) (sdk.Coin, error) {
	founder, err := k.account("founder", msg.Founder)
	if err != nil {
		return sdk.Coin{}, err
	}
	n, err := k.NetworkByID(ctx, msg.Network)
	if err != nil {
		return sdk.Coin{}, err
	}
	if n.Founder != msg.Founder {
		return sdk.Coin{}, types.ErrUnauthorized.Wrapf("network %s was founded by %s, not by %s", n.Id, n.Founder, msg.Founder)
	}
	if err := n.CheckLive(); err != nil {
		return sdk.Coin{}, err
	}
	if err := k.checkClear(ctx, n); err != nil {
		return sdk.Coin{}, err
	}
	if n.Deposit.IsPositive() {
		if err := k.bank.SendCoinsFromModuleToAccount(ctx, types.ModuleName, founder, sdk.NewCoins(n.Deposit)); err != nil {
			return sdk.Coin{}, err
		}
	}
	if err := k.lapseTerms(ctx, n); err != nil {
		return sdk.Coin{}, err
	}
	deposit := n.Deposit
	n.Deposit, n.SunsetHeight = sdk.NewInt64Coin(deposit.Denom, 0), sdk.UnwrapSDKContext(ctx).BlockHeight()
	if err := k.networks.Set(ctx, n.Seq, n); err != nil {
		return sdk.Coin{}, err
	}
	return deposit, emitNetworkEnded(ctx, n, deposit)
}

// checkClear returns ErrOpenObligations unless nothing is at stake, on its way, owed or to be withdrawn in a network. What is asked
// last, of the modules to the right, is asked only of a network that is dormant.
func (k *Keeper) checkClear(ctx context.Context, n types.Network) error {
	open := func(format string, args ...any) error {
		return types.ErrOpenObligations.Wrapf("network "+n.Id+": "+format, args...)
	}
	var bonded, returning uint64
	bonds := collections.NewPrefixedTripleRange[uint64, uint64, []byte](n.Seq)
	err := k.bonds.Walk(ctx, bonds, func(key collections.Triple[uint64, uint64, []byte], _ types.Bond) (bool, error) {
		bonded = key.K2()
		return true, nil
	})
	if err != nil {
		return err
	}
	if bonded != 0 {
		return open("node %d is bonded", bonded)
	}
	unbondings := collections.NewPrefixedTripleRange[uint64, uint64, uint64](n.Seq)
	err = k.unbondingsByNode.Walk(ctx, unbondings, func(key collections.Triple[uint64, uint64, uint64]) (bool, error) {
		returning = key.K2()
		return true, nil
	})
	if err != nil {
		return err
	}
	if returning != 0 {
		return open("bonds of node %d are on their way back", returning)
	}
	cal, err := k.calendars.Get(ctx, n.Seq)
	if err != nil {
		return err
	}
	if cal.Duties > 0 {
		return open("%d deals, channels, posted tasks and held slashes are not over", cal.Duties)
	}
	if cal.RollsAt != 0 {
		return open("epoch %d closes at height %d", cal.Epoch, cal.DueAt())
	}
	left, err := k.obligations.OpenIn(ctx, n.Seq)
	if err != nil || left == "" {
		return err
	}
	return open("%s", left)
}

// lapseTerms drops the changes of a network's terms that were announced; there is at most one for each figure.
func (k *Keeper) lapseTerms(ctx context.Context, n types.Network) error {
	pending, err := k.pendingTerms(ctx, n.Seq)
	if err != nil || len(pending) == 0 {
		return err
	}
	var changes []types.TermChange
	for _, p := range pending {
		if err := k.terms.Remove(ctx, collections.Join(n.Seq, p.Change.Name)); err != nil {
			return err
		}
		changes = append(changes, p.Change)
	}
	return emitTermsLapsed(ctx, n.Id, changes)
}

// live returns a network by its id, or ErrNetworkEnded after its sunset: what opens something asks for it here.
func (k *Keeper) live(ctx context.Context, id string) (types.Network, error) {
	n, err := k.NetworkByID(ctx, id)
	if err != nil {
		return n, err
	}
	return n, n.CheckLive()
}
