package simulation

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/mesh-protocol/mesh/app"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
)

func moneyOperations() []operation {
	return []operation{{4, (*Simulation).pay}, {1, (*Simulation).payTwo}, {6, (*Simulation).fund}}
}

// anyDenom returns MESH or the token of a network.
func (s *Simulation) anyDenom() string {
	if p, ok := pick(s, s.places); ok && s.chance(2, 3) {
		return p.Record.Token.Denom
	}
	return app.BondDenom
}

// pay has somebody send some money to somebody.
func (s *Simulation) pay() bool {
	from, _ := pick(s, s.everybody)
	to, _ := pick(s, s.everybody)
	denom := s.anyDenom()
	amount, ok := s.some(from, denom)
	return ok && s.send(from, banktypes.NewMsgSend(from.Address, to.Address, sdk.NewCoins(sdk.NewCoin(denom, amount))), nil)
}

// payTwo has somebody send the same to two others.
func (s *Simulation) payTwo() bool {
	from, _ := pick(s, s.everybody)
	denom := s.anyDenom()
	amount, ok := s.some(from, denom)
	if !ok {
		return false
	}
	coins := sdk.NewCoins(sdk.NewCoin(denom, amount))
	msg := &banktypes.MsgMultiSend{Inputs: []banktypes.Input{banktypes.NewInput(from.Address, coins.Add(coins...))}}
	for range 2 {
		to, _ := pick(s, s.everybody)
		msg.Outputs = append(msg.Outputs, banktypes.NewOutput(to.Address, coins))
	}
	return s.send(from, msg, nil)
}

// fund has a founder give an owner or a client enough of its token to take part, if it has too little.
func (s *Simulation) fund() bool {
	p, _ := pick(s, s.places)
	to, _ := pick(s, s.everybody[founders:])
	denom := p.Record.Token.Denom
	amount := sdk.NewInt64Coin(denom, storage.Funds/4)
	if s.balance(to, denom).GTE(amount.Amount) || s.balance(p.founder, denom).LT(amount.Amount) || !s.first("fund", to) {
		return false
	}
	return s.send(p.founder, banktypes.NewMsgSend(p.founder.Address, to.Address, sdk.NewCoins(amount)), nil)
}
