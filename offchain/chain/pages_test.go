package chain_test

import (
	"context"
	"encoding/binary"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardstypes "github.com/mesh-protocol/mesh/x/rewards/types"
	taskstypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// walk is a question whose answer comes in pages of one.
type walk struct {
	method string
	want   any // the request without its page
	page   func(i uint64, p *query.PageResponse) any
	ask    func(ctx context.Context, c *chain.Client) (any, error)
	got    any // of the three pages 1, 2, 3
}

func walks() map[string]walk {
	index := func(id uint64) taskstypes.HeldIndex {
		return taskstypes.HeldIndex{Deal: id, Index: uint32(id) + 1, State: chainIndex(taskstypes.INDEX_STATUS_ASSIGNED), Terms: chainDeal(id)}
	}
	held := func(id uint64) work.Held {
		return work.Held{Ref: work.IndexRef{Deal: id, Index: int(id) + 1}, At: workIndex(work.IndexAssigned), Deal: workDeal(id)}
	}
	reward := func(i uint64) rewardstypes.RewardRow {
		one := math.OneInt()
		return rewardstypes.RewardRow{Epoch: i, Uptime: math.ZeroInt(), Duties: math.ZeroInt(), Gross: one, Burnt: one, Earned: one, Matched: one, State: "open", Reason: "r"}
	}
	row := func(i uint64) taskstypes.OwedRow {
		return taskstypes.OwedRow{Deal: i, Index: 2, Rate: math.NewInt(9), Reason: "r"}
	}
	stint := func(i, to uint64) taskstypes.EndedStint {
		return taskstypes.EndedStint{Deal: i, Index: 5, FromEpoch: 3, ToEpoch: to, Rate: math.NewInt(7)}
	}
	ended := func(i, to uint64) work.Stint {
		return work.Stint{Ref: work.IndexRef{Deal: i, Index: 5}, From: 3, To: to, Rate: proof.U64(7)}
	}
	return map[string]walk{
		"channels of a client": {
			"/mesh.tasks.v1.Query/ChannelsByClient", &taskstypes.QueryChannelsByClientRequest{Client: account},
			func(i uint64, p *query.PageResponse) any {
				return &taskstypes.QueryChannelsByClientResponse{Channels: []taskstypes.Channel{chainChannel(i)}, Pagination: p}
			},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.ChannelsOf(ctx, account) },
			[]work.Channel{workChannel(1), workChannel(2), workChannel(3)},
		},
		"channels to a node": {
			"/mesh.tasks.v1.Query/ChannelsByNode", &taskstypes.QueryChannelsByNodeRequest{Network: network, Node: 3},
			func(i uint64, p *query.PageResponse) any {
				return &taskstypes.QueryChannelsByNodeResponse{Channels: []taskstypes.Channel{chainChannel(i)}, Pagination: p}
			},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.ChannelsTo(ctx, network, 3) },
			[]work.Channel{workChannel(1), workChannel(2), workChannel(3)},
		},
		"members": {
			"/mesh.network.v1.Query/Nodes", &networktypes.QueryNodesRequest{Network: network},
			func(i uint64, p *query.PageResponse) any {
				return &networktypes.QueryNodesResponse{Nodes: []networktypes.Node{chainMember(i)}, Pagination: p}
			},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.Members(ctx, network) },
			[]work.Member{workMember(1), workMember(2), workMember(3)},
		},
		"deals of a client": {
			"/mesh.tasks.v1.Query/DealsByClient", &taskstypes.QueryDealsByClientRequest{Client: account},
			func(i uint64, p *query.PageResponse) any {
				return &taskstypes.QueryDealsByClientResponse{Deals: []taskstypes.Deal{chainDeal(i)}, Pagination: p}
			},
			func(ctx context.Context, c *chain.Client) (any, error) {
				list, _, err := c.DealsOf(ctx, account)
				return list, err
			},
			[]work.Deal{workDeal(1), workDeal(2), workDeal(3)},
		},
		"held": {
			"/mesh.tasks.v1.Query/DealsByNode", &taskstypes.QueryDealsByNodeRequest{Network: network, Node: 3},
			func(i uint64, p *query.PageResponse) any {
				return &taskstypes.QueryDealsByNodeResponse{Indices: []taskstypes.HeldIndex{index(i)}, Pagination: p}
			},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.Held(ctx, network, 3) },
			[]work.Held{held(1), held(2), held(3)},
		},
		"ended": {
			"/mesh.tasks.v1.Query/EndedStints", &taskstypes.QueryEndedStintsRequest{Network: network, Node: 3},
			func(i uint64, p *query.PageResponse) any {
				later := stint(9, 8-i)
				later.FromEpoch = 5
				return &taskstypes.QueryEndedStintsResponse{Stints: []taskstypes.EndedStint{stint(i, 8-i), later}, Pagination: p}
			},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.Ended(ctx, network, 3, 4) },
			[]work.Stint{ended(1, 7), ended(2, 6), ended(3, 5)},
		},
		"vacant": {
			"/mesh.tasks.v1.Query/VacantIndices", &taskstypes.QueryVacantIndicesRequest{Network: network},
			func(i uint64, p *query.PageResponse) any {
				return &taskstypes.QueryVacantIndicesResponse{Indices: []taskstypes.VacantIndex{{Deal: i, Index: 5, LostBy: 6 + i}}, Pagination: p}
			},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.Vacant(ctx, network) },
			[]work.Vacant{
				{Ref: work.IndexRef{Deal: 1, Index: 5}, LostBy: 7}, {Ref: work.IndexRef{Deal: 2, Index: 5}, LostBy: 8}, {Ref: work.IndexRef{Deal: 3, Index: 5}, LostBy: 9},
			},
		},
		"explain a claim": {
			"/mesh.tasks.v1.Query/ExplainClaim", &taskstypes.QueryExplainClaimRequest{Network: network, Node: 3, Epoch: 4},
			func(i uint64, p *query.PageResponse) any {
				return &taskstypes.QueryExplainClaimResponse{
					Claim: taskstypes.Claim{Total: math.NewInt(27)}, State: "proven", Reason: "well", Rows: []taskstypes.OwedRow{row(i)}, Pagination: p,
					Ended: map[uint64][]taskstypes.OwedRow{1: {row(9)}}[i],
				}
			},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.ExplainClaim(ctx, network, 3, 4) },
			chain.Explanation{State: "proven", Reason: "well", Total: math.NewInt(27), Rows: []chain.ExplainedDeal{row(1), row(9), row(2), row(3)}},
		},
		"explain rewards": {
			"/mesh.rewards.v1.Query/ExplainReward", &rewardstypes.QueryExplainRewardRequest{Network: network, Node: 3},
			func(i uint64, p *query.PageResponse) any {
				return &rewardstypes.QueryExplainRewardResponse{Rows: []rewardstypes.RewardRow{reward(i)}, Pagination: p}
			},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.ExplainReward(ctx, network, 3) },
			[]chain.EarnedEpoch{reward(1), reward(2), reward(3)},
		},
	}
}

