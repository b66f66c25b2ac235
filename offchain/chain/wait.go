package chain

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc"

	abciv1beta1 "cosmossdk.io/api/cosmos/base/abci/v1beta1"
	txv1beta1 "cosmossdk.io/api/cosmos/tx/v1beta1"
)

// Result is a transaction that is in a block and did what it should.
type Result struct {
	Hash    string // upper-case hex
	Height  int64
	GasUsed uint64
	Fee     Coin
	answers []byte // sdk.TxMsgData
}

// wait returns when the transaction is in a block. A node that goes away meanwhile may come back.
func (c *Client) wait(ctx context.Context, hash string, fee Coin) (Result, error) {
	var found *abciv1beta1.TxResponse
	err := c.poll(ctx, c.cfg.InclusionTimeout, func(ctx context.Context) (bool, error) {
		var err error
		found, err = c.tx(ctx, hash)
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrUnreachable) {
			return false, nil
		}
		return err == nil, err
	})
	if errors.Is(err, errPollEnded) {
		return Result{}, &TimeoutError{Hash: hash}
	}
	if err != nil {
		return Result{}, &TimeoutError{Hash: hash, Cause: err}
	}
	if found.GetCode() != 0 {
		return Result{}, rejected(found.GetCode(), found.GetCodespace(), found.GetRawLog(), hash, found.GetHeight())
	}
	answers, err := hex.DecodeString(found.GetData())
	if err != nil {
		return Result{}, fmt.Errorf("read the answer to transaction %s: %w", hash, err)
	}
	return Result{Hash: hash, Height: found.GetHeight(), GasUsed: uint64(found.GetGasUsed()), Fee: fee, answers: answers}, nil
}

// tx returns a transaction that is in a block, or an error that wraps ErrNotFound.
func (c *Client) tx(ctx context.Context, hash string) (*abciv1beta1.TxResponse, error) {
	var res *txv1beta1.GetTxResponse
	err := c.pool.do(ctx, func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = txv1beta1.NewServiceClient(conn).GetTx(ctx, &txv1beta1.GetTxRequest{Hash: hash})
		return err
	})
	return res.GetTxResponse(), queryError(err)
}

// errPollEnded: what poll waited for has not happened in time.
var errPollEnded = errors.New("condition not met in time")

// poll asks at the configured interval until met says yes or fails, at most for the given time; then it
// returns errPollEnded.
func (c *Client) poll(ctx context.Context, limit time.Duration, met func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errPollEnded)
	defer cancel()
	ticker := time.NewTicker(c.cfg.PollInterval)
	defer ticker.Stop()
	for {
		ok, err := met(ctx)
		if ok {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
	}
}
