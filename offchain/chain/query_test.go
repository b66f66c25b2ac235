package chain_test

import (
	"context"
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	feegrantv1beta1 "cosmossdk.io/api/cosmos/feegrant/v1beta1"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardstypes "github.com/mesh-protocol/mesh/x/rewards/types"
	taskstypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// network and account are what queries are about.
const (
	network = "net_1a2b3c4d"
	account = "mesh1account"
)

// serveModules is a fake node that has all modules a client asks, and answers what the test says.
func serveModules(t *testing.T, n *fakeNode) string {
	t.Helper()
	return n.serve(t, func(s *grpc.Server) {
		taskstypes.RegisterQueryServer(s, &taskstypes.UnimplementedQueryServer{})
		networktypes.RegisterQueryServer(s, &networktypes.UnimplementedQueryServer{})
		rewardstypes.RegisterQueryServer(s, &rewardstypes.UnimplementedQueryServer{})
		feegrantv1beta1.RegisterQueryServer(s, feegrantv1beta1.UnimplementedQueryServer{})
	})
}

// root is 32 bytes that begin so.
func root(b byte) (h [32]byte) {
	h[0], h[31] = b, 1
	return h
}

func bytesOf(b byte) []byte {
	h := root(b)
	return h[:]
}

func u(lo uint64) proof.U128 { return proof.U128{Lo: lo} }

func chainDeal(id uint64) taskstypes.Deal {
	return taskstypes.Deal{
		Id: id, Network: network, Client: account, Profile: taskstypes.Profile{K: 2, N: 3}, Space: 4096, Rate: math.NewInt(11),
		FirstEpoch: 5, LastEpoch: 9, Escrow: math.NewInt(100), Reserve: math.NewInt(30),
		Layout: taskstypes.Layout{Version: 6, Root: bytesOf(7), Bytes: 2048}, Status: taskstypes.DEAL_STATUS_SETTLED, OpenedHeight: 44,
	}
}

func workDeal(id uint64) work.Deal {
	return work.Deal{
		ID: id, Network: network, Client: account, Profile: work.Profile{K: 2, N: 3}, Space: 4096, Rate: u(11),
		FirstEpoch: 5, LastEpoch: 9, Escrow: u(100), Reserve: u(30),
		Layout: work.Layout{Version: 6, Root: root(7), Bytes: 2048}, Settled: true, Opened: 44,
	}
}

func chainIndex(s taskstypes.IndexStatus) taskstypes.Index {
	return taskstypes.Index{
		Status: s, Node: 8, Acked: taskstypes.Layout{Version: 5, Root: bytesOf(6), Bytes: 1024}, FromEpoch: 6, SinceEpoch: 7, SinceHeight: 77, LostBy: 12,
		RepairPay: math.NewInt(1), Claimed: taskstypes.Layout{Version: 4, Root: bytesOf(5), Bytes: 512}, ClaimedEpoch: 3,
	}
}

func workIndex(s work.IndexStatus) work.Index {
	return work.Index{
		Status: s, Node: 8, Acked: work.Layout{Version: 5, Root: root(6), Bytes: 1024}, FromEpoch: 6, SinceEpoch: 7, Since: 77, LostBy: 12,
		Claimed: work.Layout{Version: 4, Root: root(5), Bytes: 512}, ClaimedEpoch: 3,
	}
}

func chainMember(id uint64) networktypes.Node {
	return networktypes.Node{
		Network: network, Id: id, Owner: "mesh1owner", Operator: account, PeerKey: bytesOf(9), PeerId: "12D3",
		Offer:  networktypes.Offer{Region: "eu-1", StorageBytes: 1, MemoryBytes: 2, CommissionBps: 3},
		Status: networktypes.NODE_STATUS_SUSPENDED, OwnBond: math.NewInt(4), GivenBond: math.NewInt(5), Weight: math.NewInt(6), RegisteredEpoch: 7,
	}
}

func workMember(number uint64) work.Member {
	return work.Member{
		Number: number, Network: network, Owner: "mesh1owner", Operator: account, PeerKey: root(9), Peer: "12D3", Status: work.MemberSuspended,
		OwnBond: u(4), GivenBond: u(5), Weight: u(6), Joined: 7,
		Offer: work.Offer{Region: "eu-1", StorageBytes: 1, MemoryBytes: 2, CommissionBps: 3},
	}
}

func chainChannel(id uint64) taskstypes.Channel {
	return taskstypes.Channel{
		Id: id, Network: network, Node: 3, Client: account, Key: bytesOf(9), Deposit: math.NewInt(100), Redeemed: math.NewInt(30), Count: 4, Evidence: bytesOf(8),
		Expires: 77,
	}
}

func workChannel(id uint64) work.Channel {
	return work.Channel{
		ID: id, Network: network, Node: 3, Client: account, Key: root(9), Deposit: u(100), Redeemed: u(30), Count: 4, Expires: 77,
	}
}

// TestWordsOfTheChain: numbers that are taken over as they are mean the same on both sides.
func TestWordsOfTheChain(t *testing.T) {
	require.Equal(t, []int{1, 2, 3, 4, 5}, []int{
		int(taskstypes.INDEX_STATUS_UNASSIGNED), int(taskstypes.INDEX_STATUS_ASSIGNED), int(taskstypes.INDEX_STATUS_HELD),
		int(taskstypes.INDEX_STATUS_VACANT), int(taskstypes.INDEX_STATUS_RESERVED),
	})
	require.Equal(t, []work.IndexStatus{1, 2, 3, 4, 5}, []work.IndexStatus{
		work.IndexUnassigned, work.IndexAssigned, work.IndexHeld, work.IndexVacant, work.IndexReserved,
	})
	require.Equal(t, []int{1, 2, 3}, []int{int(networktypes.NODE_STATUS_JOINED), int(networktypes.NODE_STATUS_SUSPENDED), int(networktypes.NODE_STATUS_LEFT)})
	require.Equal(t, []work.MemberStatus{1, 2, 3}, []work.MemberStatus{work.MemberJoined, work.MemberSuspended, work.MemberLeft})
}

// query is one question, how it goes out, what comes back, and what is made of it.
type question struct {
	method string
	want   string // the request as text
	answer any
	ask    func(ctx context.Context, c *chain.Client) (any, error)
	got    any
}

// queries are all questions that have one answer.
func queries() map[string]question {
	member := &networktypes.QueryNodeResponse{Node: chainMember(3), Counters: networktypes.Counters{Proven: 1, Missed: 2, Lost: 3, Bad: 4}}
	record := chain.MemberRecord{Member: workMember(3), Proven: 1, Missed: 2, Lost: 3, Bad: 4}
	epoch := networktypes.Epoch{Number: 4, Open: 40, Close: 50, Weight: math.NewInt(9), Nodes: 3, Params: networktypes.DefaultNetworkParams()}
	calendar := networktypes.Calendar{Network: 2, Epoch: 4, RollsAt: 50, Nodes: 3}
	set := networktypes.QueryActiveSetResponse{Weight: math.NewInt(9), Nodes: 3, Owners: 2, LargestOwnerBps: 6000, Complete: true, Assurance: "low", AssuranceReason: "r"}
	earnings := rewardstypes.QueryEarningsResponse{Fees: math.NewInt(1), Matched: math.NewInt(2), Pending: math.NewInt(3), Epochs: 4, Presence: math.NewInt(5), Governance: "g", Complete: true}
	emission := rewardstypes.QueryEmissionResponse{Total: math.NewInt(1), Uptime: math.NewInt(2), Tasks: math.NewInt(3), Governance: math.NewInt(4), Burnt: math.NewInt(5)}
	return map[string]question{
		"member": {
			"/mesh.network.v1.Query/Node", `network:"net_1a2b3c4d" node:3 `, member,
			func(ctx context.Context, c *chain.Client) (any, error) { return c.Member(ctx, network, 3) }, record,
		},
		"member by operator": {
			"/mesh.network.v1.Query/NodeByOperator", `network:"net_1a2b3c4d" operator:"mesh1account" `, member,
			func(ctx context.Context, c *chain.Client) (any, error) {
				return c.MemberByOperator(ctx, network, account)
			}, record,
		},
		"member by peer": {
			"/mesh.network.v1.Query/NodeByPeer", `network:"net_1a2b3c4d" peer_id:"12D3" `, member,
			func(ctx context.Context, c *chain.Client) (any, error) { return c.MemberByPeer(ctx, network, "12D3") }, record,
		},
		"bootstraps": {
			"/mesh.network.v1.Query/Bootstraps", `network:"net_1a2b3c4d" `,
			&networktypes.QueryBootstrapsResponse{Records: []networktypes.Bootstrap{{PeerKey: bytesOf(9), Addrs: []string{"/ip4/1.2.3.4/tcp/1"}, ExpiresHeight: 90}}},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.Bootstraps(ctx, network) },
			[]work.Bootstrap{{Peer: networktypes.PeerID(bytesOf(9)), Addrs: []string{"/ip4/1.2.3.4/tcp/1"}, Expires: 90}},
		},
		"epoch": {
			"/mesh.network.v1.Query/Epoch", `network:"net_1a2b3c4d" number:4 `, &networktypes.QueryEpochResponse{Epoch: epoch, Calendar: calendar},
			func(ctx context.Context, c *chain.Client) (any, error) {
				e, cal, err := c.Epoch(ctx, network, 4)
				return []any{e, cal}, err
			}, []any{epoch, calendar},
		},
		"active set": {
			"/mesh.network.v1.Query/ActiveSet", `network:"net_1a2b3c4d" `, &set,
			func(ctx context.Context, c *chain.Client) (any, error) { return c.ActiveSet(ctx, network) }, set,
		},
		"deal": {
			"/mesh.tasks.v1.Query/Deal", `deal:12 `,
			&taskstypes.QueryDealResponse{Deal: chainDeal(12), Assurance: "protected", Indices: []taskstypes.Index{
				chainIndex(taskstypes.INDEX_STATUS_HELD), chainIndex(taskstypes.INDEX_STATUS_VACANT), {RepairPay: math.ZeroInt()},
			}},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.Deal(ctx, 12) },
			chain.DealRecord{Deal: workDeal(12), Assurance: "protected", Indices: []work.Index{workIndex(work.IndexHeld), workIndex(work.IndexVacant), {}}},
		},
		"channel": {
			"/mesh.tasks.v1.Query/Channel", `channel:7 `, &taskstypes.QueryChannelResponse{Channel: chainChannel(7)},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.Channel(ctx, 7) }, workChannel(7),
		},
		"watch": {
			"/mesh.tasks.v1.Query/Watch", `network:"net_1a2b3c4d" node:3 epoch:4 `,
			&taskstypes.QueryWatchResponse{SeedHeight: 42, Quorum: 2, Assurance: "low", Reason: "few", Slots: []taskstypes.WatchedSlot{
				{Slot: 0, From: 40, Until: 45, Seats: []taskstypes.WatchSeat{{Node: 5, Seats: 1, Worth: 7}}}, {Slot: 1, From: 45, Until: 50},
			}},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.Watch(ctx, network, 3, 4) },
			chain.WatchRecord{SeedHeight: 42, Assurance: "low", Reason: "few", Watch: work.Watch{Quorum: 2, Slots: []work.WatchedSlot{
				{Slot: 0, From: 40, Until: 45, Seats: []work.WatchSeat{{Node: 5, Seats: 1, Worth: 7}}}, {Slot: 1, From: 45, Until: 50},
			}}},
		},
		"duties": {
			"/mesh.tasks.v1.Query/Deadlines", `network:"net_1a2b3c4d" node:3 `,
			&taskstypes.QueryDeadlinesResponse{Deadlines: []taskstypes.Deadline{
				{Duty: "claim", Epoch: 4, From: 10, Until: 20, AtStake: math.NewInt(7)},
				{Duty: "open", Deal: 12, Index: 2, Request: 5, Until: 30, AtStake: math.NewInt(8)},
			}},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.Duties(ctx, network, 3) },
			[]work.Duty{
				{Kind: work.DutyClaim, Epoch: 4, From: 10, Until: 20, AtStake: u(7)},
				{Kind: work.DutyOpen, Ref: work.IndexRef{Deal: 12, Index: 2}, Request: 5, Until: 30, AtStake: u(8)},
			},
		},
		"window": {
			"/mesh.tasks.v1.Query/Window", `network:"net_1a2b3c4d" epoch:4 `,
			&taskstypes.QueryWindowResponse{Window: taskstypes.Window{ClaimsFrom: 1, ClaimsUntil: 2, Seed: bytesOf(3), SeedHeight: 4}},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.Window(ctx, network, 4) },
			work.Window{ClaimsFrom: 1, ClaimsUntil: 2, Seed: root(3), SeedHeight: 4},
		},
		"open requests": {
			"/mesh.tasks.v1.Query/OpenRequests", `network:"net_1a2b3c4d" node:3 `,
			&taskstypes.QueryOpenRequestsResponse{Requests: []taskstypes.OpenRequest{
				{Id: 1, Deal: 12, Index: 2, Node: 3, Position: 99, Deadline: 50, LayoutRoot: bytesOf(4), LayoutBytes: 2048, Bond: math.NewInt(1)},
			}},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.OpenRequests(ctx, network, 3) },
			[]work.OpenRequest{{ID: 1, Ref: work.IndexRef{Deal: 12, Index: 2}, Position: 99, Deadline: 50, Layout: work.Layout{Root: root(4), Bytes: 2048}}},
		},
		"claimed": {
			"/mesh.tasks.v1.Query/Claim", `network:"net_1a2b3c4d" node:3 epoch:4 `,
			&taskstypes.QueryClaimResponse{Claim: taskstypes.Claim{
				Root: bytesOf(5), Total: math.NewInt(70), ProvenHeight: 61, UptimeRoot: bytesOf(6), UptimeSlots: 3, DutyRoot: bytesOf(7), DutyWorth: 9,
			}},
			func(ctx context.Context, c *chain.Client) (any, error) {
				claim, at, err := c.Claimed(ctx, network, 3, 4)
				return []any{claim, at}, err
			}, []any{work.Claim{
				Epoch: 4, Deals: proof.Node{Hash: root(5), Sum: u(70)}, Slots: proof.Node{Hash: root(6), Sum: u(3)}, Duties: proof.Node{Hash: root(7), Sum: u(9)},
			}, int64(61)},
		},
		"last proven": {
			"/mesh.tasks.v1.Query/Owed", `network:"net_1a2b3c4d" node:3 epoch:9 `,
			&taskstypes.QueryOwedResponse{Owed: taskstypes.Owed{LastClaimed: 8, LastProven: 7, Amount: math.ZeroInt(), Exposure: math.ZeroInt()}},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.LastProven(ctx, network, 3, 9) }, uint64(7),
		},
		"earnings": {
			"/mesh.rewards.v1.Query/Earnings", `network:"net_1a2b3c4d" node:3 `, &earnings,
			func(ctx context.Context, c *chain.Client) (any, error) { return c.Earnings(ctx, network, 3) }, earnings,
		},
		"emission": {
			"/mesh.rewards.v1.Query/Emission", `network:"net_1a2b3c4d" epoch:4 `, &emission,
			func(ctx context.Context, c *chain.Client) (any, error) { return c.Emission(ctx, network, 4) }, emission,
		},
		"granters": {
			"/cosmos.feegrant.v1beta1.Query/Allowances", "",
			&feegrantv1beta1.QueryAllowancesResponse{Allowances: []*feegrantv1beta1.Grant{{Granter: "mesh1a"}, {Granter: "mesh1b"}}},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.Granters(ctx, account) }, []string{"mesh1a", "mesh1b"},
		},
		"has an allowance": {
			"/cosmos.feegrant.v1beta1.Query/Allowance", "", &feegrantv1beta1.QueryAllowanceResponse{},
			func(ctx context.Context, c *chain.Client) (any, error) { return c.HasAllowance(ctx, "mesh1a", account) }, true,
		},
	}
}

