package devnet

import (
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"
)

// comet is what CometBFT knows of the chain between two blocks. Updates of the validators that a
// block returns are in force two heights later, those of the params one.
type comet struct {
	height  int64
	time    time.Time
	params  cmttypes.ConsensusParams
	current *cmttypes.ValidatorSet
	next    *cmttypes.ValidatorSet
	// votes are the commit of the last block, which the next one carries.
	votes abci.CommitInfo
}

// newComet returns the state before the first block.
func newComet(t testing.TB, req *abci.RequestInitChain, rsp *abci.ResponseInitChain) comet {
	t.Helper()
	vals, err := cmttypes.PB2TM.ValidatorUpdates(rsp.Validators)
	require.NoError(t, err)
	require.NotEmpty(t, vals, "a chain needs validators")
	return comet{
		height: req.InitialHeight - 1, time: req.Time,
		params:  cmttypes.ConsensusParamsFromProto(*req.ConsensusParams),
		current: cmttypes.NewValidatorSet(vals), next: cmttypes.NewValidatorSet(vals).CopyIncrementProposerPriority(1),
	}
}

// proposer returns who proposes in a round of the next height.
func (s comet) proposer(round int32) *cmttypes.Validator {
	set := s.current.Copy()
	if round > 0 {
		set.IncrementProposerPriority(round)
	}
	return set.GetProposer()
}

// power returns the power of a validator at the next height, 0 where it has no vote.
func (s comet) power(v *Validator) int64 {
	if v == nil {
		return 0
	}
	_, voter := s.current.GetByAddress(v.Consensus())
	if voter == nil {
		return 0
	}
	return voter.VotingPower
}

// blockTime returns the time of a block that is proposed in a round of the next height.
func (s comet) blockTime(round int32) time.Time {
	return s.time.Add(BlockTime + time.Duration(round)*RoundTime)
}

// maxTxBytes returns the room for transactions in a block.
func (s comet) maxTxBytes() int64 {
	return cmttypes.MaxDataBytes(s.params.Block.MaxBytes, 0, s.current.Size())
}

// applied returns the state after a block. vote says how a validator voted on it.
func (s comet) applied(t testing.TB, b *Block, rsp *abci.ResponseFinalizeBlock, vote func(*cmttypes.Validator) abci.VoteInfo) comet {
	t.Helper()
	votes := abci.CommitInfo{Round: b.Round}
	for _, v := range s.current.Validators {
		votes.Votes = append(votes.Votes, vote(v))
	}
	next := s.next.Copy()
	updates, err := cmttypes.PB2TM.ValidatorUpdates(rsp.ValidatorUpdates)
	require.NoError(t, err)
	if len(updates) > 0 {
		require.NoError(t, next.UpdateWithChangeSet(updates))
	}
	next.IncrementProposerPriority(1)
	params := s.params.Update(rsp.ConsensusParamUpdates)
	require.NoError(t, params.ValidateBasic())
	return comet{height: b.Height, time: b.Time, params: params, current: s.next, next: next, votes: votes}
}
