package simulation

import (
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/devnet"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardtypes "github.com/mesh-protocol/mesh/x/rewards/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

func nodeOperations() []operation {
	return []operation{
		{6, (*Simulation).joinSomewhere}, {3, (*Simulation).changeOffer}, {1, (*Simulation).changeOperator}, {1, (*Simulation).leave},
		{4, (*Simulation).resume}, {3, (*Simulation).prune}, {2, (*Simulation).publish}, {6, (*Simulation).withdraw},
	}
}

// anyWorker returns a node that has not left, or false.
func (s *Simulation) anyWorker() (*worker, bool) {
	var list []*worker
	for _, w := range s.anyPlace().workers {
		if w.Node().Status != networktypes.NODE_STATUS_LEFT {
			list = append(list, w)
		}
	}
	return pick(s, list)
}

// join has an owner register one more node.
func (s *Simulation) join(p *place, owner *devnet.Account) bool {
	operator := s.spare[0]
	s.spare = s.spare[1:]
	w := &worker{Holder: p.Candidate(owner, operator), place: p, presence: map[uint64]*storage.Presence{}, said: map[uint64]*tasktypes.MsgRevealResult{}}
	msg := w.RegisterMsg(s.between(1, 3) * storage.Bond)
	msg.Offer.StorageBytes, msg.Offer.MemoryBytes = 1<<uint(s.between(31, 40)), 1<<30
	return s.send(owner, msg, func(result *abci.ExecTxResult) {
		p.Enter(w.Holder, answer[networktypes.MsgRegisterNodeResponse](s, result).Node)
		p.workers = append(p.workers, w)
	})
}

// joinSomewhere has an owner register a node where there are too few.
func (s *Simulation) joinSomewhere() bool {
	p := s.anyPlace()
	owner, _ := pick(s, s.owners)
	if len(s.spare) == 0 || len(p.there()) >= p.crew || s.balance(owner, p.Record.Token.Denom).LT(p.Coin(4*storage.Bond).Amount) || !s.first("join", owner) {
		return false
	}
	return s.join(p, owner)
}

func (s *Simulation) changeOffer() bool {
	w, ok := s.anyWorker()
	if !ok || !s.first("node", w.place.seq(), w.ID) {
		return false
	}
	offer := w.Node().Offer
	offer.CommissionBps = uint32(s.between(0, networktypes.MaxCommissionBps))
	offer.StorageBytes = 1 << uint(s.between(33, 41))
	return s.send(w.Owner, &networktypes.MsgUpdateNode{Owner: w.Owner.String(), Network: w.place.Record.Id, Node: w.ID, Offer: offer}, nil)
}

// changeOperator gives a node another operator, that may sign from then on.
func (s *Simulation) changeOperator() bool {
	w, ok := s.anyWorker()
	if !ok || len(s.spare) == 0 || !s.first("node", w.place.seq(), w.ID) {
		return false
	}
	operator := s.spare[0]
	s.spare = s.spare[1:]
	msg := &networktypes.MsgUpdateNode{Owner: w.Owner.String(), Network: w.place.Record.Id, Node: w.ID, Offer: w.Node().Offer, OperatorKey: operator.Key.PubKey().Bytes()}
	msg.OperatorSignature, msg.PeerSignature = w.Bind(operator)
	return s.send(w.Owner, msg, func(*abci.ExecTxResult) {
		if w.Node().Operator == operator.String() {
			w.Operator = operator
		}
	})
}

// leave takes a node out of a network that has enough of them.
func (s *Simulation) leave() bool {
	w, ok := s.anyWorker()
	if !ok || len(w.place.there()) < w.place.crew*3/4 || !s.first("node", w.place.seq(), w.ID) {
		return false
	}
	return s.send(w.Owner, w.LeaveMsg(), nil)
}

// resume brings a node back that was suspended and is there again.
func (s *Simulation) resume() bool {
	w, ok := s.anyWorker()
	if !ok || w.Away || w.Node().Status != networktypes.NODE_STATUS_SUSPENDED || !s.first("node", w.place.seq(), w.ID) {
		return false
	}
	return s.send(w.Operator, w.ResumeMsg(), nil)
}

// prune has anybody suspend a node that did none of its duties.
func (s *Simulation) prune() bool {
	p := s.anyPlace()
	for _, w := range p.workers {
		n := w.Node()
		if n.Status != networktypes.NODE_STATUS_JOINED || !w.Away {
			continue
		}
		stale, err := s.keepers().Tasks.IsStale(s.ctx, p.seq(), n)
		require.NoError(s.t, err)
		if !stale || !s.first("node", p.seq(), w.ID) {
			continue
		}
		a, _ := pick(s, s.everybody)
		return s.send(a, &networktypes.MsgPrune{Reporter: a.String(), Network: p.Record.Id, Node: w.ID}, nil)
	}
	return false
}

func (s *Simulation) publish() bool {
	w, ok := s.anyWorker()
	if !ok || w.Node().Status != networktypes.NODE_STATUS_JOINED || !s.first("publish", w.place.seq(), w.ID) {
		return false
	}
	return s.send(w.Owner, w.BootstrapMsg(w.Owner, s.height()+s.between(10_000, 500_000)), nil)
}

// withdraw has anybody pay out what a node has earned.
func (s *Simulation) withdraw() bool {
	p := s.anyPlace()
	w, ok := pick(s, p.workers)
	if !ok || !s.first("withdraw", p.seq(), w.ID) || !w.Earned() {
		return false
	}
	a, _ := pick(s, s.everybody)
	return s.send(a, &rewardtypes.MsgWithdraw{Sender: a.String(), Network: p.Record.Id, Node: w.ID}, nil)
}
