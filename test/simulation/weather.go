package simulation

import (
	"bytes"
	"slices"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/devnet"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// weather is what happens to everybody without a transaction.
func (s *Simulation) weather() {
	s.t.Helper()
	s.validatorsComeAndGo()
	s.withhold()
	s.doubleSign()
	for _, p := range s.places {
		s.nodesComeAndGo(p)
		s.piecesGetLost(p)
	}
}

// validatorsComeAndGo has one validator at a time be away for so long that it may be jailed.
func (s *Simulation) validatorsComeAndGo() {
	for _, v := range s.Chain.Validators {
		if v.Absent {
			v.Absent = !s.chance(1, 14)
			return
		}
	}
	if v, _ := pick(s, s.Chain.Validators); s.chance(1, 40) {
		v.Absent = true
	}
}

// withhold has the proposer keep its reveal back, once in 30 blocks.
func (s *Simulation) withhold() {
	node := s.Chain.Nodes[0]
	node.Propose = nil
	if !s.chance(1, 30) {
		return
	}
	node.Propose = func(req *abci.RequestPrepareProposal, honest [][]byte) [][]byte {
		return slices.DeleteFunc(honest, func(tx []byte) bool {
			return !slices.ContainsFunc(req.Txs, func(waiting []byte) bool { return bytes.Equal(tx, waiting) })
		})
	}
}

// doubleSign has a validator that came late be caught at it, which ends it, now and then.
func (s *Simulation) doubleSign() {
	s.t.Helper()
	if len(s.Chain.Validators) == validators || !s.chance(1, 300) {
		return
	}
	v, _ := pick(s, s.Chain.Validators[validators:])
	if power := s.powerOf(v); power > 0 {
		s.Chain.Misbehavior = []abci.Misbehavior{{
			Type: abci.MisbehaviorType_DUPLICATE_VOTE, Validator: abci.Validator{Address: v.Consensus(), Power: power},
			Height: s.Chain.Height(), Time: s.ctx.BlockTime(), TotalVotingPower: 10 * power,
		}}
	}
}

// powerOf returns the power a validator has by the staking module, 0 where it has none.
func (s *Simulation) powerOf(v *devnet.Validator) int64 {
	s.t.Helper()
	known, err := s.keepers().Staking.GetValidator(s.ctx, v.Account.Address.Bytes())
	if err != nil || !known.IsBonded() || known.Jailed {
		return 0
	}
	return known.ConsensusPower(s.keepers().Staking.PowerReduction(s.ctx))
}

// nodesComeAndGo has nodes be away for some epochs.
func (s *Simulation) nodesComeAndGo(p *place) {
	for _, w := range p.workers {
		switch {
		case w.Away:
			w.Away = s.height() < w.awayUntil
		case s.chance(1, 500):
			w.Away, w.awayUntil = true, s.height()+s.between(20, 200)
		}
	}
}

// piecesGetLost has a node lose its pieces of an index, now and then.
func (s *Simulation) piecesGetLost(p *place) {
	s.t.Helper()
	if !s.chance(1, 25) {
		return
	}
	var held []tasktypes.StoredIndex
	for _, i := range p.State().Tasks.Indices {
		if d := p.Deal(i.Deal); i.Index.Status == tasktypes.INDEX_STATUS_HELD && d.Network == p.Record.Id && runs(p, d) {
			held = append(held, i)
		}
	}
	if i, ok := pick(s, held); ok {
		require.NotEmpty(s.t, i.Index.Acked.Root)
		p.worker(i.Index.Node).Drop(i.Index.Acked, i.Number)
	}
}
