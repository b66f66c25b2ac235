package chain

import (
	"context"
	"slices"
)

// checkCosts returns a *FundsError unless the signer holds what the transaction spends, and whoever pays the
// fee that.
func (c *Client) checkCosts(ctx context.Context, d *draft, spends []Coin, fee Coin) error {
	if d.granter == "" {
		return c.checkFunds(ctx, d.key.Address, append(slices.Clone(spends), fee))
	}
	if err := c.checkFunds(ctx, d.key.Address, spends); err != nil {
		return err
	}
	return c.checkFunds(ctx, d.granter, []Coin{fee})
}

// checkFunds returns a *FundsError unless the account holds all of the coins together.
func (c *Client) checkFunds(ctx context.Context, address string, coins []Coin) error {
	for _, need := range sum(coins) {
		has, err := c.Balance(ctx, address, need.Denom)
		if err != nil {
			return err
		}
		if has.Amount.LT(need.Amount) {
			return &FundsError{Account: address, Denom: need.Denom, Has: has.Amount, Needs: need.Amount}
		}
	}
	return nil
}

// sum adds up coins of one denomination, in the order in which the denominations come.
func sum(coins []Coin) []Coin {
	var total []Coin
next:
	for _, c := range coins {
		for i := range total {
			if total[i].Denom == c.Denom {
				total[i] = total[i].Add(c)
				continue next
			}
		}
		total = append(total, c)
	}
	return total
}
