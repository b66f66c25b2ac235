package simulation

import (
	"strconv"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/mesh-protocol/mesh/test/devnet"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

const (
	// maxNetworks is how many there ever are, and crew how many nodes the first of them has at a time; others have a third.
	maxNetworks = 5
	crew        = 20
)

// place is a network with everybody in it.
type place struct {
	*storage.Network
	founder *devnet.Account
	workers []*worker
	// crew is how many nodes there are to be.
	crew int
}

// worker is a node with what it remembers.
type worker struct {
	*storage.Holder
	place *place
	// awayUntil is the height at which it is there again, 0 where it is there.
	awayUntil int64
	// leftIn is the epoch it was first seen to have left in, 0 before.
	leftIn uint64
	// presence is what it collected for the claims that it has still to prove, by epoch.
	presence map[uint64]*storage.Presence
	// said shows the answers to posted tasks that it has committed to.
	said map[uint64]*tasktypes.MsgRevealResult
}

// isThere tells whether the node does its duties now.
func (w *worker) isThere() bool {
	return !w.Away && w.Node().Status == networktypes.NODE_STATUS_JOINED
}

// isGone tells whether the node left so long ago that nothing can be due of it any more.
func (w *worker) isGone() bool {
	if w.leftIn == 0 && w.Node().Status == networktypes.NODE_STATUS_LEFT {
		w.leftIn = w.place.Epoch()
	}
	return w.leftIn > 0 && w.leftIn+networktypes.KeptEpochs < w.place.Epoch()
}

// worker returns a node by its number.
func (p *place) worker(id uint64) *worker { return p.workers[id-1] }

// there are the nodes that do their duties now.
func (p *place) there() []*worker {
	var list []*worker
	for _, w := range p.workers {
		if w.isThere() {
			list = append(list, w)
		}
	}
	return list
}

// seq is the state key of the network.
func (p *place) seq() uint64 { return p.Record.Seq }

// deals are those of the network that are open.
func (p *place) deals() []tasktypes.Deal {
	var list []tasktypes.Deal
	for _, d := range p.State().Tasks.Deals {
		if d.IsOpen() && d.Network == p.Record.Id {
			list = append(list, d)
		}
	}
	return list
}

// anyPlace returns a network, most often the first.
func (s *Simulation) anyPlace() *place {
	if s.chance(1, 2) {
		return s.places[0]
	}
	p, _ := pick(s, s.places)
	return p
}

// placeOf returns a network by its id.
func (s *Simulation) placeOf(id string) *place {
	s.t.Helper()
	for _, p := range s.places {
		if p.Record.Id == id {
			return p
		}
	}
	require.FailNow(s.t, "no network "+id)
	return nil
}

// enter takes in a network that the chain has made.
func (s *Simulation) enter(founder *devnet.Account, id string) {
	s.t.Helper()
	record, err := s.keepers().Network.NetworkByID(s.ctx, id)
	require.NoError(s.t, err)
	p := &place{founder: founder, crew: crew}
	var beside *storage.Network
	if len(s.places) > 0 {
		p.crew, beside = crew/3, s.places[0].Network
	}
	p.Network = storage.Over(s.t, s.Chain, record, beside)
	s.places = append(s.places, p)
}

// begin makes the first network and gives everybody what they need, and the friend everybody's leave.
func (s *Simulation) begin() {
	s.t.Helper()
	s.create(s.founders[0])
	s.mustBlock()
	p := s.places[0]
	for _, a := range s.everybody[founders:] {
		s.send(p.founder, banktypes.NewMsgSend(p.founder.Address, a.Address, sdk.NewCoins(p.Coin(storage.Funds))), nil)
	}
	for _, a := range s.everybody {
		for _, url := range s.Msgs() {
			if !ungrantable(url) {
				s.grantTo(a, url)
			}
		}
	}
	s.mustBlock()
	for at := range crew {
		s.join(p, s.owners[at%owners])
	}
	s.mustBlock()
}

// mustBlock makes a block in which all must succeed but what was spoilt.
func (s *Simulation) mustBlock() {
	s.t.Helper()
	sent := s.pending
	s.block()
	for _, a := range sent {
		require.NoError(s.t, a.err, "%v", a.urls())
	}
}

// networkMsg asks for a network.
func (s *Simulation) networkMsg(founder *devnet.Account) *networktypes.MsgCreateNetwork {
	name := "Network " + strconv.Itoa(len(s.places)) + " of " + strconv.FormatInt(s.height(), 10)
	template, _ := pick(s, networktypes.Templates())
	return &networktypes.MsgCreateNetwork{
		Founder: founder.String(), Name: name, TokenName: "Token of it", TokenSymbol: "TOK" + strconv.Itoa(len(s.places)), Template: template,
	}
}

// create has an account found a network.
func (s *Simulation) create(founder *devnet.Account) bool {
	return s.send(founder, s.networkMsg(founder), func(result *abci.ExecTxResult) {
		s.enter(founder, answer[networktypes.MsgCreateNetworkResponse](s, result).Id)
	})
}
