package simulation

import (
	"fmt"

	"cosmossdk.io/math"

	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"

	"github.com/mesh-protocol/mesh/test/devnet"
)

// chance is true in n of m cases.
func (s *Simulation) chance(n, m int) bool { return s.rng.Intn(m) < n }

// between returns a number from low to high, both included.
func (s *Simulation) between(low, high int64) int64 { return low + s.rng.Int63n(high-low+1) }

// pick returns one of a list, or false where it is empty.
func pick[T any](s *Simulation, list []T) (T, bool) {
	if len(list) == 0 {
		var none T
		return none, false
	}
	return list[s.rng.Intn(len(list))], true
}

// first tells whether nothing in the block that is being made is about something yet, and notes that this is.
func (s *Simulation) first(what string, of ...any) bool {
	key := fmt.Sprint(append([]any{what}, of...)...)
	if s.about[key] {
		return false
	}
	s.about[key] = true
	return true
}

// some returns a part of what an account has of a denom, a hundredth at most, or false where that is nothing.
func (s *Simulation) some(a *devnet.Account, denom string) (math.Int, bool) {
	most := s.balance(a, denom).QuoRaw(100)
	if !most.IsPositive() {
		return math.Int{}, false
	}
	amount := simtypes.RandomAmount(s.rng, most)
	return amount, amount.IsPositive()
}

// balance returns what an account had of a denom after the last block.
func (s *Simulation) balance(a *devnet.Account, denom string) math.Int {
	return s.keepers().Bank.GetBalance(s.ctx, a.Address, denom).Amount
}
