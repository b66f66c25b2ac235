package chain

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	txv1beta1 "cosmossdk.io/api/cosmos/tx/v1beta1"
)

// Type URLs of messages, as transactions are looked for.
const (
	MsgClaimURL = "/mesh.tasks.v1.MsgClaim"
	MsgProveURL = "/mesh.tasks.v1.MsgProve"
)

// Accepted returns how many transactions with a message of that type an endpoint has seen succeed, as far as it
// keeps an index of them.
func (c *Client) Accepted(ctx context.Context, typeURL string) (uint64, error) {
	var res *txv1beta1.GetTxsEventResponse
	err := c.ask(ctx, "transactions with "+typeURL, func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = txv1beta1.NewServiceClient(conn).GetTxsEvent(ctx, &txv1beta1.GetTxsEventRequest{
			Query: fmt.Sprintf("message.action='%s'", typeURL), Page: 1, Limit: 1,
		})
		return err
	})
	return res.GetTotal(), err
}
