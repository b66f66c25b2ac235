package keeper

import (
	"context"
	"crypto/sha256"
	"errors"

	abci "github.com/cometbft/cometbft/abci/types"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// PreBlock writes the round of the block: it accepts the reveal at index 0, or counts it as
// missing. It repeats the check of ProcessProposal, since blocks that are replayed or synced never
// pass there; a reveal that is wrong is a missing one, so only the store's errors are returned.
func (k *Keeper) PreBlock(ctx sdk.Context, req *abci.RequestFinalizeBlock) error {
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	round, err := k.openRound(ctx, req)
	if err != nil {
		return err
	}
	var ok *accepted
	if len(req.Txs) > 0 {
		ok, err = k.check(ctx, req.Height, req.ProposerAddress, req.Txs[0])
		if err != nil && !errors.Is(err, types.ErrInvalidReveal) {
			return err
		}
	}
	if ok != nil {
		round = round.Revealed(ok.revealer.Id, ok.preimage)
		err = k.accept(ctx, round, ok, req.Txs[0])
	} else {
		err = k.miss(ctx, params, req)
	}
	if err != nil {
		return err
	}
	if err := k.rounds.Set(ctx, req.Height, round); err != nil {
		return err
	}
	return k.rounds.Remove(ctx, req.Height-int64(params.HistoryBlocks))
}

// openRound returns the round of the block before its reveal is looked at.
func (k *Keeper) openRound(ctx sdk.Context, req *abci.RequestFinalizeBlock) (types.Round, error) {
	eligible, err := k.countEligible(ctx, req)
	if err != nil {
		return types.Round{}, err
	}
	last, err := k.rounds.Get(ctx, req.Height-1)
	if errors.Is(err, collections.ErrNotFound) {
		last, err = types.Round{Value: types.FirstValue(ctx.ChainID())}, nil
	}
	return types.Round{Height: req.Height, Value: last.Value, Reach: last.Reach, Eligible: eligible}, err
}

// accept moves the chain one step on and leaves the mark the ante handler and the message
// handler look for.
func (k *Keeper) accept(ctx context.Context, round types.Round, ok *accepted, tx []byte) error {
	c := ok.revealer.ChainAt(round.Height)
	c.Head, c.Used = ok.preimage, c.Used+1
	if c.Used == c.Length {
		// Used up: the validator is no longer eligible, so the electorate is counted again.
		if err := k.electorate.Remove(ctx); err != nil {
			return err
		}
	}
	if err := k.revealers.Set(ctx, ok.operator, ok.revealer.WithChain(round.Height, c)); err != nil {
		return err
	}
	hash := sha256.Sum256(tx)
	return k.applied.Set(ctx, types.Applied{Height: round.Height, TxHash: hash[:], Value: round.Value})
}

// miss counts a block without a reveal and slashes its proposer, unless the proposer's tip is not
// in use yet, or the proposer is new in the set.
func (k *Keeper) miss(ctx context.Context, params types.Params, req *abci.RequestFinalizeBlock) error {
	operator, r, err := k.revealerOf(ctx, req.ProposerAddress)
	if err != nil || operator == nil {
		return err
	}
	validator, err := k.validators.BytesToString(operator)
	if err != nil {
		return err
	}
	var missed uint64
	if r != nil {
		if req.Height < r.Current.ActiveHeight {
			return nil
		}
		r.Missed++
		missed, err = r.Missed, k.revealers.Set(ctx, operator, *r)
	} else if err = k.tellUnreadable(ctx, operator, validator); err == nil {
		missed, err = k.missNewcomer(ctx, params, operator, validator, req.Height)
	}
	if err != nil || missed == 0 {
		return err
	}
	slashed, err := k.staking.SlashProposer(ctx, req.ProposerAddress, req.Height, params.MissedReveal)
	if err != nil {
		return err
	}
	return emitMissed(ctx, validator, req.Height, missed, slashed)
}

// tellUnreadable says so where what is stored of a proposer cannot be read, for which it counts as not registered.
func (k *Keeper) tellUnreadable(ctx context.Context, operator []byte, validator string) error {
	_, err := k.revealers.Get(ctx, operator)
	if !errors.Is(err, collections.ErrEncoding) {
		return nil
	}
	sdk.UnwrapSDKContext(ctx).Logger().Error("read a revealer", "module", types.ModuleName, "validator", validator, "error", err.Error())
	return emitRevealerStuck(ctx, validator, err)
}

// missNewcomer counts a block of a proposer that never registered. It returns 0 while the time
// it has for registering is not over.
func (k *Keeper) missNewcomer(ctx context.Context, params types.Params, operator []byte, validator string, height int64) (uint64, error) {
	n, err := k.newcomers.Get(ctx, operator)
	switch {
	case errors.Is(err, collections.ErrNotFound), errors.Is(err, collections.ErrEncoding):
		n = types.Newcomer{Validator: validator, Since: height}
	case err != nil:
		return 0, err
	case height-n.Since >= int64(params.NoTipBlocks):
		n.Missed++
	}
	return n.Missed, k.newcomers.Set(ctx, operator, n)
}
