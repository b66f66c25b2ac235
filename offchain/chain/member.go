package chain

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/mesh-protocol/mesh/offchain/work"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// MemberRecord is a node with what the chain saw it do.
type MemberRecord struct {
	work.Member
	Proven, Missed, Lost, Bad uint64
}

// Member returns a node of a network by its number. The error wraps ErrNotFound where there is none.
func (c *Client) Member(ctx context.Context, network string, number uint64) (MemberRecord, error) {
	return c.member(ctx, fmt.Sprintf("node %d of network %s", number, network), func(ctx context.Context, q networktypes.QueryClient) (*networktypes.QueryNodeResponse, error) {
		return q.Node(ctx, &networktypes.QueryNodeRequest{Network: network, Node: number})
	})
}

// MemberByOperator returns the node that an account operates; otherwise as Member.
func (c *Client) MemberByOperator(ctx context.Context, network, operator string) (MemberRecord, error) {
	return c.member(ctx, fmt.Sprintf("the node of operator %s in network %s", operator, network), func(ctx context.Context, q networktypes.QueryClient) (*networktypes.QueryNodeResponse, error) {
		return q.NodeByOperator(ctx, &networktypes.QueryNodeByOperatorRequest{Network: network, Operator: operator})
	})
}

// MemberByPeer returns the node behind a libp2p host; otherwise as Member.
func (c *Client) MemberByPeer(ctx context.Context, network, peer string) (MemberRecord, error) {
	return c.member(ctx, fmt.Sprintf("the node of peer %s in network %s", peer, network), func(ctx context.Context, q networktypes.QueryClient) (*networktypes.QueryNodeResponse, error) {
		return q.NodeByPeer(ctx, &networktypes.QueryNodeByPeerRequest{Network: network, PeerId: peer})
	})
}

// PeerID returns the libp2p peer id of a host with that ed25519 key.
func PeerID(key [32]byte) string { return networktypes.PeerID(key[:]) }

func (c *Client) member(ctx context.Context, what string, call func(context.Context, networktypes.QueryClient) (*networktypes.QueryNodeResponse, error)) (MemberRecord, error) {
	var res *networktypes.QueryNodeResponse
	err := c.ask(ctx, what, func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = call(ctx, networktypes.NewQueryClient(conn))
		return err
	})
	if err != nil {
		return MemberRecord{}, err
	}
	var r reader
	n := res.Counters
	m := MemberRecord{Member: r.member(res.Node), Proven: n.Proven, Missed: n.Missed, Lost: n.Lost, Bad: n.Bad}
	return m, r.err
}

// Members returns all nodes of a network in the order of their numbers.
func (c *Client) Members(ctx context.Context, network string) ([]work.Member, error) {
	var list []work.Member
	var r reader
	err := c.askPages(ctx, "the nodes of network "+network, func(ctx context.Context, conn *grpc.ClientConn, page *query.PageRequest) (*query.PageResponse, error) {
		res, err := networktypes.NewQueryClient(conn).Nodes(ctx, &networktypes.QueryNodesRequest{Network: network, Pagination: page})
		for _, n := range res.GetNodes() {
			list = append(list, r.member(n))
		}
		return res.GetPagination(), err
	})
	if err == nil {
		err = r.err
	}
	return list, err
}

func (r *reader) member(n networktypes.Node) work.Member {
	return work.Member{
		Number: n.Id, Network: n.Network, Owner: n.Owner, Operator: n.Operator, PeerKey: r.hash(n.PeerKey), Peer: n.PeerId,
		Status: work.MemberStatus(n.Status), OwnBond: r.amount(n.OwnBond), GivenBond: r.amount(n.GivenBond), Weight: r.amount(n.Weight),
		Offer: work.Offer{
			Region: n.Offer.Region, StorageBytes: n.Offer.StorageBytes, MemoryBytes: n.Offer.MemoryBytes, CommissionBps: int(n.Offer.CommissionBps),
		},
		Joined: n.RegisteredEpoch,
	}
}

// Bootstraps returns the places where peers may enter a network now.
func (c *Client) Bootstraps(ctx context.Context, network string) ([]work.Bootstrap, error) {
	var res *networktypes.QueryBootstrapsResponse
	err := c.ask(ctx, "the bootstrap records of network "+network, func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = networktypes.NewQueryClient(conn).Bootstraps(ctx, &networktypes.QueryBootstrapsRequest{Network: network})
		return err
	})
	if err != nil {
		return nil, err
	}
	var r reader
	list := make([]work.Bootstrap, len(res.Records))
	for i, b := range res.Records {
		key := r.hash(b.PeerKey)
		list[i] = work.Bootstrap{Peer: networktypes.PeerID(key[:]), Addrs: b.Addrs, Expires: b.ExpiresHeight}
	}
	return list, r.err
}
