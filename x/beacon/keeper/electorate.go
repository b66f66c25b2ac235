package keeper

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	abci "github.com/cometbft/cometbft/abci/types"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// countEligible returns the number of validators that have an active tip and at least 1 % of the
// power, in the set that signed the last block. It counts only when the set or a tip has changed:
// a digest of the set makes an ordinary block cost one read.
func (k *Keeper) countEligible(ctx sdk.Context, req *abci.RequestFinalizeBlock) (uint32, error) {
	digest := electorateDigest(req.DecidedLastCommit.Votes)
	e, err := k.electorate.Get(ctx)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return 0, err
	}
	due := e.RecountHeight != 0 && req.Height >= e.RecountHeight
	if err == nil && !due && bytes.Equal(digest, e.Digest) {
		return e.Eligible, nil
	}
	e, err = k.count(ctx, req)
	if err != nil {
		return 0, err
	}
	e.Digest = digest
	return e.Eligible, k.electorate.Set(ctx, e)
}

// count looks every validator of the set up. The set is bounded by x/staking's max_validators.
func (k *Keeper) count(ctx sdk.Context, req *abci.RequestFinalizeBlock) (types.Electorate, error) {
	var e types.Electorate
	var total int64
	for _, v := range req.DecidedLastCommit.Votes {
		total += v.Validator.Power
	}
	for _, v := range req.DecidedLastCommit.Votes {
		_, r, err := k.revealerOf(ctx, v.Validator.Address)
		if err != nil {
			return e, err
		}
		if r == nil {
			continue
		}
		c := r.ChainAt(req.Height)
		if c.CanReveal(req.Height) && v.Validator.Power >= total/100+min(total%100, 1) {
			e.Eligible++
		}
		for _, coming := range []types.HashChain{r.Current, r.Next} {
			later := coming.Exists() && coming.ActiveHeight > req.Height
			if later && (e.RecountHeight == 0 || coming.ActiveHeight < e.RecountHeight) {
				e.RecountHeight = coming.ActiveHeight
			}
		}
	}
	return e, nil
}

// electorateDigest hashes the addresses and powers of a set in the order CometBFT gives them.
func electorateDigest(votes []abci.VoteInfo) []byte {
	h := sha256.New()
	var power [8]byte
	for _, v := range votes {
		binary.BigEndian.PutUint64(power[:], uint64(v.Validator.Power))
		h.Write(v.Validator.Address)
		h.Write(power[:])
	}
	return h.Sum(nil)
}
