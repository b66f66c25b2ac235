package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// TestClaimsAndPayAreByTheTermsOfTheirEpoch: epoch 2 has closed when other terms come to count with the opening of epoch 3. What is
// claimed, proven and paid for epoch 2 in epoch 3 goes by the old ones, to the block and the unit, and what is for epoch 3 by the new
// ones; a deal goes on at its own rate, and a new one costs the new price.
func TestClaimsAndPayAreByTheTermsOfTheirEpoch(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(9)
	old := f.w.params
	now := old
	now.Pay.BurnBps, now.Storage.Openings = 2_500, 6
	now.Epoch.ClaimWindowBlocks, now.Epoch.ProofWindowBlocks = 4, 9
	now.Storage.Price, now.Storage.ReserveBps = math.NewInt(1_251), 625
	f.w.termsOf = map[uint64]networktypes.NetworkParams{1: old, 2: old}
	f.to(opening(3) - 1)
	f.w.params = now
	f.to(opening(3))
	for _, e := range []struct {
		number                 uint64
		terms                  networktypes.NetworkParams
		burnt, earned          int64
		claimBlocks, lastProof int64
	}{
		{2, old, 201, 800, 5, 5 + 2 + 8 - 1},
		{3, now, 251, 750, 4, 4 + 2 + 9 - 1},
	} {
		require.Equal(t, e.terms, f.w.terms(e.number))
		closed := opening(e.number + 1)
		f.to(closed + e.claimBlocks - 1)
		must(f, f.msgs.Claim, f.claimMsg(nodes[0], e.number))
		must(f, f.msgs.Claim, f.claimMsg(nodes[1], e.number))
		f.to(closed + e.claimBlocks)
		refuse(f, f.msgs.Claim, f.claimMsg(nodes[2], e.number), types.ErrWindow)
		f.to(closed + e.claimBlocks + 2)
		was := f.w.termsOf
		f.w.termsOf = map[uint64]networktypes.NetworkParams{2: now, 3: old} // another number of openings than the epoch asks for
		short := f.proveMsg(nodes[0], e.number)
		f.w.termsOf = was
		_, err := send(f, f.msgs.Prove, short)
		require.ErrorIs(t, err, types.ErrInvalidProof)
		f.to(closed + e.lastProof)
		before := len(f.w.fees)
		must(f, f.msgs.Prove, f.proveMsg(nodes[0], e.number))
		require.Equal(t, []types.Fee{{
			Network: seq, Node: nodes[0], Kind: types.FeeProof, Epoch: e.number + 1, Burnt: math.NewInt(e.burnt), Earned: math.NewInt(e.earned),
		}}, f.w.fees[before:])
		f.to(closed + e.lastProof + 1)
		refuse(f, f.msgs.Prove, f.proveMsg(nodes[1], e.number), types.ErrWindow)
	}
	require.EqualValues(t, price, f.deal(id).Deal.Rate.Int64())
	msg := openMsg(9)
	refuse(f, f.msgs.OpenDeal, msg, types.ErrPriceTooHigh)
	msg.MaxRate = math.NewInt(1_251)
	rsp := must(f, f.msgs.OpenDeal, msg)
	require.EqualValues(t, 1_251, rsp.Rate.Int64())
	const escrow, reserve, burnt = 3 * 1_251 * 9, 2_112, 939 // 625 and 2,500 hundredths of a percent, rounded up
	require.EqualValues(t, escrow+reserve+burnt, rsp.Deposit.Int64())
}
