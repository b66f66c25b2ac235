package chain

import "context"

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
