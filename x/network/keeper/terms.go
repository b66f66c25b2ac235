package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// announce books changes of a network's terms. They come to count in the order of their
// announcement, and what is valid now on top of all that was announced before stays so. It returns
// the time from which they count with the next opening.
func (k *Keeper) announce(ctx context.Context, msg *types.MsgUpdateNetwork) (int64, error) {
	if err := msg.Validate(); err != nil {
		return 0, err
	}
	n, err := k.foundedBy(ctx, msg.Founder, msg.Network)
	if err != nil {
		return 0, err
	}
	pending, err := k.pendingTerms(ctx, n.Seq)
	if err != nil {
		return 0, err
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return 0, err
	}
	if err := checkTerms(params, n.Params, pending, msg.Changes); err != nil {
		return 0, err
	}
	due := sdk.UnwrapSDKContext(ctx).BlockTime().Unix() + params.NoticeSeconds(n.Params)
	for _, p := range pending {
		due = max(due, p.Due)
	}
	for _, c := range msg.Changes {
		if err := k.terms.Set(ctx, collections.Join(n.Seq, c.Name), types.PendingTerm{Network: n.Seq, Change: c, Due: due}); err != nil {
			return 0, err
		}
	}
	return due, emitTermsAnnounced(ctx, n.Id, msg.Changes, due)
}

// foundedBy returns a network if the account is its founder and the hand-over is still to come.
func (k *Keeper) foundedBy(ctx context.Context, founder, id string) (types.Network, error) {
	n, err := k.live(ctx, id)
	if err != nil {
		return n, err
	}
	if n.Founder != founder {
		return n, types.ErrUnauthorized.Wrapf("network %s was founded by %s, not by %s", n.Id, n.Founder, founder)
	}
	cal, err := k.calendars.Get(ctx, n.Seq)
	if err != nil {
		return n, err
	}
	if isHandedOver(n, cal) {
		return n, types.ErrUnauthorized.Wrapf("the founder's rights in network %s ended with epoch %d", n.Id, n.HandoverEpoch)
	}
	return n, nil
}

// isHandedOver tells whether the founder's rights have ended.
func isHandedOver(n types.Network, cal types.Calendar) bool { return cal.Epoch >= n.HandoverEpoch }

// checkTerms returns an error unless the changes may be announced for terms on top of those that
// are on their way.
func checkTerms(params types.Params, now types.NetworkParams, pending []types.PendingTerm, changes []types.TermChange) error {
	inFlight := map[string]bool{}
	var all []types.TermChange
	for _, p := range pending {
		inFlight[p.Change.Name] = true
		all = append(all, p.Change)
	}
	for _, c := range changes {
		if inFlight[c.Name] {
			return types.ErrChangePending.Wrapf("%s", c.Name)
		}
		if err := now.CheckStep(c); err != nil {
			return err
		}
	}
	after, err := now.With(append(all, changes...)...)
	if err != nil {
		return err
	}
	if err := after.Validate(); err != nil {
		return err
	}
	// The chain's minimum may have been raised after the network was made: it may stay below, not go down.
	if u := after.Bond.UnbondingSeconds; u < params.MinUnbondingSeconds && u < now.Bond.UnbondingSeconds {
		return types.ErrInvalidParams.Wrapf("an unbonding of %d s is shorter than the chain's minimum of %d s", u, params.MinUnbondingSeconds)
	}
	return nil
}

// pendingTerms returns the changes of a network's terms that do not count yet, by name. There is
// at most one for each figure.
func (k *Keeper) pendingTerms(ctx context.Context, seq uint64) ([]types.PendingTerm, error) {
	var list []types.PendingTerm
	err := k.terms.Walk(ctx, collections.NewPrefixedPairRange[uint64, string](seq),
		func(_ collections.Pair[uint64, string], p types.PendingTerm) (bool, error) {
			list = append(list, p)
			return false, nil
		})
	return list, err
}

// applyTerms puts the changes that are due into a network's terms and returns the network as it
// then is. It is called when an epoch opens, and before a bond is held against the terms of a
// network that sleeps, which has no openings. What does not count by the hand-over lapses.
func (k *Keeper) applyTerms(ctx context.Context, n types.Network, cal types.Calendar) (types.Network, error) {
	pending, err := k.pendingTerms(ctx, n.Seq)
	if err != nil || len(pending) == 0 {
		return n, err
	}
	lapsed := isHandedOver(n, cal)
	now := sdk.UnwrapSDKContext(ctx).BlockTime().Unix()
	var changes []types.TermChange
	for _, p := range pending {
		if !lapsed && p.Due > now {
			continue
		}
		if err := k.terms.Remove(ctx, collections.Join(n.Seq, p.Change.Name)); err != nil {
			return n, err
		}
		changes = append(changes, p.Change)
	}
	if len(changes) == 0 {
		return n, nil
	}
	after, err := n.Params.With(changes...)
	// Bounds that were narrowed by an upgrade must not keep the epoch from opening.
	if lapsed || err != nil || after.Validate() != nil {
		return n, emitTermsLapsed(ctx, n.Id, changes)
	}
	n.Params = after
	if err := k.networks.Set(ctx, n.Seq, n); err != nil {
		return n, err
	}
	return n, emitTermsChanged(ctx, n.Id, changes)
}
