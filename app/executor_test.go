package app_test

import (
	"fmt"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/server/config"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/mesh-protocol/mesh/app"
)

// TestExecutorsAgree runs the same blocks one transaction after the other and in parallel. The
// transactions of a block contend for the same records: the count of networks, a name, a balance.
func TestExecutorsAgree(t *testing.T) {
	run := func(executor string) (*chain, []*abci.ResponseFinalizeBlock) {
		opts := options(t.TempDir())
		opts[server.FlagBlockExecutor] = executor
		opts[server.FlagBlockSTMWorkers] = 4
		c := open(t, dbm.NewMemDB(), opts)
		c.start(newGenesis(c), 1)
		rsp := []*abci.ResponseFinalizeBlock{c.block()}
		for round := range 3 {
			var txs [][]byte
			for i, name := range memberNames() {
				m := who(name)
				txs = append(txs,
					c.sign(m, 0, newNetwork(m, fmt.Sprintf("Net %d of %s", round, name))),
					c.sign(m, 1, newNetwork(m, fmt.Sprintf("Contended %d", round))),
					c.sign(m, 2, banktypes.NewMsgSend(m.addr, who(memberNames()[(i+1)%len(memberNames())]).addr, sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, 1_000)))),
				)
			}
			rsp = append(rsp, c.block(txs...))
		}
		return c, rsp
	}
	sequential, want := run(config.BlockExecutorSequential)
	parallel, got := run(config.BlockExecutorBlockSTM)
	for i := range want {
		require.Len(t, got[i].TxResults, len(want[i].TxResults), "block %d", i+1)
		for j := range want[i].TxResults {
			require.Equal(t, want[i].TxResults[j], got[i].TxResults[j], "transaction %d of block %d", j, i+1)
		}
		require.Equal(t, want[i].String(), got[i].String(), "block %d", i+1)
	}
	require.Equal(t, sequential.LastCommitID(), parallel.LastCommitID())
	created := 0
	for _, r := range want[3].TxResults {
		if r.Code == 0 {
			created++
		}
	}
	require.Equal(t, 2*len(memberNames())+1, created, "a network and a send of each member, and one contended name")
}
