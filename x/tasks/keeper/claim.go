package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// claimRootBytes is the length of the root of a claim.
const claimRootBytes = 32

// claim books what a node says it did in an epoch. The total must be what the chain says is owed:
// a holder that lost an index reports that first.
func (k *Keeper) claim(ctx context.Context, msg *types.MsgClaim) (uint64, error) {
	network, n, err := k.operated(ctx, msg.Network, msg.Operator)
	if err != nil {
		return 0, err
	}
	e, err := k.deps.Networks.Epoch(ctx, network.Seq, msg.Epoch)
	if err != nil {
		return n.Id, err
	}
	w, err := k.claimWindow(ctx, network.Seq, e)
	if err != nil {
		return n.Id, err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	if height < w.ClaimsFrom || height >= w.ClaimsUntil {
		return n.Id, types.ErrWindow.Wrapf("claims for epoch %d are taken from height %d to %d, this is %d", e.Number, w.ClaimsFrom, w.ClaimsUntil-1, height)
	}
	at := collections.Join3(network.Seq, e.Number, n.Id)
	exists, err := k.claims.Has(ctx, at)
	if err != nil {
		return n.Id, err
	}
	if exists {
		return n.Id, types.ErrClaimExists.Wrapf("node %d has claimed epoch %d", n.Id, e.Number)
	}
	o, err := k.bringForward(ctx, network.Seq, n.Id, e.Number)
	if err != nil {
		return n.Id, err
	}
	if err := checkTotal(msg, n.Id, o); err != nil {
		return n.Id, err
	}
	if err := k.checkUptime(ctx, msg, network, n, e); err != nil {
		return n.Id, err
	}
	o.LastClaimed = e.Number
	return n.Id, errors.Join(
		k.owed.Set(ctx, collections.Join(network.Seq, n.Id), o),
		k.windows.Set(ctx, collections.Join(network.Seq, e.Number), w),
		k.claims.Set(ctx, at, types.Claim{
			Root: msg.Root, Total: msg.Total, UptimeRoot: msg.UptimeRoot, UptimeSlots: msg.UptimeSlots,
			DutyRoot: msg.DutyRoot, DutyWorth: msg.DutyWorth,
		}),
	)
}

// checkTotal returns ErrInvalidClaim unless a claim's total is what all deals together owe the node, with a root if that is
// something, and the claim is about anything at all.
func checkTotal(msg *types.MsgClaim, node uint64, o types.Owed) error {
	if msg.Total.IsNil() || !msg.Total.Equal(o.Amount) {
		return types.ErrInvalidClaim.Wrapf("total %s, all deals together owe node %d %s for epoch %d", msg.Total, node, o.Amount, msg.Epoch)
	}
	want := claimRootBytes
	if o.Amount.IsZero() {
		want = 0
	}
	if len(msg.Root) != want {
		return types.ErrInvalidClaim.Wrapf("a root of %d bytes, with a total of %s it has %d", len(msg.Root), o.Amount, want)
	}
	if o.Amount.IsZero() && msg.UptimeSlots == 0 && msg.DutyWorth == 0 {
		return types.ErrInvalidClaim.Wrapf("node %d is owed nothing for epoch %d and claims neither uptime nor duties", node, msg.Epoch)
	}
	return nil
}

// dropClaims forgets claims, windows and seeds of epochs up to one that is no longer kept, a few at a time.
func (k *Keeper) dropClaims(ctx context.Context, seq, epoch uint64) error {
	until := new(collections.Range[collections.Triple[uint64, uint64, uint64]]).
		StartInclusive(collections.Join3(seq, uint64(0), uint64(0))).
		EndExclusive(collections.Join3(seq, epoch+1, uint64(0)))
	if err := forget(ctx, k.claims, until, maxDropped); err != nil {
		return err
	}
	old := collections.NewPrefixedPairRange[uint64, uint64](seq).EndInclusive(epoch)
	return errors.Join(forget(ctx, k.windows, old, maxDropped), forget(ctx, k.watchSeeds, old, maxDropped))
}

// maxDropped bounds what is forgotten of each kind with one proof: two, so that old ones never pile up.
const maxDropped = 2
