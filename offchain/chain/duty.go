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

// Duties returns what a node must send and has not sent yet, soonest first.
func (c *Client) Duties(ctx context.Context, network string, node uint64) ([]work.Duty, error) {
	var res *taskstypes.QueryDeadlinesResponse
	err := c.ask(ctx, fmt.Sprintf("the duties of node %d of network %s", node, network), func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = taskstypes.NewQueryClient(conn).Deadlines(ctx, &taskstypes.QueryDeadlinesRequest{Network: network, Node: node})
		return err
	})
	if err != nil {
		return nil, err
	}
	var r reader
	list := make([]work.Duty, len(res.Deadlines))
	for i, d := range res.Deadlines {
		list[i] = work.Duty{
			Kind: work.DutyKind(d.Duty), Epoch: d.Epoch, Ref: work.IndexRef{Deal: d.Deal, Index: int(d.Index)}, Request: d.Request,
			From: d.From, Until: d.Until, AtStake: r.amount(d.AtStake),
		}
	}
	return list, r.err
}

// Window returns when claims and proofs of an epoch are taken, as far as that is fixed.
func (c *Client) Window(ctx context.Context, network string, epoch uint64) (work.Window, error) {
	var res *taskstypes.QueryWindowResponse
	err := c.ask(ctx, fmt.Sprintf("the windows of epoch %d of network %s", epoch, network), func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = taskstypes.NewQueryClient(conn).Window(ctx, &taskstypes.QueryWindowRequest{Network: network, Epoch: epoch})
		return err
	})
	if err != nil {
		return work.Window{}, err
	}
	var r reader
	w := work.Window{
		ClaimsFrom: res.Window.ClaimsFrom, ClaimsUntil: res.Window.ClaimsUntil,
		Seed: r.hash(res.Window.Seed), SeedHeight: res.Window.SeedHeight,
	}
	return w, r.err
}

// Challenge returns what the proof of a node's claim for an epoch must show.
func (c *Client) Challenge(ctx context.Context, network string, node, epoch uint64) (work.Challenge, error) {
	w, err := c.Window(ctx, network, epoch)
	if err != nil || w.SeedHeight == 0 {
		return work.Challenge{}, err
	}
	n, _, err := c.Network(ctx, network)
	if err != nil {
		return work.Challenge{}, err
	}
	e, _, err := c.Epoch(ctx, network, epoch)
	if err != nil {
		return work.Challenge{}, err
	}
	return work.Challenge{
		Seed:     taskstypes.ProofSeed(w.Seed[:], n.Seq, epoch, node),
		Openings: taskstypes.Openings(e.Params.Storage.Openings, e.Nodes), Watched: int(e.Params.Uptime.Openings), Fixed: true,
	}, nil
}

// OpenRequests returns the requests a node has not answered yet, soonest deadline first.
func (c *Client) OpenRequests(ctx context.Context, network string, node uint64) ([]work.OpenRequest, error) {
	var res *taskstypes.QueryOpenRequestsResponse
	err := c.ask(ctx, fmt.Sprintf("the requests to node %d of network %s", node, network), func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = taskstypes.NewQueryClient(conn).OpenRequests(ctx, &taskstypes.QueryOpenRequestsRequest{Network: network, Node: node})
		return err
	})
	if err != nil {
		return nil, err
	}
	var r reader
	list := make([]work.OpenRequest, len(res.Requests))
	for i, o := range res.Requests {
		list[i] = work.OpenRequest{
			ID: o.Id, Ref: work.IndexRef{Deal: o.Deal, Index: int(o.Index)}, Position: o.Position, Deadline: o.Deadline,
			Layout: work.Layout{Root: r.hash(o.LayoutRoot), Bytes: o.LayoutBytes},
		}
	}
	return list, r.err
}

// Explanation tells what a claim is made of and what became of it.
type Explanation struct {
	State  string // none, open, claimed, proven or missed
	Reason string // a sentence
	Total  Amount
	Slots  uint32          // that were attested, as the claim says, or as the proof has shown
	Duties uint64          // what it did as a watcher is worth, likewise
	Rows   []ExplainedDeal // of what the node has now, and of at most 100 stints that have ended since
	Cut    bool            // there are more of these
}

// ExplainedDeal says whether one deal owes its holder for an epoch.
type ExplainedDeal = taskstypes.OwedRow

// ExplainClaim tells what the claim of a node for an epoch is made of and what became of it.
func (c *Client) ExplainClaim(ctx context.Context, network string, node, epoch uint64) (Explanation, error) {
	var e Explanation
	err := c.askPages(ctx, fmt.Sprintf("the claim of node %d of network %s for epoch %d", node, network, epoch), func(ctx context.Context, conn *grpc.ClientConn, page *query.PageRequest) (*query.PageResponse, error) {
		res, err := taskstypes.NewQueryClient(conn).ExplainClaim(ctx, &taskstypes.QueryExplainClaimRequest{Network: network, Node: node, Epoch: epoch, Pagination: page})
		if err != nil {
			return nil, err
		}
		e.State, e.Reason, e.Total, e.Rows = res.State, res.Reason, res.Claim.Total, append(append(e.Rows, res.Rows...), res.Ended...)
		e.Slots, e.Duties = res.Claim.UptimeSlots, res.Claim.DutyWorth
		e.Cut = e.Cut || res.Cut
		return res.Pagination, nil
	})
	return e, err
}

// Claimed returns the claim of a node for an epoch, and the height its proof was accepted at, 0 for none. The
// error wraps ErrNotFound where there is no claim, or none any more.
func (c *Client) Claimed(ctx context.Context, network string, node, epoch uint64) (work.Claim, int64, error) {
	var res *taskstypes.QueryClaimResponse
	err := c.ask(ctx, fmt.Sprintf("the claim of node %d of network %s for epoch %d", node, network, epoch), func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = taskstypes.NewQueryClient(conn).Claim(ctx, &taskstypes.QueryClaimRequest{Network: network, Node: node, Epoch: epoch})
		return err
	})
	if err != nil {
		return work.Claim{}, 0, err
	}
	var r reader
	claim := work.Claim{
		Epoch: epoch, Deals: r.root(res.Claim.Root, r.amount(res.Claim.Total)),
		Slots:  r.root(res.Claim.UptimeRoot, proof.U64(uint64(res.Claim.UptimeSlots))),
		Duties: r.root(res.Claim.DutyRoot, proof.U64(res.Claim.DutyWorth)),
	}
	return claim, res.Claim.ProvenHeight, r.err
}

// LastProven returns the last epoch of a node with an accepted proof, 0 for none. epoch is the latest one.
func (c *Client) LastProven(ctx context.Context, network string, node, epoch uint64) (uint64, error) {
	var res *taskstypes.QueryOwedResponse
	err := c.ask(ctx, fmt.Sprintf("what node %d of network %s is owed", node, network), func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = taskstypes.NewQueryClient(conn).Owed(ctx, &taskstypes.QueryOwedRequest{Network: network, Node: node, Epoch: epoch})
		return err
	})
	if err != nil {
		return 0, err
	}
	return res.Owed.LastProven, nil
}
