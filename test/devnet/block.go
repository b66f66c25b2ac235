package devnet

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/app"
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
	rsp, err := finalize(n.App, b)
	require.NoError(t, err, "node %d at height %d", n.Index, b.Height)
	n.update(b.Txs)
	if b.response == nil {
		b.response = rsp
		b.Results, b.Events = rsp.TxResults, rsp.Events
		b.AppHash, b.ResultsHash = rsp.AppHash, cmttypes.NewResults(rsp.TxResults).Hash()
		return
	}
	require.NoError(t, b.differs(rsp), "node %d", n.Index)
}

// finalize has an app execute and commit a block. The answer is what CometBFT gets, which knows no difference between no list and an
// empty one.
func finalize(a *app.App, b *Block) (*abci.ResponseFinalizeBlock, error) {
	req := *b.request
	rsp, err := a.FinalizeBlock(&req)
	if err != nil {
		return nil, err
	}
	if _, err := a.Commit(); err != nil {
		return nil, err
	}
	wire, err := rsp.Marshal()
	if err != nil {
		return nil, err
	}
	got := new(abci.ResponseFinalizeBlock)
	return got, got.Unmarshal(wire)
}

// differs says in what an answer to the block is not the one that was first: gas, the hash of the results, events, the hash of the
// state, anything else.
func (b *Block) differs(rsp *abci.ResponseFinalizeBlock) error {
	var found []error
	note := func(same bool, what string, got, want any) {
		if !same {
			found = append(found, fmt.Errorf("height %d: %s: %v, not %v", b.Height, what, got, want))
		}
	}
	note(len(rsp.TxResults) == len(b.Results), "number of results", len(rsp.TxResults), len(b.Results))
	for i := range min(len(b.Results), len(rsp.TxResults)) {
		want, got := b.Results[i], rsp.TxResults[i]
		note(got.GasUsed == want.GasUsed && got.GasWanted == want.GasWanted, "gas of transaction "+strconv.Itoa(i), got.GasUsed, want.GasUsed)
		note(reflect.DeepEqual(got.Events, want.Events), "events of transaction "+strconv.Itoa(i), got.Events, want.Events)
	}
	note(bytes.Equal(cmttypes.NewResults(rsp.TxResults).Hash(), b.ResultsHash), "hash of the results", rsp.TxResults, b.Results)
	note(reflect.DeepEqual(rsp.Events, b.Events), "events of the block", rsp.Events, b.Events)
	note(bytes.Equal(rsp.AppHash, b.AppHash), "app hash", hex.EncodeToString(rsp.AppHash), hex.EncodeToString(b.AppHash))
	note(len(found) > 0 || reflect.DeepEqual(rsp, b.response), "answer", rsp, b.response)
	return errors.Join(found...)
}
