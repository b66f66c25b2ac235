package types

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Held returns what the module's account has if the state is right, in base units of each token: the fees that nodes
// have earned and not withdrawn. Emission is no part of it, since it is minted when it is withdrawn. denoms are the
// tokens of the networks by their seq; fees of a network that is not among them are an error.
//
// It walks over all that there is: for tools and tests, never in a block.
func (g GenesisState) Held(denoms map[uint64]string) (sdk.Coins, error) {
	held := sdk.NewCoins()
	fees := g.Fees
	for _, s := range g.Sharings {
		fees = append(fees[:len(fees):len(fees)], StoredFees{Network: s.Network, Node: s.Node, Amount: s.Sharing.Fees})
	}
	for _, f := range fees {
		denom, ok := denoms[f.Network]
		if !ok {
			return nil, ErrInvalidGenesis.Wrapf("fees of node %d in network %d, which is not there", f.Node, f.Network)
		}
		held = held.Add(sdk.NewCoin(denom, f.Amount))
	}
	return held, nil
}
