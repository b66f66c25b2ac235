package devnet_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/devnet"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

// One of four validators keeps silent for 200 blocks. The chain goes on, seeds come as soon as the
// other three have spoken, and who is silent pays for each of its blocks to the last umesh.
func TestSilentValidator(t *testing.T) {
	c := devnet.New(t, devnet.Config{})
	silent := c.Nodes[3]
	v := silent.Validator
	silent.HideSecret()
	stake, total := tokensAtGenesis(), int64(0)
	for missed := uint64(0); c.Height() < 200; {
		b := c.Advance()
		require.Empty(t, b.Failed)
		if b.Proposer != silent {
			requireReveals(t, b)
			continue
		}
		missed++
		slashed := stake / devnet.OneMesh
		require.Equal(t, []beacontypes.EventMissed{
			{Validator: v.Operator(), Height: b.Height, Missed: missed, Slashed: fmt.Sprint(slashed)},
		}, misses(t, b))
		stake, total = stake-slashed, total+slashed
		require.Equal(t, missed, revealer(t, c, v).Missed)
		require.Equal(t, stake, tokens(t, c, v))
	}
	require.EqualValues(t, 50, revealer(t, c, v).Missed)
	require.Zero(t, revealer(t, c, v).Current.Used)
	for _, other := range c.Validators[:3] {
		require.Zero(t, revealer(t, c, other).Missed)
		require.EqualValues(t, 50, revealer(t, c, other).Current.Used)
		require.Equal(t, tokensAtGenesis(), tokens(t, c, other))
	}
	require.Equal(t, tokensAtGenesis()-total, stake)

	var longest int64
	q := beacontypes.NewQueryClient(c.Conn())
	for closed := int64(2); closed <= 190; closed++ {
		seed, err := q.Seed(context.Background(), &beacontypes.QuerySeedRequest{Close: closed, Delay: 1, MMax: 4})
		require.NoError(t, err)
		want := thirdSpeaker(c, closed)
		longest = max(longest, want-closed)
		require.Equal(t, &beacontypes.QuerySeedResponse{Value: round(t, c, want).Value, Height: want, Revealers: 3, Assurance: beacontypes.AssuranceNone}, seed)
	}
	require.LessOrEqual(t, longest, int64(8), "a turn of everybody and one more")
	silent.ReturnSecret()
	requireReveals(t, turn(c, silent))
	require.Equal(t, c.Last().AppHash, c.Join(devnet.DefaultNode()).App.LastCommitID().Hash)
}

// tokensAtGenesis is the stake of every validator, in umesh.
func tokensAtGenesis() int64 { return devnet.Stake * devnet.OneMesh }

// thirdSpeaker is the height at which three validators have revealed since close.
func thirdSpeaker(c *devnet.Chain, closed int64) int64 {
	spoke := map[*devnet.Node]bool{}
	for height := closed + 1; ; height++ {
		if b := c.Block(height); len(b.Txs) > 0 {
			spoke[b.Proposer] = true
		}
		if len(spoke) == 3 {
			return height
		}
	}
}
