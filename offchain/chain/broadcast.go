package chain

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc"

	txv1beta1 "cosmossdk.io/api/cosmos/tx/v1beta1"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// broadcast hands a signed transaction to an endpoint and returns nil once one has taken it. When an
// earlier endpoint may have taken it without an answer, what a later one says against it proves nothing:
// the caller then waits for it by its hash and must not sign another.
func (c *Client) broadcast(ctx context.Context, raw []byte) error {
	var res *txv1beta1.BroadcastTxResponse
	calls := 0
	err := c.pool.do(ctx, func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		calls++
		res, err = txv1beta1.NewServiceClient(conn).BroadcastTx(ctx, &txv1beta1.BroadcastTxRequest{
			TxBytes: raw, Mode: txv1beta1.BroadcastMode_BROADCAST_MODE_SYNC,
		})
		return err
	})
	switch {
	case err != nil && calls == 0:
		return fmt.Errorf("send transaction %s: %w", txHash(raw), queryError(err))
	case err != nil:
		return &TimeoutError{Hash: txHash(raw), Cause: queryError(err)}
	}
	r := res.GetTxResponse()
	known := r.GetCodespace() == sdkerrors.RootCodespace && r.GetCode() == sdkerrors.ErrTxInMempoolCache.ABCICode()
	if r.GetCode() == 0 || known || calls > 1 {
		return nil
	}
	return rejected(r.GetCode(), r.GetCodespace(), r.GetRawLog(), txHash(raw), 0)
}

// rejected makes an error of a refusal, with what the module says and without the SDK's steps on the way
// there.
func rejected(code uint32, codespace, log, hash string, height int64) error {
	for _, step := range []string{"failed to simulate tx: ", "failed to execute message; message index: 0: "} {
		log = strings.TrimPrefix(log, step)
	}
	return &RejectedError{Code: code, Codespace: codespace, Log: log, Hash: hash, Height: height}
}