func TestQueries(t *testing.T) {
	for name, q := range queries() {
		t.Run(name, func(t *testing.T) {
			var asked string
			n := newFakeNode()
			n.answers = map[string]func(any) (any, error){q.method: func(req any) (any, error) {
				asked = fmt.Sprint(req)
				return q.answer, nil
			}}
			got, err := q.ask(t.Context(), newClient(t, testConfig(serveModules(t, n)), nil))
			require.NoError(t, err)
			require.Equal(t, q.got, got)
			if q.want != "" { // the others' text is random on purpose; see TestForeignRequests
				require.Equal(t, q.want, asked)
			}
		})
		t.Run(name+", unknown", func(t *testing.T) {
			n := newFakeNode()
			n.answers = map[string]func(any) (any, error){q.method: func(any) (any, error) { return nil, status.Error(codes.NotFound, "?") }}
			_, err := q.ask(t.Context(), newClient(t, testConfig(serveModules(t, n)), nil))
			if name == "has an allowance" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, chain.ErrNotFound)
			require.ErrorContains(t, err, "ask for ")
		})
		t.Run(name+", refused", func(t *testing.T) {
			n := newFakeNode()
			n.answers = map[string]func(any) (any, error){q.method: func(any) (any, error) { return nil, status.Error(codes.InvalidArgument, "so not") }}
			_, err := q.ask(t.Context(), newClient(t, testConfig(serveModules(t, n)), nil))
			require.ErrorIs(t, err, chain.ErrInvalid)
			require.ErrorContains(t, err, "so not")
		})
	}
}

