package devnet_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/mesh-protocol/mesh/test/devnet"
	beaconkeeper "github.com/mesh-protocol/mesh/x/beacon/keeper"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

// send is a message that moves some umesh.
func send(from, to *devnet.Account, amount int64) sdk.Msg {
	return banktypes.NewMsgSend(from.Address, to.Address, sdk.NewCoins(sdk.NewInt64Coin("umesh", amount)))
}

// reveal is the canonical transaction of a validator's reveal after used others.
func reveal(t *testing.T, v *devnet.Validator, used uint64) []byte {
	t.Helper()
	bz, err := beaconkeeper.BuildTx(v.Operator(), v.Chain.Preimage(used))
	require.NoError(t, err)
	return bz
}

// revealer is a validator's part in the beacon.
func revealer(t *testing.T, c *devnet.Chain, v *devnet.Validator) beacontypes.Revealer {
	t.Helper()
	rsp, err := beacontypes.NewQueryClient(c.Conn()).Revealer(context.Background(), &beacontypes.QueryRevealerRequest{Validator: v.Operator()})
	require.NoError(t, err)
	return rsp.Revealer
}

// nextReveal is the transaction a validator reveals by when it proposes next.
func nextReveal(t *testing.T, c *devnet.Chain, v *devnet.Validator) []byte {
	t.Helper()
	return reveal(t, v, revealer(t, c, v).Current.Used)
}

// round is what the beacon knows of a height, 0 being the latest.
func round(t *testing.T, c *devnet.Chain, height int64) beacontypes.Round {
	t.Helper()
	rsp, err := beacontypes.NewQueryClient(c.Conn()).Round(context.Background(), &beacontypes.QueryRoundRequest{Height: height})
	require.NoError(t, err)
	return rsp.Round
}

// tokens are a validator's whole stake in umesh.
func tokens(t *testing.T, c *devnet.Chain, v *devnet.Validator) int64 {
	t.Helper()
	n := c.Nodes[0]
	val, err := n.App.Keepers.Staking.GetValidator(n.Context(), sdk.ValAddress(v.Account.Address))
	require.NoError(t, err)
	return val.Tokens.Int64()
}

// misses are the events of a block about reveals that are missing.
func misses(t *testing.T, b *devnet.Block) []beacontypes.EventMissed {
	t.Helper()
	return devnet.TypedEvents[beacontypes.EventMissed](t, b.Events)
}

// revealed tells whether the first transaction of a block is a reveal that was accepted.
func revealed(t *testing.T, b *devnet.Block) bool {
	t.Helper()
	return len(b.Results) > 0 && len(devnet.TypedEvents[beacontypes.EventRevealed](t, b.Results[0].Events)) == 1
}

// requireReveals wants a block in the first round whose proposer reveals and is not charged.
func requireReveals(t *testing.T, b *devnet.Block) {
	t.Helper()
	require.Empty(t, b.Failed, "height %d", b.Height)
	require.True(t, revealed(t, b), "height %d", b.Height)
	require.Empty(t, misses(t, b), "height %d", b.Height)
}

// without returns transactions without one of them.
func without(txs [][]byte, tx []byte) [][]byte {
	var list [][]byte
	for _, other := range txs {
		if !bytes.Equal(other, tx) {
			list = append(list, other)
		}
	}
	return list
}
