package types

import (
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Held returns what the module's account has if the state is right, in base units of each token: the deposits of the
// networks, the bonds of their nodes, and what is on its way back to who bonded. A bond of a network that is not there
// is an error.
//
// It walks over all that there is: for tools and tests, never in a block.
func (g GenesisState) Held() (sdk.Coins, error) {
	held := sdk.NewCoins()
	denoms := map[uint64]string{}
	for _, n := range g.Networks {
		held, denoms[n.Seq] = held.Add(n.Deposit), n.Token.Denom
	}
	add := func(what string, seq uint64, amount math.Int) error {
		denom, ok := denoms[seq]
		if !ok {
			return ErrNetworkNotFound.Wrapf("%s of network %d", what, seq)
		}
		held = held.Add(sdk.NewCoin(denom, amount))
		return nil
	}
	for _, b := range g.Bonds {
		if err := add("a bond", b.Network, b.Bond.Amount); err != nil {
			return nil, err
		}
	}
	for _, u := range g.Unbondings {
		if err := add("an unbonding", u.Network, u.Amount); err != nil {
			return nil, err
		}
	}
	return held, nil
}