// TestForeignRequests: what goes out to modules of the SDK.
func TestForeignRequests(t *testing.T) {
	n := newFakeNode()
	var seen []string
	n.answers = map[string]func(any) (any, error){
		"/cosmos.feegrant.v1beta1.Query/Allowances": func(req any) (any, error) {
			seen = append(seen, req.(*feegrantv1beta1.QueryAllowancesRequest).Grantee)
			return &feegrantv1beta1.QueryAllowancesResponse{}, nil
		},
		"/cosmos.feegrant.v1beta1.Query/Allowance": func(req any) (any, error) {
			r := req.(*feegrantv1beta1.QueryAllowanceRequest)
			seen = append(seen, r.Granter, r.Grantee)
			return nil, status.Error(codes.Internal, "fee-grant not found: unauthorized")
		},
	}
	c := newClient(t, testConfig(serveModules(t, n)), nil)
	granters, err := c.Granters(t.Context(), "mesh1op")
	require.NoError(t, err)
	require.Empty(t, granters)
	has, err := c.HasAllowance(t.Context(), "mesh1a", "mesh1op")
	require.NoError(t, err, "the SDK calls it an internal error")
	require.False(t, has)
	require.Equal(t, []string{"mesh1op", "mesh1a", "mesh1op"}, seen)

	n.answers["/cosmos.feegrant.v1beta1.Query/Allowance"] = func(any) (any, error) { return nil, status.Error(codes.Internal, "disk on fire") }
	_, err = c.HasAllowance(t.Context(), "mesh1a", "mesh1op")
	require.ErrorContains(t, err, "disk on fire")
}

