package simulation

import (
	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

func bondOperations() []operation {
	return []operation{{4, (*Simulation).bond}, {2, (*Simulation).unbond}}
}

// bond has the owner of a node, or somebody else, put up money for it.
func (s *Simulation) bond() bool {
	w, ok := s.anyWorker()
	giver, _ := pick(s, s.everybody)
	if !ok {
		return false
	}
	if s.chance(1, 2) {
		giver = w.Owner
	}
	n := w.Node()
	for _, b := range w.place.State().Network.Bonds {
		// What was given at another commission than is offered now stays as it is.
		same := b.Network == w.place.seq() && b.Node == w.ID && b.Bond.Giver == giver.String()
		if same && giver != w.Owner && b.Bond.CommissionBps != n.Offer.CommissionBps {
			return false
		}
	}
	amount := s.between(10, 60) * storage.Token
	if s.balance(giver, w.place.Record.Token.Denom).LT(math.NewInt(amount)) || !s.first("node", w.place.seq(), w.ID) {
		return false
	}
	return s.send(giver, w.BondMsg(giver, amount), nil)
}

// unbond has somebody take out a bond, or half of the owner's, as far as the node can do without it.
func (s *Simulation) unbond() bool {
	p := s.anyPlace()
	bond, ok := pick(s, p.State().Network.Bonds)
	if !ok || bond.Network != p.seq() || !s.first("node", p.seq(), bond.Node) {
		return false
	}
	exposure, err := s.keepers().Tasks.Exposure(s.ctx, p.seq(), bond.Node)
	n, amount := p.Node(bond.Node), bond.Bond.Amount
	if bond.Bond.Giver == n.Owner {
		amount = amount.QuoRaw(4)
	}
	if err != nil || !amount.IsPositive() || n.TotalBond().Sub(amount).LT(exposure) {
		return false
	}
	giver, ok := s.account(bond.Bond.Giver)
	return ok && s.send(giver, &networktypes.MsgUnbond{Giver: giver.String(), Network: p.Record.Id, Node: n.Id, Amount: amount}, nil)
}

// account returns one of everybody by its address, or false.
func (s *Simulation) account(address string) (*devnet.Account, bool) {
	for _, a := range s.everybody {
		if a.String() == address {
			return a, true
		}
	}
	return nil, false
}
