package devnet

import (
	"strconv"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"
)

// Chain is a chain with all its nodes.
type Chain struct {
	// ID of the chain.
	ID string
	// Nodes are the validators' nodes in the order of Validators, then those that joined.
	Nodes []*Node
	// Validators of the genesis.
	Validators []*Validator
	// Accounts have money and no other part in the chain.
	Accounts []*Account
	// Blocks are all blocks, the first at index 0.
	Blocks []*Block

	// Misbehavior is what the next block says of validators.
	Misbehavior []abci.Misbehavior

	t        testing.TB
	begin    *abci.RequestInitChain
	comet    comet
	together bool
}

// New returns a chain at its genesis. Mempools and queries know nothing before the first block, so a
// test goes on by Advance. The test fails where a node does.
func New(t testing.TB, cfg Config) *Chain {
	t.Helper()
	cfg = cfg.withDefaults()
	c := &Chain{ID: ChainID, t: t, together: cfg.Together}
	for i := range cfg.Validators {
		v := newValidator(c, "validator"+strconv.Itoa(i), uint64(i), cfg.Reveals)
		c.Validators = append(c.Validators, v)
		if c.together && i > 0 {
			v.SecretPath = v.Chain.Write(t, c.Nodes[0].Home)
			continue
		}
		home := t.TempDir()
		v.SecretPath = v.Chain.Write(t, home)
		newNode(c, home, cfg.Nodes[i%len(cfg.Nodes)], v)
	}
	for i := range cfg.Accounts {
		c.Accounts = append(c.Accounts, newAccount(c, "account"+strconv.Itoa(i), uint64(cfg.Validators+i)))
	}
	c.start(c.genesis(cfg))
	return c
}

// start gives every node the genesis and elects the first validators.
func (c *Chain) start(begin *abci.RequestInitChain) {
	c.t.Helper()
	c.begin = begin
	var first *abci.ResponseInitChain
	for _, n := range c.Nodes {
		rsp := n.begin()
		if first == nil {
			first = rsp
		}
		require.Equal(c.t, first, rsp, "node %d at genesis", n.Index)
	}
	c.comet = newComet(c.t, begin, first)
}

// Height returns the height of the last block, 0 before the first.
func (c *Chain) Height() int64 { return c.comet.height }

// Last returns the last block.
func (c *Chain) Last() *Block { return c.Blocks[len(c.Blocks)-1] }

// Block returns the block of a height.
func (c *Chain) Block(height int64) *Block { return c.Blocks[height-c.begin.InitialHeight] }

// Proposer returns the node that has the first turn to propose the next block.
func (c *Chain) Proposer() *Node { return c.nodeOf(c.comet.proposer(0)) }

// Next makes a block of the transactions: every node that is online must take them into its
// mempool, the next proposer must propose all of them, and none may be left over.
func (c *Chain) Next(txs ...[]byte) *Block {
	c.t.Helper()
	for _, tx := range txs {
		for i, said := range c.Submit(tx) {
			require.False(c.t, said != nil && said.IsErr(), "node %d refuses a transaction: %v", i, said)
		}
	}
	b := c.Advance()
	for _, tx := range txs {
		require.True(c.t, b.Has(tx), "a transaction was left out of block %d", b.Height)
	}
	return b
}

// Advance makes a block of what waits in the proposer's mempool. A proposal that is rejected costs
// its proposer the round; the next one tries at the same height.
func (c *Chain) Advance() *Block {
	c.t.Helper()
	c.catchUp()
	var failed []Proposal
	for round := int32(0); round < maxRounds; round++ {
		p := c.propose(round)
		if p.accepted {
			return c.commit(p, failed)
		}
		failed = append(failed, p)
	}
	require.FailNow(c.t, "no proposal was accepted", "height %d, %d rounds", c.Height()+1, maxRounds)
	return nil
}

// AdvanceTo makes blocks up to the height.
func (c *Chain) AdvanceTo(height int64) *Block {
	c.t.Helper()
	for c.Height() < height {
		c.Advance()
	}
	return c.Last()
}

// Enter has an account run a validator that is on the first node, with a hash chain of that many reveals, once it has
// made it one by a message: the chain must have its validators together.
func (c *Chain) Enter(a *Account, name string, reveals uint64) *Validator {
	c.t.Helper()
	require.True(c.t, c.together, "a validator has a node of its own")
	v := newValidator(c, name, a.Number, reveals)
	v.Account = a
	v.SecretPath = v.Chain.Write(c.t, c.Nodes[0].Home)
	c.Validators = append(c.Validators, v)
	return v
}

// Decide commits a block of exactly these transactions without asking any node, as validators with
// more than two thirds of the power could. It is Proposer's block.
func (c *Chain) Decide(txs ...[]byte) *Block {
	c.t.Helper()
	c.catchUp()
	p := c.newProposal(0)
	p.Txs = txs
	return c.commit(p, nil)
}

// Join adds a node that votes for nobody. It replays every block as a node that syncs does, by
// FinalizeBlock alone, and must arrive at the same hashes; then it follows the chain.
func (c *Chain) Join(cfg NodeConfig) *Node {
	c.t.Helper()
	n := newNode(c, c.t.TempDir(), cfg, nil)
	n.begin()
	c.catchUp()
	return n
}
