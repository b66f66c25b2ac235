package simulation

import (
	"slices"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

func networkOperations() []operation {
	return []operation{{1, (*Simulation).found}, {1, (*Simulation).foundForNobody}, {1, (*Simulation).sunset}, {3, (*Simulation).changeTerms}}
}

// maxIdle is how many networks there ever are that nobody joins.
const maxIdle = 20

// idle is a network that nobody is to join.
type idle struct {
	founder *devnet.Account
	id      string
}

// found has somebody make one more network.
func (s *Simulation) found() bool {
	a, _ := pick(s, s.founders)
	return len(s.places) < maxNetworks && s.first("found") && s.create(a)
}

// foundForNobody has somebody make a network that nobody joins.
func (s *Simulation) foundForNobody() bool {
	a, _ := pick(s, s.founders)
	if s.idleEver == maxIdle || !s.first("found") {
		return false
	}
	s.idleEver++
	return s.send(a, s.networkMsg(a), func(result *abci.ExecTxResult) {
		s.idle = append(s.idle, idle{a, answer[networktypes.MsgCreateNetworkResponse](s, result).Id})
	})
}

// sunset has a founder end a network that nobody has joined, or, one time in ten, ask for it where nodes are.
func (s *Simulation) sunset() bool {
	n, ok := pick(s, s.idle)
	if s.chance(1, 10) {
		p := s.anyPlace()
		n, ok = idle{p.founder, p.Record.Id}, len(p.there()) > 0
	}
	return ok && s.first("sunset") && s.send(n.founder, &networktypes.MsgSunsetNetwork{Founder: n.founder.String(), Network: n.id}, func(*abci.ExecTxResult) {
		s.idle = slices.DeleteFunc(s.idle, func(other idle) bool { return other == n })
	})
}

// changeTerms has a founder announce that a figure moves by up to a quarter, between half and twice of what new networks have.
func (s *Simulation) changeTerms() bool {
	p := s.anyPlace()
	now, usual := figures(p.Terms()), figures(s.places[0].State().Network.Params.DefaultParams)
	at := s.rng.Intn(len(now))
	step := now[at].value.QuoRaw(4)
	if !step.IsPositive() || !s.first("terms", p.seq()) {
		return false
	}
	value := now[at].value.Sub(step).AddRaw(s.rng.Int63n(2*step.Int64() + 1))
	if value.LT(usual[at].value.QuoRaw(2)) || value.GT(usual[at].value.MulRaw(2)) || value.Equal(now[at].value) {
		return false
	}
	for _, t := range p.State().Network.PendingTerms {
		if t.Network == p.seq() && t.Change.Name == now[at].name {
			return false
		}
	}
	if strings.HasSuffix(now[at].name, "_bps") && value.GT(usual[at].value.MulRaw(3).QuoRaw(2)) {
		return false
	}
	return s.send(p.founder, &networktypes.MsgUpdateNetwork{
		Founder: p.founder.String(), Network: p.Record.Id, Changes: []networktypes.TermChange{{Name: now[at].name, Value: value}},
	}, nil)
}

// figure is one of a network's terms.
type figure struct {
	name  string
	value math.Int
}

// figures are those which networks of a simulation change: none that would keep its nodes from going on.
func figures(p networktypes.NetworkParams) []figure {
	of := func(v uint64) math.Int { return math.NewIntFromUint64(v) }
	return []figure{
		{"bond.min_bond", p.Bond.MinBond}, {"storage.price", p.Storage.Price}, {"pay.burn_bps", of(uint64(p.Pay.BurnBps))},
		{"pay.match_cap_bps", of(uint64(p.Pay.MatchCapBps))}, {"pay.notice_blocks", of(p.Pay.NoticeBlocks)},
		{"storage.reserve_bps", of(uint64(p.Storage.ReserveBps))}, {"storage.answer_blocks", of(p.Storage.AnswerBlocks)},
		{"storage.repair_turn_blocks", of(p.Storage.RepairTurnBlocks)}, {"storage.openings", of(uint64(p.Storage.Openings))},
		{"uptime.contribution_bps", of(uint64(p.Uptime.ContributionBps))}, {"uptime.watchers", of(uint64(p.Uptime.Watchers))},
	}
}
