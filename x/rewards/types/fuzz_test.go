package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/fuzzed"
	"github.com/mesh-protocol/mesh/x/rewards/types"
)

// FuzzMsg reads any bytes as a withdrawal: it is read back as it is written.
func FuzzMsg(f *testing.F) {
	bz, err := (&types.MsgWithdraw{Sender: "ann", Network: "net_00000001", Node: 7}).Marshal()
	require.NoError(f, err)
	f.Add(bz)
	f.Fuzz(func(t *testing.T, bz []byte) { fuzzed.Decoded(t, &types.MsgWithdraw{}, &types.MsgWithdraw{}, bz) })
}

// someGenesis has one of everything.
func someGenesis() *types.GenesisState {
	one := math.OneInt()
	withdrawn := paid(one, one, math.ZeroInt(), one)
	withdrawn.Matched, withdrawn.Withdrawn = one, true
	return &types.GenesisState{
		Fees: []types.StoredFees{{Network: 1, Node: 1, Amount: one}},
		Pays: []types.StoredPay{
			{Network: 1, Node: 1, Epoch: 1, Pay: paid(one, one, one, math.ZeroInt())},
			{Network: 1, Node: 1, Epoch: 2, Pay: paid(one, one, one, math.ZeroInt())},
			{Network: 1, Node: 2, Epoch: 1, Pay: withdrawn},
		},
		Burnt: []types.StoredBurnt{{Network: 1, Epoch: 2, Amount: one}},
		Closed: []types.StoredClosed{{Network: 1, Epoch: 1, Closed: types.Closed{
			Bucket: math.NewInt(9), Burnt: math.NewInt(2), MatchCapBps: 8_000, Open: one,
		}}},
		Presence: []types.StoredFees{{Network: 1, Node: 1, Amount: one}},
		Sharings: []types.StoredSharing{{Network: 1, Node: 1, Epoch: 1, Sharing: types.Sharing{
			Presence: one,
			Fees:     one, Bonds: math.NewInt(100), Parts: []types.Part{part(60, 1), part(40, 5_000)},
		}}},
	}
}

// FuzzGenesis reads any bytes as a state: it is read back as it is written, and valid or not as before. Of a valid
// one, the parts of a sharing are together no more than what is shared, and no match is more than what is left.
func FuzzGenesis(f *testing.F) {
	for _, g := range []*types.GenesisState{someGenesis(), types.DefaultGenesis()} {
		bz, err := g.Marshal()
		require.NoError(f, err)
		f.Add(bz, int64(1_000))
	}
	f.Fuzz(func(t *testing.T, bz []byte, pay int64) {
		var g, again types.GenesisState
		if !fuzzed.ReadState(t, &g, &again, bz) || pay < 0 {
			return
		}
		for _, s := range g.Sharings {
			sum := math.ZeroInt()
			for _, p := range s.Sharing.Parts {
				sum = sum.Add(s.Sharing.Commission(math.NewInt(pay), p))
			}
			require.True(t, sum.LTE(math.NewInt(pay)))
		}
		for _, c := range g.Closed {
			require.True(t, c.Closed.Match(c.Closed.Burnt).LTE(c.Closed.Bucket))
		}
	})
}
