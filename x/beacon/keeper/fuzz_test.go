package keeper_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// FuzzReveal feeds any bytes as the first transaction of a block. Nothing panics but the SDK's own
// reading of a fee that is not there; ProcessProposal and PreBlock agree; and only the canonical
// bytes count as a reveal.
func FuzzReveal(f *testing.F) {
	chain := newFixture(f, 1, 100)
	v := chain.set[0]
	right := chain.reveal(v)
	golden, err := hex.DecodeString(goldenReveal)
	require.NoError(f, err)
	f.Add(right)
	f.Add(golden)
	f.Add([]byte{})
	f.Add([]byte{1, 2, 3, 4})
	f.Add(right[:len(right)-1])
	f.Add(append(bytes.Clone(right), 0))
	f.Add(buildTx(f, "", nil))
	f.Add(buildTx(f, v.text, bytes.Repeat([]byte{9}, 1000)))
	decode := newEncoding(f).tx.TxDecoder()

	f.Fuzz(func(t *testing.T, bz []byte) {
		process := chain.keeper.ProcessProposal(decode, accept)
		verdict := abci.ResponseProcessProposal_REJECT
		if tx, err := decode(bz); err != nil || hasFee(tx) {
			verdict = judge(t, chain, process, v, bz)
		}
		ctx, _ := chain.ctx.WithBlockHeight(1).CacheContext()
		require.NoError(t, chain.keeper.PreBlock(ctx, chain.request(v, bz)))
		g, err := chain.keeper.ExportGenesis(ctx)
		require.NoError(t, err)
		revealed := g.Revealers[0].Current.Used == 1
		require.Equal(t, bytes.Equal(bz, right), revealed)
		if revealed {
			require.Equal(t, abci.ResponseProcessProposal_ACCEPT, verdict)
		} else {
			require.Equal(t, types.FirstValue(chainID), g.Rounds[0].Value)
		}
	})
}

// hasFee tells whether the SDK can read the gas limit of a transaction.
func hasFee(tx any) (ok bool) {
	defer func() { ok = recover() == nil }()
	tx.(interface{ GetGas() uint64 }).GetGas()
	return true
}
