package app_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/mesh-protocol/mesh/app"
)

// TestUnorderedTransactions: daemons send without sequence numbers, so that one lost transaction
// stops no other. Each passes once, until its time is over, and changes no sequence.
func TestUnorderedTransactions(t *testing.T) {
	c := newChain(t)
	c.block()
	m := who("client")
	acc := c.Keepers.Account.GetAccount(c.NewContext(true), m.addr)
	unordered := func(timeout time.Time) []byte {
		b := c.TxConfig().NewTxBuilder()
		require.NoError(t, b.SetMsgs(banktypes.NewMsgSend(m.addr, who("friend").addr, sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, 1)))))
		b.SetGasLimit(txGas)
		b.SetUnordered(true)
		b.SetTimeoutTimestamp(timeout)
		c.addSignature(b, m.key, authsigning.SignerData{
			Address: m.text(), ChainID: chainID, AccountNumber: acc.GetAccountNumber(), PubKey: m.key.PubKey(),
		})
		bz, err := c.TxConfig().TxEncoder()(b.GetTx())
		require.NoError(t, err)
		return bz
	}
	soon := c.time.Add(5 * time.Minute)
	first, second := unordered(soon), unordered(soon.Add(time.Nanosecond))
	sequence := c.sequence(m)
	res := c.block(second, first).TxResults
	require.Equal(t, result{}, resultOf(res[0]), res[0].Log)
	require.Equal(t, result{}, resultOf(res[1]), res[1].Log)
	require.Equal(t, sequence, c.sequence(m))

	again := c.block(first).TxResults[0]
	require.Equal(t, result{"sdk", 18}, resultOf(again), again.Log)
	require.Contains(t, again.Log, "already used")
	late := c.block(unordered(c.time)).TxResults[0]
	require.Equal(t, result{"sdk", 42}, resultOf(late), late.Log)
	require.Contains(t, late.Log, "tx timeout")
	early := c.block(unordered(c.time.Add(time.Hour))).TxResults[0]
	require.Equal(t, result{"sdk", 18}, resultOf(early), early.Log)
	require.Contains(t, early.Log, "exceeds")
}
