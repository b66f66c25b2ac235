package chain

import (
	"context"

	"google.golang.org/grpc"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

type (
	// Epoch is one epoch of a network with its terms as of the opening.
	Epoch = networktypes.Epoch
	// Calendar is what a network does next.
	Calendar = networktypes.Calendar
	// ActiveSet tells who counts in draws, and how unevenly.
	ActiveSet = networktypes.QueryActiveSetResponse
)

// Epoch returns one epoch of a network and what the network does next; number 0 is the latest epoch, which
// is empty before the first. The error wraps ErrNotFound for one that has not begun or is no longer kept.
func (c *Client) Epoch(ctx context.Context, network string, number uint64) (Epoch, Calendar, error) {
	var res *networktypes.QueryEpochResponse
	err := c.ask(ctx, "the epochs of network "+network, func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = networktypes.NewQueryClient(conn).Epoch(ctx, &networktypes.QueryEpochRequest{Network: network, Number: number})
		return err
	})
	if err != nil {
		return Epoch{}, Calendar{}, err
	}
	return res.Epoch, res.Calendar, nil
}

// ActiveSet returns who counts in draws of a network from the next opening on.
func (c *Client) ActiveSet(ctx context.Context, network string) (ActiveSet, error) {
	var res *networktypes.QueryActiveSetResponse
	err := c.ask(ctx, "the active set of network "+network, func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = networktypes.NewQueryClient(conn).ActiveSet(ctx, &networktypes.QueryActiveSetRequest{Network: network})
		return err
	})
	if err != nil {
		return ActiveSet{}, err
	}
	return *res, nil
}
