package chain

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
	taskstypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// MaxVouchers is the most that one message redeems.
const MaxVouchers = taskstypes.MaxVouchers

// MaxChannelBlocks is the longest a channel can be open for, from now on.
const MaxChannelBlocks = taskstypes.MaxChannelBlocks

// Channel returns a channel that is open. The error wraps ErrNotFound where there is none, or none any more.
func (c *Client) Channel(ctx context.Context, id uint64) (work.Channel, error) {
	var res *taskstypes.QueryChannelResponse
	err := c.ask(ctx, fmt.Sprintf("channel %d", id), func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = taskstypes.NewQueryClient(conn).Channel(ctx, &taskstypes.QueryChannelRequest{Channel: id})
		return err
	})
	if err != nil {
		return work.Channel{}, err
	}
	var r reader
	found := r.channel(res.Channel)
	return found, r.err
}

// ChannelsOf returns the open channels of a client in the order of their ids.
func (c *Client) ChannelsOf(ctx context.Context, client string) ([]work.Channel, error) {
	return c.channels(ctx, "the channels of "+client, func(ctx context.Context, q taskstypes.QueryClient, page *query.PageRequest) ([]taskstypes.Channel, *query.PageResponse, error) {
		res, err := q.ChannelsByClient(ctx, &taskstypes.QueryChannelsByClientRequest{Client: client, Pagination: page})
		return res.GetChannels(), res.GetPagination(), err
	})
}

// ChannelsTo returns the open channels that pay a node, those that end first before others.
func (c *Client) ChannelsTo(ctx context.Context, network string, node uint64) ([]work.Channel, error) {
	what := fmt.Sprintf("the channels to node %d of network %s", node, network)
	return c.channels(ctx, what, func(ctx context.Context, q taskstypes.QueryClient, page *query.PageRequest) ([]taskstypes.Channel, *query.PageResponse, error) {
		res, err := q.ChannelsByNode(ctx, &taskstypes.QueryChannelsByNodeRequest{Network: network, Node: node, Pagination: page})
		return res.GetChannels(), res.GetPagination(), err
	})
}

// channels asks for all pages of a list of channels.
func (c *Client) channels(
	ctx context.Context, what string, ask func(context.Context, taskstypes.QueryClient, *query.PageRequest) ([]taskstypes.Channel, *query.PageResponse, error),
) ([]work.Channel, error) {
	var list []work.Channel
	var r reader
	err := c.askPages(ctx, what, func(ctx context.Context, conn *grpc.ClientConn, page *query.PageRequest) (*query.PageResponse, error) {
		part, next, err := ask(ctx, taskstypes.NewQueryClient(conn), page)
		for _, c := range part {
			list = append(list, r.channel(c))
		}
		return next, err
	})
	if err == nil {
		err = r.err
	}
	return list, err
}

func (r *reader) channel(c taskstypes.Channel) work.Channel {
	return work.Channel{
		ID: c.Id, Network: c.Network, Node: c.Node, Client: c.Client, Key: r.hash(c.Key),
		Deposit: r.amount(c.Deposit), Redeemed: r.amount(c.Redeemed), Count: c.Count, Expires: c.Expires,
	}
}

// NewChannel is what a client sets aside.
type NewChannel struct {
	Network string
	Node    uint64
	Key     [32]byte // ed25519 public key that will sign vouchers
	Deposit proof.U128
	Expires int64 // the last height at which vouchers are redeemed
}

// OpenChannel sets money aside for a node; the client signs. denom is the network's token.
func OpenChannel(client, denom string, n NewChannel) (Msg, error) {
	deposit := IntOf(n.Deposit)
	return pack(&taskstypes.MsgOpenChannel{
		Client: client, Network: n.Network, Node: n.Node, Key: n.Key[:], Deposit: deposit, Expires: n.Expires,
	}, Coin{Denom: denom, Amount: deposit})
}

// TopUpChannel puts more into a channel, and keeps it open until a height, 0 for as long as it is; the client signs.
func TopUpChannel(client, denom string, channel uint64, amount proof.U128, expires int64) (Msg, error) {
	more := IntOf(amount)
	m := &taskstypes.MsgTopUpChannel{Client: client, Channel: channel, Amount: more, Expires: expires}
	if amount.IsZero() {
		return pack(m)
	}
	return pack(m, Coin{Denom: denom, Amount: more})
}

// CloseChannel ends a channel after the notice that its node is given; the client signs, or anyone once it has expired.
func CloseChannel(sender string, channel uint64) (Msg, error) {
	return pack(&taskstypes.MsgCloseChannel{Sender: sender, Channel: channel})
}

// RedeemVouchers pays nodes what up to MaxVouchers vouchers promise them; anyone may sign.
func RedeemVouchers(sender string, vouchers []work.Voucher) (Msg, error) {
	m := &taskstypes.MsgRedeemVouchers{Sender: sender}
	for _, v := range vouchers {
		m.Vouchers = append(m.Vouchers, taskstypes.Voucher{
			Channel: v.Channel, Amount: IntOf(v.Amount), Count: v.Count, Evidence: v.Evidence[:], Signature: v.Signature[:],
		})
	}
	return pack(m)
}

// ClosedChannel is what closing a channel has brought about.
type ClosedChannel = taskstypes.MsgCloseChannelResponse

// ClosedChannel returns what came of the transaction's first message.
func (r Result) ClosedChannel() (ClosedChannel, error) {
	var c ClosedChannel
	err := r.answer(&c)
	return c, err
}

// Redeemed is what came of one voucher.
type Redeemed struct {
	Channel       uint64
	Gross, Earned Amount
	Refused       string // in words; "" where it was redeemed
}

// Redeemed returns what came of the vouchers of the transaction's first message, in their order.
func (r Result) Redeemed() ([]Redeemed, error) {
	var res taskstypes.MsgRedeemVouchersResponse
	if err := r.answer(&res); err != nil {
		return nil, err
	}
	list := make([]Redeemed, len(res.Results))
	for i, v := range res.Results {
		list[i] = Redeemed{Channel: v.Channel, Gross: v.Gross, Earned: v.Earned, Refused: refusedVoucher(v.Code)}
	}
	return list, nil
}

// refusedVoucher says a code in words.
func refusedVoucher(code uint32) string {
	if code == 0 {
		return ""
	}
	for _, known := range []interface {
		error
		ABCICode() uint32
	}{
		taskstypes.ErrWindow, taskstypes.ErrChannelNotFound, taskstypes.ErrInvalidVoucher, taskstypes.ErrVoucherSpent,
	} {
		if known.ABCICode() == code {
			return known.Error()
		}
	}
	return fmt.Sprintf("code %d", code)
}
