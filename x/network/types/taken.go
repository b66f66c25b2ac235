package types

import "cosmossdk.io/math"

// Taken is what was taken of the bonds of a node.
type Taken struct {
	// Amount of it, in base units.
	Amount math.Int
	// Shares tell whose it was, in the order in which it was taken, each account once.
	Shares []Share
}

// Share is what of a sum is one account's.
type Share struct {
	// Account is the bech32 address.
	Account string
	// Amount in base units.
	Amount math.Int
}

// Add books what was one account's.
func (t *Taken) Add(account string, amount math.Int) {
	t.Amount = t.Amount.Add(amount)
	for i, s := range t.Shares {
		if s.Account == account {
			t.Shares[i].Amount = s.Amount.Add(amount)
			return
		}
	}
	t.Shares = append(t.Shares, Share{Account: account, Amount: amount})
}
