package devnet

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"
)

// maxRounds bounds the rounds of one height, since no test means to wait longer.
const maxRounds = 20

// Proposal is what one round was about.
type Proposal struct {
	// Height and Round name it.
	Height int64
	Round  int32
	// Time is the block's.
	Time time.Time
	// Proposer is the node of who had the turn, By the validator.
	Proposer *Node
	By       *Validator
	// Txs are the transactions; none where the proposer was offline.
	Txs [][]byte
	// Accepted and Rejected are the indices of the validators' nodes by their verdict; those that
	// were offline are in neither, and so are all when nobody was asked.
	Accepted, Rejected []int

	accepted bool
}

// newProposal returns an empty proposal of a round of the next height.
func (c *Chain) newProposal(round int32) Proposal {
	by := c.comet.proposer(round)
	return Proposal{
		Height: c.Height() + 1, Round: round, Time: c.comet.blockTime(round), Proposer: c.nodeOf(by), By: c.validatorOf(by),
	}
}

// propose lets the proposer of a round propose and every validator judge.
func (c *Chain) propose(round int32) Proposal {
	c.t.Helper()
	p := c.newProposal(round)
	if p.Proposer.Offline || p.By.Absent {
		return p
	}
	p.Txs = p.Proposer.prepare(p)
	var accepting int64
	for _, n := range c.Nodes {
		power := c.power(n)
		switch {
		case n.Offline || power == 0:
		case n.judges(p):
			p.Accepted = append(p.Accepted, n.Index)
			accepting += power
		default:
			p.Rejected = append(p.Rejected, n.Index)
		}
	}
	p.accepted = 3*accepting > 2*c.comet.current.TotalVotingPower()
	return p
}

// prepare returns what the node proposes; what an honest node proposes fits into the block.
func (n *Node) prepare(p Proposal) [][]byte {
	c := n.chain
	c.t.Helper()
	room := c.comet.maxTxBytes()
	req := &abci.RequestPrepareProposal{
		MaxTxBytes: room, Txs: n.reap(room, c.comet.params.Block.MaxGas),
		LocalLastCommit:    extended(c.comet.votes),
		Height:             p.Height,
		Time:               p.Time,
		NextValidatorsHash: c.comet.next.Hash(),
		Misbehavior:        c.Misbehavior,
		ProposerAddress:    p.By.Consensus(),
	}
	rsp, err := n.App.PrepareProposal(req)
	require.NoError(c.t, err)
	require.NoError(c.t, cmttypes.ToTxs(rsp.Txs).Validate(room), "node %d proposes more than fits", n.Index)
	if n.Propose == nil {
		return rsp.Txs
	}
	txs := n.Propose(req, rsp.Txs)
	require.NoError(c.t, cmttypes.ToTxs(txs).Validate(room), "a block that is too large never arrives")
	return txs
}

// judges returns whether the node accepts a proposal.
func (n *Node) judges(p Proposal) bool {
	c := n.chain
	c.t.Helper()
	rsp, err := n.App.ProcessProposal(&abci.RequestProcessProposal{
		Txs: p.Txs, ProposedLastCommit: c.comet.votes, Hash: p.hash(), Height: p.Height, Time: p.Time,
		NextValidatorsHash: c.comet.next.Hash(), ProposerAddress: p.By.Consensus(), Misbehavior: c.Misbehavior,
	})
	require.NoError(c.t, err)
	return rsp.IsAccepted()
}

// hash stands for the hash of the block's header.
func (p Proposal) hash() []byte {
	h := sha256.New()
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(p.Height)))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(p.Round)))
	h.Write(cmttypes.ToTxs(p.Txs).Hash())
	return h.Sum(nil)
}

// vote returns how a validator voted on the proposal that was accepted.
func (p Proposal) vote(v *cmttypes.Validator, n *Node, absent bool) abci.VoteInfo {
	info := abci.VoteInfo{Validator: cmttypes.TM2PB.Validator(v), BlockIdFlag: cmtproto.BlockIDFlagCommit}
	if n.Offline || absent {
		info.BlockIdFlag = cmtproto.BlockIDFlagAbsent
	}
	if slices.Contains(p.Rejected, n.Index) {
		info.BlockIdFlag = cmtproto.BlockIDFlagNil
	}
	return info
}

// power returns the power that a node votes with at the next height.
func (c *Chain) power(n *Node) int64 {
	if !c.together {
		return c.comet.power(n.Validator)
	}
	var sum int64
	for _, v := range c.Validators {
		if !v.Absent && n == c.Nodes[0] {
			sum += c.comet.power(v)
		}
	}
	return sum
}

// validatorOf returns a validator as the chain knows it.
func (c *Chain) validatorOf(v *cmttypes.Validator) *Validator {
	c.t.Helper()
	for _, known := range c.Validators {
		if known.Consensus().String() == v.Address.String() {
			return known
		}
	}
	require.FailNow(c.t, "nobody is validator "+v.Address.String())
	return nil
}

// nodeOf returns the node that votes for a validator.
func (c *Chain) nodeOf(v *cmttypes.Validator) *Node {
	c.t.Helper()
	if c.together {
		return c.Nodes[0]
	}
	for _, n := range c.Nodes {
		if n.Validator != nil && n.Validator.Consensus().String() == v.Address.String() {
			return n
		}
	}
	require.FailNow(c.t, "no node votes for validator "+v.Address.String())
	return nil
}

// extended is the last commit as a proposer sees it, without vote extensions.
func extended(commit abci.CommitInfo) abci.ExtendedCommitInfo {
	e := abci.ExtendedCommitInfo{Round: commit.Round}
	for _, v := range commit.Votes {
		e.Votes = append(e.Votes, abci.ExtendedVoteInfo{Validator: v.Validator, BlockIdFlag: v.BlockIdFlag})
	}
	return e
}