// pageOf takes the page out of a request.
func pageOf(req any) (page query.PageRequest) {
	f := reflect.ValueOf(req).Elem().FieldByName("Pagination")
	page = *f.Interface().(*query.PageRequest)
	f.SetZero()
	return page
}

// at returns the number of the page that is asked for, from 1.
func at(p query.PageRequest) uint64 {
	if len(p.Key) == 0 {
		return 1
	}
	return binary.BigEndian.Uint64(p.Key)
}

func key(i uint64) *query.PageResponse {
	return &query.PageResponse{NextKey: binary.BigEndian.AppendUint64(nil, i)}
}

func TestPages(t *testing.T) {
	for name, w := range walks() {
		t.Run(name, func(t *testing.T) {
			var asked []uint64
			n := newFakeNode()
			n.answers = map[string]func(any) (any, error){w.method: func(req any) (any, error) {
				p := pageOf(req)
				require.Equal(t, uint64(100), p.Limit)
				require.Equal(t, w.want, req)
				asked = append(asked, at(p))
				if at(p) == 3 {
					return w.page(3, &query.PageResponse{}), nil
				}
				return w.page(at(p), key(at(p)+1)), nil
			}}
			got, err := w.ask(t.Context(), newClient(t, testConfig(serveModules(t, n)), nil))
			require.NoError(t, err)
			require.Equal(t, []uint64{1, 2, 3}, asked)
			require.Equal(t, w.got, got)
		})
		t.Run(name+", the second page of another endpoint", func(t *testing.T) {
			answer := func(lives uint64) func(req any) (any, error) {
				return func(req any) (any, error) {
					i := at(pageOf(req))
					switch {
					case i > lives:
						return nil, status.Error(codes.Unavailable, "gone")
					case i == 3:
						return w.page(3, nil), nil
					}
					return w.page(i, key(i+1)), nil
				}
			}
			first, second := newFakeNode(), newFakeNode()
			first.answers = map[string]func(any) (any, error){w.method: answer(1)}
			second.answers = map[string]func(any) (any, error){w.method: answer(3)}
			got, err := w.ask(t.Context(), newClient(t, testConfig(serveModules(t, first), serveModules(t, second)), nil))
			require.NoError(t, err)
			require.Equal(t, w.got, got, "no page twice, none missing")
		})
		t.Run(name+", an error in the middle", func(t *testing.T) {
			n := newFakeNode()
			n.answers = map[string]func(any) (any, error){w.method: func(req any) (any, error) {
				if at(pageOf(req)) == 2 {
					return nil, status.Error(codes.Internal, "disk on fire")
				}
				return w.page(1, key(2)), nil
			}}
			_, err := w.ask(t.Context(), newClient(t, testConfig(serveModules(t, n)), nil))
			require.ErrorContains(t, err, "disk on fire")
		})
		t.Run(name+", a page that follows itself", func(t *testing.T) {
			n := newFakeNode()
			n.answers = map[string]func(any) (any, error){w.method: func(any) (any, error) { return w.page(1, key(7)), nil }}
			_, err := w.ask(t.Context(), newClient(t, testConfig(serveModules(t, n)), nil))
			require.ErrorContains(t, err, "the node answered that a page follows itself")
			require.Equal(t, 1+2, n.called(), "its chain, and two pages")
		})
	}
}