// TestGarbage: what cannot be from a sound chain is an error that says so.
func TestGarbage(t *testing.T) {
	over := math.NewIntFromBigInt(new(big.Int).Lsh(big.NewInt(1), 128))
	for name, tc := range map[string]struct {
		query  string
		change func(answer any)
		says   string
	}{
		"fails: a bond over 2^128":      {"member", func(a any) { a.(*networktypes.QueryNodeResponse).Node.OwnBond = over }, "the amount 340282366920938463463374607431768211456"},
		"fails: a negative weight":      {"member", func(a any) { a.(*networktypes.QueryNodeResponse).Node.Weight = math.NewInt(-1) }, "the amount -1"},
		"fails: a key of 31 bytes":      {"member by peer", func(a any) { a.(*networktypes.QueryNodeResponse).Node.PeerKey = make([]byte, 31) }, "a hash of 31 bytes"},
		"fails: a host of 33 bytes":     {"bootstraps", func(a any) { a.(*networktypes.QueryBootstrapsResponse).Records[0].PeerKey = make([]byte, 33) }, "a hash of 33 bytes"},
		"fails: a rate over 2^128":      {"deal", func(a any) { a.(*taskstypes.QueryDealResponse).Deal.Rate = over }, "the amount 34028"},
		"fails: a root of 31 bytes":     {"deal", func(a any) { a.(*taskstypes.QueryDealResponse).Deal.Layout.Root = make([]byte, 31) }, "a hash of 31 bytes"},
		"fails: an ack of one byte":     {"deal", func(a any) { a.(*taskstypes.QueryDealResponse).Indices[1].Acked.Root = []byte{1} }, "a hash of 1 bytes"},
		"fails: two indices of three":   {"deal", func(a any) { r := a.(*taskstypes.QueryDealResponse); r.Indices = r.Indices[:2] }, "2 indices of a deal of 3"},
		"fails: four indices of three":  {"deal", func(a any) { r := a.(*taskstypes.QueryDealResponse); r.Indices = append(r.Indices, r.Indices[0]) }, "4 indices of a deal of 3"},
		"fails: a stake over 2^128":     {"duties", func(a any) { a.(*taskstypes.QueryDeadlinesResponse).Deadlines[1].AtStake = over }, "the amount 34028"},
		"fails: a seed of 31 bytes":     {"window", func(a any) { a.(*taskstypes.QueryWindowResponse).Window.Seed = make([]byte, 31) }, "a hash of 31 bytes"},
		"fails: a layout of 64 bytes":   {"open requests", func(a any) { a.(*taskstypes.QueryOpenRequestsResponse).Requests[0].LayoutRoot = make([]byte, 64) }, "a hash of 64 bytes"},
		"fails: a total over 2^128":     {"claimed", func(a any) { a.(*taskstypes.QueryClaimResponse).Claim.Total = over }, "the amount 34028"},
		"fails: a claim without a root": {"claimed", func(a any) { a.(*taskstypes.QueryClaimResponse).Claim.Root = []byte{1, 2} }, "a hash of 2 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			q := queries()[tc.query]
			tc.change(q.answer)
			n := newFakeNode()
			n.answers = map[string]func(any) (any, error){q.method: func(any) (any, error) { return q.answer, nil }}
			_, err := q.ask(t.Context(), newClient(t, testConfig(serveModules(t, n)), nil))
			require.ErrorContains(t, err, "the node answered "+tc.says)
		})
	}
}

