package chain

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/types/query"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// The types of x/network under the names of this half, which may not import that package.
type (
	// Network is one network as the chain stores it.
	Network = networktypes.Network
	// NetworkRules are the chain's rules and defaults for all networks.
	NetworkRules = networktypes.Params
	// NewNetwork is what a founder asks for; zero and empty figures stand for the chain's defaults. Its
	// Network method says what would come of it, or why nothing can.
	NewNetwork = networktypes.MsgCreateNetwork
	// Distribution divides the emission of a network, in hundredths of a percent.
	Distribution = networktypes.TokenDistribution
)

// Templates are the kinds of work a network can be made for.
func Templates() []string { return networktypes.Templates() }

// CheckSymbol returns an error unless s can be the symbol of a token.
func CheckSymbol(s string) error { return networktypes.CheckSymbol(s) }

// CheckNotNative returns an error where the name or symbol of a new token would be taken for the chain's own.
func CheckNotNative(name, symbol string) error { return networktypes.CheckNotNative(name, symbol) }

// CheckNetworkID returns an error unless id is net_ and 8 lower-case hex digits.
func CheckNetworkID(id string) error { return networktypes.CheckNetworkID(id) }

// NetworkRules returns the chain's rules for networks.
func (c *Client) NetworkRules(ctx context.Context) (NetworkRules, error) {
	var res *networktypes.QueryParamsResponse
	err := c.ask(ctx, "the rules of networks", func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = networktypes.NewQueryClient(conn).Params(ctx, &networktypes.QueryParamsRequest{})
		return err
	})
	if err != nil {
		return NetworkRules{}, err
	}
	return res.Params, nil
}

// Network returns a network by its id and what exists of its token now. The error wraps ErrNotFound where
// nobody has the id, ErrInvalid where nobody can.
func (c *Client) Network(ctx context.Context, id string) (Network, Coin, error) {
	return c.network(ctx, id, func(ctx context.Context, q networktypes.QueryClient) (*networktypes.QueryNetworkResponse, error) {
		return q.Network(ctx, &networktypes.QueryNetworkRequest{Id: id})
	})
}

// NetworkByName returns a network by its name in any spelling that reads the same; otherwise as Network.
func (c *Client) NetworkByName(ctx context.Context, name string) (Network, Coin, error) {
	return c.network(ctx, name, func(ctx context.Context, q networktypes.QueryClient) (*networktypes.QueryNetworkResponse, error) {
		return q.NetworkByName(ctx, &networktypes.QueryNetworkByNameRequest{Name: name})
	})
}

func (c *Client) network(ctx context.Context, what string, ask func(context.Context, networktypes.QueryClient) (*networktypes.QueryNetworkResponse, error)) (Network, Coin, error) {
	var res *networktypes.QueryNetworkResponse
	err := c.ask(ctx, fmt.Sprintf("network %q", what), func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = ask(ctx, networktypes.NewQueryClient(conn))
		return err
	})
	if err != nil {
		return Network{}, Coin{}, err
	}
	return res.Network, res.Supply, nil
}

// Networks returns the first networks in the order of their creation, at most limit, and whether there
// are more.
func (c *Client) Networks(ctx context.Context, limit int) (list []Network, more bool, err error) {
	var next []byte
	for len(list) < limit {
		var res *networktypes.QueryNetworksResponse
		err := c.ask(ctx, "the networks", func(ctx context.Context, conn *grpc.ClientConn) (err error) {
			res, err = networktypes.NewQueryClient(conn).Networks(ctx, &networktypes.QueryNetworksRequest{
				Pagination: &query.PageRequest{Key: next, Limit: uint64(min(pageSize, limit-len(list)))},
			})
			return err
		})
		if err != nil {
			return nil, false, err
		}
		list, next = append(list, res.Networks...), res.Pagination.GetNextKey()
		if len(next) == 0 {
			return list, false, nil
		}
	}
	return list, true, nil
}
