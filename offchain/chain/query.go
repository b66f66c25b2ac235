package chain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	authv1beta1 "cosmossdk.io/api/cosmos/auth/v1beta1"
	nodev1beta1 "cosmossdk.io/api/cosmos/base/node/v1beta1"
)

// Block is the head of the chain as an endpoint sees it.
type Block struct {
	ChainID  string
	Height   int64
	Time     time.Time
	Endpoint string // that answered, as configured
}

// Latest returns the head of the chain.
func (c *Client) Latest(ctx context.Context) (Block, error) {
	b := Block{ChainID: c.cfg.ChainID}
	err := c.ask(ctx, "the latest block", func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		// An endpoint of a configured chain was asked for it when it was first used.
		if c.cfg.ChainID == "" {
			if b.ChainID, err = askChainID(ctx, conn); err != nil {
				return err
			}
		}
		head, err := nodev1beta1.NewServiceClient(conn).Status(ctx, &nodev1beta1.StatusRequest{})
		if err != nil {
			return err
		}
		b.Height, b.Time = int64(head.GetHeight()), head.GetTimestamp().AsTime()
		return nil
	})
	if err != nil {
		return Block{}, err
	}
	b.Endpoint = c.pool.endpoint()
	return b, nil
}

// Account is what a signature needs to know of an account.
type Account struct {
	Address  string
	Number   uint64
	Sequence uint64 // of the next ordered transaction
}

// Account returns an account. The error wraps ErrNotFound for one that never received anything.
func (c *Client) Account(ctx context.Context, address string) (Account, error) {
	a := Account{Address: address}
	err := c.ask(ctx, "account "+address, func(ctx context.Context, conn *grpc.ClientConn) error {
		res, err := authv1beta1.NewQueryClient(conn).AccountInfo(ctx, &authv1beta1.QueryAccountInfoRequest{Address: address})
		if err != nil {
			return err
		}
		a.Number, a.Sequence = res.GetInfo().GetAccountNumber(), res.GetInfo().GetSequence()
		return nil
	})
	if err != nil {
		return Account{}, err
	}
	return a, nil
}

// queryError gives an error of gRPC the sentinel a caller can act on.
func queryError(err error) error {
	if errors.Is(err, ErrUnreachable) || errors.Is(err, ErrWrongChain) {
		return err
	}
	switch s, _ := status.FromError(err); s.Code() {
	case codes.NotFound:
		return ErrNotFound // what was asked for is said by who asked
	case codes.InvalidArgument:
		return fmt.Errorf("%w: %s", ErrInvalid, s.Message())
	}
	return err
}