// TestChallenge: the seed is the node's own, and nothing more is asked while there is none.
func TestChallenge(t *testing.T) {
	n := newFakeNode()
	window := taskstypes.Window{ClaimsFrom: 1, ClaimsUntil: 2}
	terms := networktypes.DefaultNetworkParams()
	terms.Storage.Openings = 0
	n.answers = map[string]func(any) (any, error){
		"/mesh.tasks.v1.Query/Window": func(any) (any, error) { return &taskstypes.QueryWindowResponse{Window: window}, nil },
	}
	c := newClient(t, testConfig(serveModules(t, n)), nil)
	got, err := c.Challenge(t.Context(), network, 3, 4)
	require.NoError(t, err)
	require.Equal(t, work.Challenge{}, got)

	window.Seed, window.SeedHeight = bytesOf(8), 99
	n.answers["/mesh.network.v1.Query/Network"] = func(any) (any, error) {
		one := math.OneInt()
		return &networktypes.QueryNetworkResponse{
			Network: networktypes.Network{Id: network, Seq: 17, Params: terms, Deposit: chain.Coin{Denom: "umesh", Amount: one}, Token: networktypes.Token{SupplyCap: one, InitialAllocation: one}},
			Supply:  chain.Coin{Denom: "x", Amount: one},
		}, nil
	}
	n.answers["/mesh.network.v1.Query/Epoch"] = func(req any) (any, error) {
		require.Equal(t, uint64(4), req.(*networktypes.QueryEpochRequest).Number, "the terms are those of the epoch")
		return &networktypes.QueryEpochResponse{Epoch: networktypes.Epoch{Number: 4, Nodes: 500, Params: terms, Weight: math.OneInt()}}, nil
	}
	got, err = c.Challenge(t.Context(), network, 3, 4)
	require.NoError(t, err)
	require.Equal(t, work.Challenge{Seed: taskstypes.ProofSeed(bytesOf(8), 17, 4, 3), Openings: 8, Watched: 3, Fixed: true}, got)
	other, err := c.Challenge(t.Context(), network, 5, 4)
	require.NoError(t, err)
	require.NotEqual(t, got.Seed, other.Seed)
}
