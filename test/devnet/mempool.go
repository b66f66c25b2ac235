package devnet

import (
	"bytes"
	"slices"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"
)

// pooled is one transaction in a node's first-come mempool, which is CometBFT's.
type pooled struct {
	tx  []byte
	gas int64
}

// Submit hands a transaction to every node that is online and returns what they say to it, by the
// index of the node; nil stands for a node that is offline.
func (c *Chain) Submit(tx []byte) []*abci.ResponseCheckTx {
	c.t.Helper()
	said := make([]*abci.ResponseCheckTx, len(c.Nodes))
	for _, n := range c.Nodes {
		if !n.Offline {
			said[n.Index] = n.Submit(tx)
		}
	}
	return said
}

// Submit hands a transaction to one node, which keeps it in its mempools if it accepts it.
func (n *Node) Submit(tx []byte) *abci.ResponseCheckTx {
	n.chain.t.Helper()
	rsp, err := n.App.CheckTx(&abci.RequestCheckTx{Tx: tx, Type: abci.CheckTxType_New})
	require.NoError(n.chain.t, err)
	if rsp.IsOK() {
		n.pool = append(n.pool, pooled{tx, rsp.GasWanted})
	}
	return rsp
}

// Waiting returns the number of transactions in the node's first-come mempool.
func (n *Node) Waiting() int { return len(n.pool) }

// reap returns the transactions that waited longest, as many as fit.
func (n *Node) reap(maxBytes, maxGas int64) [][]byte {
	var txs [][]byte
	var size, gas int64
	for _, p := range n.pool {
		size += cmttypes.ComputeProtoSizeForTxs([]cmttypes.Tx{p.tx})
		gas += p.gas
		if size > maxBytes || maxGas >= 0 && gas > maxGas {
			break
		}
		txs = append(txs, p.tx)
	}
	return txs
}

// update drops the transactions of a block that was committed, and those that are no longer valid.
func (n *Node) update(txs [][]byte) {
	n.chain.t.Helper()
	n.pool = slices.DeleteFunc(n.pool, func(p pooled) bool {
		if slices.ContainsFunc(txs, func(tx []byte) bool { return bytes.Equal(tx, p.tx) }) {
			return true
		}
		rsp, err := n.App.CheckTx(&abci.RequestCheckTx{Tx: p.tx, Type: abci.CheckTxType_Recheck})
		require.NoError(n.chain.t, err)
		return !rsp.IsOK()
	})
}
