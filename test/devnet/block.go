package devnet

import (
	"bytes"
	"slices"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"
)

// Block is a committed block and what all nodes say it did.
type Block struct {
	Proposal
	// Failed are the rounds before it at the same height.
	Failed []Proposal
	// Results of the transactions, in their order.
	Results []*abci.ExecTxResult
	// Events of the block outside of its transactions.
	Events []abci.Event
	// AppHash is the hash of the state after the block, ResultsHash what the next header calls
	// LastResultsHash: codes, data and gas.
	AppHash, ResultsHash []byte

	request  *abci.RequestFinalizeBlock
	response *abci.ResponseFinalizeBlock
}

// Has returns whether the block holds the transaction.
func (b *Block) Has(tx []byte) bool { return b.Result(tx) != nil }

// Result returns the result of a transaction, nil where the block does not hold it.
func (b *Block) Result(tx []byte) *abci.ExecTxResult {
	i := slices.IndexFunc(b.Txs, func(other []byte) bool { return bytes.Equal(tx, other) })
	if i < 0 {
		return nil
	}
	return b.Results[i]
}

// commit lets every node that is online execute the block and holds them to one result.
func (c *Chain) commit(p Proposal, failed []Proposal) *Block {
	c.t.Helper()
	b := &Block{Proposal: p, Failed: failed}
	b.request = &abci.RequestFinalizeBlock{
		Txs: p.Txs, DecidedLastCommit: c.comet.votes, Hash: p.hash(), Height: p.Height, Time: p.Time,
		NextValidatorsHash: c.comet.next.Hash(), ProposerAddress: p.By.Consensus(), Misbehavior: c.Misbehavior,
	}
	c.Misbehavior = nil
	for _, n := range c.Nodes {
		if n.Offline {
			continue
		}
		n.execute(b)
	}
	require.NotNil(c.t, b.response, "every node is offline")
	c.Blocks = append(c.Blocks, b)
	c.comet = c.comet.applied(c.t, b, b.response, func(v *cmttypes.Validator) abci.VoteInfo { return p.vote(v, c.nodeOf(v), c.validatorOf(v).Absent) })
	return b
}

// catchUp lets the nodes that are online replay the blocks they missed.
func (c *Chain) catchUp() {
	c.t.Helper()
	for _, n := range c.Nodes {
		if n.Offline {
			continue
		}
		has := max(n.App.LastBlockHeight(), c.begin.InitialHeight-1)
		for height := has + 1; height <= c.Height(); height++ {
			n.execute(c.Block(height))
		}
	}
}

// execute runs a block and compares. The first node that does says what is right.
func (n *Node) execute(b *Block) {
	t := n.chain.t
	t.Helper()
	req := *b.request
	rsp, err := n.App.FinalizeBlock(&req)
	require.NoError(t, err, "node %d at height %d", n.Index, b.Height)
	_, err = n.App.Commit()
	require.NoError(t, err, "node %d at height %d", n.Index, b.Height)
	// Compared is what CometBFT gets, which knows no difference between no list and an empty one.
	wire, err := rsp.Marshal()
	require.NoError(t, err)
	rsp = new(abci.ResponseFinalizeBlock)
	require.NoError(t, rsp.Unmarshal(wire))
	n.update(b.Txs)
	if b.response == nil {
		b.response = rsp
		b.Results, b.Events = rsp.TxResults, rsp.Events
		b.AppHash, b.ResultsHash = rsp.AppHash, cmttypes.NewResults(rsp.TxResults).Hash()
		return
	}
	require.Equal(t, b.Results, rsp.TxResults, "results of node %d at height %d", n.Index, b.Height)
	require.Equal(t, b.Events, rsp.Events, "events of node %d at height %d", n.Index, b.Height)
	require.Equal(t, b.AppHash, rsp.AppHash, "app hash of node %d at height %d", n.Index, b.Height)
	require.Equal(t, b.response, rsp, "node %d at height %d", n.Index, b.Height)
}
