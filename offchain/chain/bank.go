package chain

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	"cosmossdk.io/math"

	bankv1beta1 "cosmossdk.io/api/cosmos/bank/v1beta1"
	queryv1beta1 "cosmossdk.io/api/cosmos/base/query/v1beta1"
)

const (
	// pageSize of every query that has pages.
	pageSize = 100
	// maxBalances bounds how many denominations of an account are read.
	maxBalances = 1000
)

// Balances returns what an account holds, ordered by denomination, at most 1,000 denominations; none for
// an account that does not exist.
func (c *Client) Balances(ctx context.Context, address string) ([]Coin, error) {
	var coins []Coin
	var next []byte
	for {
		var res *bankv1beta1.QueryAllBalancesResponse
		err := c.ask(ctx, "the balances of "+address, func(ctx context.Context, conn *grpc.ClientConn) (err error) {
			res, err = bankv1beta1.NewQueryClient(conn).AllBalances(ctx, &bankv1beta1.QueryAllBalancesRequest{
				Address: address, Pagination: &queryv1beta1.PageRequest{Key: next, Limit: pageSize},
			})
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, b := range res.GetBalances() {
			amount, ok := math.NewIntFromString(b.GetAmount())
			if !ok {
				return nil, fmt.Errorf("ask for the balances of %s: the node answered the amount %q", address, b.GetAmount())
			}
			coins = append(coins, Coin{Denom: b.GetDenom(), Amount: amount})
		}
		if next = res.GetPagination().GetNextKey(); len(next) == 0 || len(coins) >= maxBalances {
			return coins, nil
		}
	}
}

// Balance returns what an account holds of one denomination; nothing for an account that does not exist.
func (c *Client) Balance(ctx context.Context, address, denom string) (Coin, error) {
	var res *bankv1beta1.QueryBalanceResponse
	err := c.ask(ctx, fmt.Sprintf("the %s of %s", denom, address), func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = bankv1beta1.NewQueryClient(conn).Balance(ctx, &bankv1beta1.QueryBalanceRequest{Address: address, Denom: denom})
		return err
	})
	if err != nil {
		return Coin{}, err
	}
	amount, ok := math.NewIntFromString(res.GetBalance().GetAmount())
	if !ok {
		return Coin{}, fmt.Errorf("ask for the %s of %s: the node answered the amount %q", denom, address, res.GetBalance().GetAmount())
	}
	return Coin{Denom: denom, Amount: amount}, nil
}

// Metadata says how a denomination is shown to people.
type Metadata struct {
	Base     string // denomination of base units
	Display  string // denomination of whole tokens
	Exponent uint32 // a token is 10^Exponent base units
	Name     string
	Symbol   string // not unique: show Base beside it
}

// Metadata returns how a base denomination is shown. The error wraps ErrNotFound where the chain does not
// say.
func (c *Client) Metadata(ctx context.Context, denom string) (Metadata, error) {
	var res *bankv1beta1.QueryDenomMetadataByQueryStringResponse
	err := c.ask(ctx, "the metadata of "+denom, func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = bankv1beta1.NewQueryClient(conn).DenomMetadataByQueryString(ctx, &bankv1beta1.QueryDenomMetadataByQueryStringRequest{Denom: denom})
		return err
	})
	if err != nil {
		return Metadata{}, err
	}
	found := res.GetMetadata()
	m := Metadata{Base: found.GetBase(), Display: found.GetDisplay(), Name: found.GetName(), Symbol: found.GetSymbol()}
	for _, u := range found.GetDenomUnits() {
		if u.GetDenom() == m.Display {
			m.Exponent = u.GetExponent()
		}
	}
	return m, nil
}