// TestEndedStopsAtTheEpoch: the latest come first, and what ended before the epoch is not asked for.
func TestEndedStopsAtTheEpoch(t *testing.T) {
	w := walks()["ended"]
	pages := 0
	n := newFakeNode()
	n.answers = map[string]func(any) (any, error){w.method: func(req any) (any, error) {
		p := pageOf(req)
		require.True(t, p.Reverse)
		pages++
		return w.page(at(p), key(at(p)+1)), nil
	}}
	got, err := newClient(t, testConfig(serveModules(t, n)), nil).Ended(t.Context(), network, 3, 6)
	require.NoError(t, err)
	require.Equal(t, 3, pages, "the third ended in epoch 5")
	require.Len(t, got, 4, "two of them with each page before")
}

// TestEndlessPages: a node that always has one more page is left at some point.
func TestEndlessPages(t *testing.T) {
	w := walks()["vacant"]
	n := newFakeNode()
	n.answers = map[string]func(any) (any, error){w.method: func(req any) (any, error) {
		i := at(pageOf(req))
		return w.page(i, key(i+1)), nil
	}}
	_, err := w.ask(t.Context(), newClient(t, testConfig(serveModules(t, n)), nil))
	require.ErrorContains(t, err, "the node answered more than 10000 pages")
}

// TestGarbageInPages: what cannot be from a sound chain is found on every page.
func TestGarbageInPages(t *testing.T) {
	for name, spoil := range map[string]func(any){
		"members":           func(a any) { a.(*networktypes.QueryNodesResponse).Nodes[0].PeerKey = []byte{1} },
		"deals of a client": func(a any) { a.(*taskstypes.QueryDealsByClientResponse).Deals[0].Layout.Root = []byte{1} },
		"held":              func(a any) { a.(*taskstypes.QueryDealsByNodeResponse).Indices[0].State.Acked.Root = []byte{1} },
	} {
		t.Run(name, func(t *testing.T) {
			w := walks()[name]
			n := newFakeNode()
			n.answers = map[string]func(any) (any, error){w.method: func(req any) (any, error) {
				i := at(pageOf(req))
				a := w.page(i, key(i+1))
				if i == 2 {
					spoil(a)
				}
				if i == 3 {
					return w.page(3, nil), nil
				}
				return a, nil
			}}
			_, err := w.ask(t.Context(), newClient(t, testConfig(serveModules(t, n)), nil))
			require.ErrorContains(t, err, "the node answered a hash of 1 bytes")
		})
	}
}
