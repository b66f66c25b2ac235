package simulation

import (
	"slices"

	"github.com/mesh-protocol/mesh/test/devnet"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

func lossOperations() []operation {
	return []operation{{6, (*Simulation).declareLoss}, {6, (*Simulation).takeIndex}, {4, (*Simulation).requestOpen}}
}

// anyIndex returns an index of which a condition holds and that nothing in the block is about yet.
func (s *Simulation) anyIndex(is func(*place, tasktypes.StoredIndex) bool) (*place, tasktypes.StoredIndex, bool) {
	p := s.anyPlace()
	var list []tasktypes.StoredIndex
	for _, i := range p.State().Tasks.Indices {
		if p.Deal(i.Deal).Network == p.Record.Id && is(p, i) {
			list = append(list, i)
		}
	}
	i, ok := pick(s, list)
	return p, i, ok && s.first("index", i.Deal, i.Number) && s.first("deal", i.Deal)
}

// declareLoss has anybody declare an index lost whose node has left, has not proven for long, has not answered, or has not rebuilt it.
func (s *Simulation) declareLoss() bool {
	_, i, ok := s.anyIndex(func(p *place, i tasktypes.StoredIndex) bool {
		d := p.Deal(i.Deal)
		switch i.Index.Status {
		case tasktypes.INDEX_STATUS_RESERVED:
			return i.Index.AckDue(p.Epoch())
		case tasktypes.INDEX_STATUS_HELD:
			last := max(p.Owed(i.Index.Node).LastProven, i.Index.FromEpoch-1)
			silent := last+uint64(p.Terms().Storage.LostEpochs)+1 < p.Epoch()
			return runs(p, d) && (silent || p.Node(i.Index.Node).Status == networktypes.NODE_STATUS_LEFT || s.isUnanswered(p, i))
		}
		return false
	})
	a, _ := pick(s, s.everybody)
	return ok && s.send(a, &tasktypes.MsgDeclareLoss{Sender: a.String(), Deal: i.Deal, Index: i.Number}, nil)
}

// isUnanswered tells whether a request for an index is past its deadline.
func (s *Simulation) isUnanswered(p *place, i tasktypes.StoredIndex) bool {
	return slices.ContainsFunc(p.State().Tasks.Requests, func(r tasktypes.OpenRequest) bool {
		return r.Deal == i.Deal && r.Index == i.Number && r.Deadline < s.Chain.Height()
	})
}

// takeIndex has a node take a vacant index: the one that lost it at once, others when most of them have had their turn.
func (s *Simulation) takeIndex() bool {
	p, i, ok := s.anyIndex(func(p *place, i tasktypes.StoredIndex) bool {
		return i.Index.Status == tasktypes.INDEX_STATUS_VACANT && runs(p, p.Deal(i.Deal))
	})
	if !ok {
		return false
	}
	if w, ok := s.whoLost(p, i); ok && s.chance(1, 2) {
		return s.send(w.Operator, w.TakeMsg(i.Deal, i.Number), nil)
	}
	turn := int64(p.Terms().Storage.RepairTurnBlocks)
	if turns := (s.height() - i.Index.SinceHeight) / turn; turns < int64(len(p.there())) && !s.chance(1, 12) {
		return false
	}
	var list []*worker
	for _, w := range p.there() {
		owner := func(o tasktypes.Index) bool { return o.HasNode() && p.Node(o.Node).Owner == w.Owner.String() }
		if !slices.ContainsFunc(p.Indices(i.Deal), owner) {
			list = append(list, w)
		}
	}
	w, ok := pick(s, list)
	return ok && s.send(w.Operator, w.TakeMsg(i.Deal, i.Number), nil)
}

// whoLost returns the node that may take an index again without a turn.
func (s *Simulation) whoLost(p *place, i tasktypes.StoredIndex) (*worker, bool) {
	if i.Index.LostBy == 0 || slices.Contains(i.Index.NotRebuilt, i.Index.LostBy) {
		return nil, false
	}
	w := p.worker(i.Index.LostBy)
	return w, w.isThere()
}

// requestOpen has the client of a deal, or a fellow holder, ask a holder for a block.
func (s *Simulation) requestOpen() bool {
	p, i, ok := s.anyIndex(func(p *place, i tasktypes.StoredIndex) bool {
		asked := slices.ContainsFunc(p.State().Tasks.Requests, func(r tasktypes.OpenRequest) bool { return r.Deal == i.Deal && r.Index == i.Number })
		return i.Index.Status == tasktypes.INDEX_STATUS_HELD && !asked && runs(p, p.Deal(i.Deal))
	})
	if !ok {
		return false
	}
	var by *devnet.Account
	by, _ = s.account(p.Deal(i.Deal).Client)
	for _, fellow := range p.Indices(i.Deal) {
		// Operators have no tokens of a network unless somebody gave them some.
		if fellow.HasNode() && fellow.Node != i.Index.Node && s.balance(p.worker(fellow.Node).Operator, p.Record.Token.Denom).IsPositive() && s.chance(1, 3) {
			by = p.worker(fellow.Node).Operator
		}
	}
	if by == nil {
		return false
	}
	return s.send(by, &tasktypes.MsgRequestOpen{Requester: by.String(), Deal: i.Deal, Index: i.Number, Position: uint64(s.rng.Int63n(int64(i.Index.Acked.Bytes)))}, nil)
}
