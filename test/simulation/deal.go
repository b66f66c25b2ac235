package simulation

import (
	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// maxDeals is how many are open in a network at a time.
const maxDeals = 30

func dealOperations() []operation {
	return []operation{
		{6, (*Simulation).openDeal}, {8, (*Simulation).drawDeal}, {8, (*Simulation).commitLayout}, {3, (*Simulation).extendDeal},
		{1, (*Simulation).cancelDeal}, {6, (*Simulation).settleDeal},
	}
}

// owners returns how many different owners the nodes have that do their duties.
func (p *place) owners() int {
	seen := map[string]bool{}
	for _, w := range p.there() {
		seen[w.Owner.String()] = true
	}
	return len(seen)
}

// openDeal has a client buy space where there are enough owners.
func (s *Simulation) openDeal() bool {
	p := s.anyPlace()
	client, _ := pick(s, s.clients)
	profile, _ := pick(s, []tasktypes.Profile{{K: 1, N: 2}, {K: 1, N: 3}, {K: 2, N: 4}, {K: 2, N: 5}})
	if p.Epoch() == 0 || p.owners() < int(profile.N) || len(p.deals()) >= maxDeals || s.balance(client, p.Record.Token.Denom).LT(p.Coin(500*storage.Token).Amount) {
		return false
	}
	return s.send(client, &tasktypes.MsgOpenDeal{
		Client: client.String(), Network: p.Record.Id, Profile: profile, Space: uint64(s.between(100_000, storage.Space)), Epochs: uint64(s.between(1, 12)),
		MaxRate: p.Coin(10 * storage.Token).Amount,
	}, nil)
}

// anyDeal returns an open deal of which a condition holds and that nothing in the block is about yet.
func (s *Simulation) anyDeal(is func(*place, tasktypes.Deal) bool) (*place, tasktypes.Deal, bool) {
	p := s.anyPlace()
	var list []tasktypes.Deal
	for _, d := range p.deals() {
		if is(p, d) {
			list = append(list, d)
		}
	}
	d, ok := pick(s, list)
	return p, d, ok && s.first("deal", d.Id)
}

// runs tells whether an epoch of the deal is open or to come, also in the next block.
func runs(p *place, d tasktypes.Deal) bool { return p.Epoch() < d.LastEpoch }

// drawDeal has anybody ask for a draw, once the seed should be there.
func (s *Simulation) drawDeal() bool {
	_, d, ok := s.anyDeal(func(p *place, d tasktypes.Deal) bool {
		for _, i := range p.Indices(d.Id) {
			if i.Status == tasktypes.INDEX_STATUS_UNASSIGNED && i.SinceHeight+10 < s.height() && i.Draws < tasktypes.MaxDraws {
				return runs(p, d)
			}
		}
		return false
	})
	a, _ := pick(s, s.everybody)
	return ok && s.send(a, &tasktypes.MsgDrawDeal{Sender: a.String(), Deal: d.Id}, nil)
}

// commitLayout has a client say what lies in a deal whose indices all have nodes, with the signatures of those that are there.
func (s *Simulation) commitLayout() bool {
	p, d, ok := s.anyDeal(func(p *place, d tasktypes.Deal) bool {
		for _, i := range p.Indices(d.Id) {
			if !i.HasNode() {
				return false
			}
		}
		return runs(p, d) && (d.Layout.Version == 0 || s.chance(1, 4))
	})
	if !ok {
		return false
	}
	client, ok := s.account(d.Client)
	if !ok {
		return false
	}
	var lengths []int
	for range s.between(1, 3) {
		lengths = append(lengths, int(s.between(1, 4_000)))
	}
	msg := (&storage.Client{Account: client}).Of(p.Network).CommitMsg(d.Id, lengths...)
	for at := range msg.Acks {
		if s.chance(1, 4) { // the node acknowledges it by itself
			msg.Acks = append(msg.Acks[:at:at], msg.Acks[at+1:]...)
			break
		}
	}
	return s.send(client, msg, nil)
}

func (s *Simulation) extendDeal() bool {
	_, d, ok := s.anyDeal(runs)
	if !ok {
		return false
	}
	client, ok := s.account(d.Client)
	return ok && s.send(client, &tasktypes.MsgExtendDeal{Client: d.Client, Deal: d.Id, Epochs: uint64(s.between(1, 4))}, nil)
}

func (s *Simulation) cancelDeal() bool {
	_, d, ok := s.anyDeal(runs)
	if !ok {
		return false
	}
	client, ok := s.account(d.Client)
	return ok && s.send(client, &tasktypes.MsgCancelDeal{Client: d.Client, Deal: d.Id}, nil)
}

// settleDeal has anybody settle a deal whose proofs are over, before the chain does so with the next epoch.
func (s *Simulation) settleDeal() bool {
	_, d, ok := s.anyDeal(func(p *place, d tasktypes.Deal) bool {
		return p.Epoch() == d.LastEpoch+1 && p.Calendar().RollsAt-s.height() <= 2 && p.Calendar().RollsAt > s.height()
	})
	a, _ := pick(s, s.everybody)
	return ok && s.send(a, &tasktypes.MsgSettleDeal{Sender: a.String(), Deal: d.Id}, func(*abci.ExecTxResult) {})
}
