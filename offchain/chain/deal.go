package chain

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/mesh-protocol/mesh/offchain/work"
	taskstypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// DealRecord is a deal with its indices.
type DealRecord struct {
	work.Deal
	Indices   []work.Index // by number
	Height    int64        // of the last block that the answer knows; 0 if the node does not say
	Assurance string       // protected, or unprotected where the reserve cannot pay a repair
}

// Deal returns a deal by its id. The error wraps ErrNotFound where there is none.
func (c *Client) Deal(ctx context.Context, id uint64) (DealRecord, error) {
	var res *taskstypes.QueryDealResponse
	ctx, as := withAsOf(ctx)
	err := c.ask(ctx, fmt.Sprintf("deal %d", id), func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = taskstypes.NewQueryClient(conn).Deal(ctx, &taskstypes.QueryDealRequest{Deal: id})
		return err
	})
	if err != nil {
		return DealRecord{}, err
	}
	var r reader
	d := DealRecord{Deal: r.deal(res.Deal), Height: as.height, Assurance: res.Assurance, Indices: make([]work.Index, len(res.Indices))}
	for i, at := range res.Indices {
		d.Indices[i] = r.index(at)
	}
	if gone := d.Settled && len(d.Indices) == 0; len(d.Indices) != d.Profile.N && !gone {
		r.fail("%d indices of a deal of %d", len(d.Indices), d.Profile.N)
	}
	return d, r.err
}

// DealsOf returns all deals of a client in the order of their ids, and the height of the last block that all parts of the
// answer know, 0 if the node does not say.
func (c *Client) DealsOf(ctx context.Context, client string) (list []work.Deal, height int64, err error) {
	var r reader
	ctx, as := withAsOf(ctx)
	err = c.askPages(ctx, "the deals of "+client, func(ctx context.Context, conn *grpc.ClientConn, page *query.PageRequest) (*query.PageResponse, error) {
		res, err := taskstypes.NewQueryClient(conn).DealsByClient(ctx, &taskstypes.QueryDealsByClientRequest{Client: client, Pagination: page})
		for _, d := range res.GetDeals() {
			list = append(list, r.deal(d))
		}
		return res.GetPagination(), err
	})
	if err == nil {
		err = r.err
	}
	return list, as.height, err
}

// Held returns the indices that a node was drawn for, holds or rebuilds, in the order of their deals.
func (c *Client) Held(ctx context.Context, network string, node uint64) ([]work.Held, error) {
	var list []work.Held
	var r reader
	err := c.askPages(ctx, fmt.Sprintf("the indices of node %d of network %s", node, network), func(ctx context.Context, conn *grpc.ClientConn, page *query.PageRequest) (*query.PageResponse, error) {
		res, err := taskstypes.NewQueryClient(conn).DealsByNode(ctx, &taskstypes.QueryDealsByNodeRequest{Network: network, Node: node, Pagination: page})
		for _, h := range res.GetIndices() {
			list = append(list, work.Held{Ref: work.IndexRef{Deal: h.Deal, Index: int(h.Index)}, At: r.index(h.State), Deal: r.deal(h.Terms)})
		}
		return res.GetPagination(), err
	})
	if err == nil {
		err = r.err
	}
	return list, err
}

// Ended returns the stints of a node that have ended and are owed for an epoch.
func (c *Client) Ended(ctx context.Context, network string, node, epoch uint64) ([]work.Stint, error) {
	var list []work.Stint
	var r reader
	err := c.askPages(ctx, fmt.Sprintf("the ended stints of node %d of network %s", node, network), func(ctx context.Context, conn *grpc.ClientConn, page *query.PageRequest) (*query.PageResponse, error) {
		page.Reverse = true // the last epoch first, so that what ended before is not asked for
		res, err := taskstypes.NewQueryClient(conn).EndedStints(ctx, &taskstypes.QueryEndedStintsRequest{Network: network, Node: node, Pagination: page})
		if err != nil {
			return nil, err
		}
		for _, e := range res.Stints {
			s := work.Stint{Ref: work.IndexRef{Deal: e.Deal, Index: int(e.Index)}, From: e.FromEpoch, To: e.ToEpoch, Rate: r.amount(e.Rate)}
			if s.To < epoch {
				return nil, nil
			}
			if s.Covers(epoch) {
				list = append(list, s)
			}
		}
		return res.Pagination, nil
	})
	if err == nil {
		err = r.err
	}
	return list, err
}

func (r *reader) deal(d taskstypes.Deal) work.Deal {
	return work.Deal{
		ID: d.Id, Network: d.Network, Client: d.Client, Profile: work.Profile{K: int(d.Profile.K), N: int(d.Profile.N)},
		Space: d.Space, Rate: r.amount(d.Rate), FirstEpoch: d.FirstEpoch, LastEpoch: d.LastEpoch,
		Escrow: r.amount(d.Escrow), Reserve: r.amount(d.Reserve), Layout: r.layout(d.Layout),
		Settled: d.Status == taskstypes.DEAL_STATUS_SETTLED, Opened: d.OpenedHeight,
	}
}

func (r *reader) layout(l taskstypes.Layout) work.Layout {
	return work.Layout{Version: l.Version, Root: r.hash(l.Root), Bytes: l.Bytes}
}

func (r *reader) index(i taskstypes.Index) work.Index {
	return work.Index{
		Status: work.IndexStatus(i.Status), Node: i.Node, Acked: r.layout(i.Acked),
		FromEpoch: i.FromEpoch, SinceEpoch: i.SinceEpoch, Since: i.SinceHeight, LostBy: i.LostBy,
		Claimed: r.layout(i.Claimed), ClaimedEpoch: i.ClaimedEpoch,
	}
}

// Vacant returns the indices of a network that wait for a node to take them.
func (c *Client) Vacant(ctx context.Context, network string) ([]work.Vacant, error) {
	var list []work.Vacant
	err := c.askPages(ctx, "the vacant indices of network "+network, func(ctx context.Context, conn *grpc.ClientConn, page *query.PageRequest) (*query.PageResponse, error) {
		res, err := taskstypes.NewQueryClient(conn).VacantIndices(ctx, &taskstypes.QueryVacantIndicesRequest{Network: network, Pagination: page})
		for _, i := range res.GetIndices() {
			list = append(list, work.Vacant{Ref: work.IndexRef{Deal: i.Deal, Index: int(i.Index)}, LostBy: i.LostBy})
		}
		return res.GetPagination(), err
	})
	return list, err
}
