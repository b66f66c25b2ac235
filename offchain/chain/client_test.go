package chain_test

import (
	"context"
	"crypto/rand"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	authv1beta1 "cosmossdk.io/api/cosmos/auth/v1beta1"
	basev1beta1 "cosmossdk.io/api/cosmos/base/v1beta1"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/mesh-protocol/mesh/offchain/chain"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// testConfig polls fast and waits shortly.
func testConfig(endpoints ...string) chain.Config {
	cfg := chain.DefaultConfig(endpoints, fakeChain)
	cfg.CallTimeout, cfg.InclusionTimeout, cfg.PollInterval = 5*time.Second, 5*time.Second, 5*time.Millisecond
	return cfg
}

func newClient(t *testing.T, cfg chain.Config, kr *chain.Keyring) *chain.Client {
	t.Helper()
	c, err := chain.New(cfg, chain.Deps{Keyring: kr, Rand: rand.Reader})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// refusing returns an address where nobody listens.
func refusing(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// silent returns an address where connections are taken and nothing is ever said.
func silent(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l.Addr().String()
}

func TestConfigValidate(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*chain.Config)
		valid  bool
	}{
		"ok: default":              {func(*chain.Config) {}, true},
		"ok: https":                {func(c *chain.Config) { c.Endpoints = []string{"https://node.example.com:443"} }, true},
		"ok: no chain id":          {func(c *chain.Config) { c.ChainID = "" }, true},
		"fails: no endpoint":       {func(c *chain.Config) { c.Endpoints = nil }, false},
		"fails: 17 endpoints":      {func(c *chain.Config) { c.Endpoints = make([]string, 17) }, false},
		"fails: no port":           {func(c *chain.Config) { c.Endpoints = []string{"localhost"} }, false},
		"fails: a path":            {func(c *chain.Config) { c.Endpoints = []string{"ftp://a/b"} }, false},
		"fails: price without sum": {func(c *chain.Config) { c.GasPrice = "umesh" }, false},
		"fails: price, no denom":   {func(c *chain.Config) { c.GasPrice = "0.005" }, false},
		"fails: price, no number":  {func(c *chain.Config) { c.GasPrice = "-1umesh" }, false},
		"fails: no deadline":       {func(c *chain.Config) { c.CallTimeout = 0 }, false},
		"fails: no wait":           {func(c *chain.Config) { c.InclusionTimeout = 0 }, false},
		"fails: no pause":          {func(c *chain.Config) { c.PollInterval = 0 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := chain.DefaultConfig([]string{"127.0.0.1:9090"}, fakeChain)
			tc.change(&cfg)
			if tc.valid {
				require.NoError(t, cfg.Validate())
				return
			}
			require.ErrorIs(t, cfg.Validate(), chain.ErrInvalid)
			_, err := chain.New(cfg, chain.Deps{})
			require.ErrorIs(t, err, chain.ErrInvalid)
		})
	}
}

func TestIsDevnet(t *testing.T) {
	require.True(t, chain.IsDevnet("mesh-devnet-1"))
	require.True(t, chain.IsDevnet("mesh-local-1"))
	require.False(t, chain.IsDevnet("mesh-1"))
	require.False(t, chain.IsDevnet("my-mesh-devnet-1"))
	require.False(t, chain.IsDevnet(""))
}

func TestLatest(t *testing.T) {
	endpoint := newFakeNode().serve(t)
	head, err := newClient(t, testConfig(endpoint), nil).Latest(t.Context())
	require.NoError(t, err)
	require.Equal(t, chain.Block{ChainID: fakeChain, Height: 41, Time: fakeTime(), Endpoint: endpoint}, head)
}

func TestRotation(t *testing.T) {
	t.Run("ok: the next endpoint answers, and is asked first from then on", func(t *testing.T) {
		deaf, node := newFakeNode(), newFakeNode()
		deaf.hangs = true
		cfg := testConfig(deaf.serve(t), node.serve(t))
		cfg.CallTimeout = time.Second
		c := newClient(t, cfg, nil)
		for range 2 {
			head, err := c.Latest(t.Context())
			require.NoError(t, err)
			require.Equal(t, cfg.Endpoints[1], head.Endpoint)
			require.Equal(t, 1, deaf.called())
		}
	})
	t.Run("ok: who answers is asked, the rest is left alone", func(t *testing.T) {
		first, second := newFakeNode(), newFakeNode()
		_, err := newClient(t, testConfig(refusing(t), first.serve(t), second.serve(t)), nil).Latest(t.Context())
		require.NoError(t, err)
		require.Positive(t, first.called())
		require.Zero(t, second.called())
	})
	t.Run("ok: behind the last comes the first", func(t *testing.T) {
		first, second := newFakeNode(), newFakeNode()
		stop := make(chan func(), 1)
		cfg := testConfig(refusing(t), second.serve(t, func(s *grpc.Server) { stop <- s.Stop }))
		cfg.Endpoints = append(cfg.Endpoints, first.serve(t))
		c := newClient(t, cfg, nil)
		_, err := c.Latest(t.Context())
		require.NoError(t, err)
		(<-stop)()
		head, err := c.Latest(t.Context())
		require.NoError(t, err)
		require.Equal(t, cfg.Endpoints[2], head.Endpoint)
	})
	t.Run("fails: nobody answers", func(t *testing.T) {
		cfg := testConfig(refusing(t), silent(t))
		cfg.CallTimeout = 100 * time.Millisecond
		_, err := newClient(t, cfg, nil).Latest(t.Context())
		var unreachable *chain.UnreachableError
		require.ErrorAs(t, err, &unreachable)
		require.ErrorIs(t, err, chain.ErrUnreachable)
		require.Len(t, unreachable.Tried, 2)
		require.Equal(t, cfg.Endpoints[0], unreachable.Tried[0].Endpoint)
		require.EqualError(t, unreachable.Tried[0].Err, "connection refused")
		require.Equal(t, cfg.Endpoints[1], unreachable.Tried[1].Endpoint)
		require.EqualError(t, unreachable.Tried[1].Err, "no answer in time")
		require.Equal(t, "chain is unreachable: tried "+cfg.Endpoints[0]+" (connection refused), "+cfg.Endpoints[1]+" (no answer in time)", unreachable.Error())
		require.Contains(t, unreachable.Fixes(), "mesh devnet up")
		require.Contains(t, unreachable.Fixes(), "--node")
	})
	t.Run("fails: the caller's context ends", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := newClient(t, testConfig(silent(t)), nil).Latest(ctx)
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestWrongChain(t *testing.T) {
	node := newFakeNode()
	node.chainID = "mesh-devnet-2"
	endpoint := node.serve(t)
	_, err := newClient(t, testConfig(endpoint), nil).Balances(t.Context(), "mesh1x")
	var wrong *chain.WrongChainError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, chain.WrongChainError{Endpoint: endpoint, Want: fakeChain, Got: "mesh-devnet-2"}, *wrong)
	require.ErrorIs(t, err, chain.ErrWrongChain)

	cfg := testConfig(endpoint)
	cfg.ChainID = ""
	head, err := newClient(t, cfg, nil).Latest(t.Context())
	require.NoError(t, err, "without a chain id any chain may be asked")
	require.Equal(t, "mesh-devnet-2", head.ChainID)
}

func TestAccount(t *testing.T) {
	node := newFakeNode()
	node.accounts["mesh1a"] = &authv1beta1.BaseAccount{AccountNumber: 7, Sequence: 3}
	c := newClient(t, testConfig(node.serve(t)), nil)
	a, err := c.Account(t.Context(), "mesh1a")
	require.NoError(t, err)
	require.Equal(t, chain.Account{Address: "mesh1a", Number: 7, Sequence: 3}, a)
	_, err = c.Account(t.Context(), "mesh1b")
	require.ErrorIs(t, err, chain.ErrNotFound)
	require.EqualError(t, err, "ask for account mesh1b: not found on chain")
}

func TestBalances(t *testing.T) {
	node := newFakeNode()
	node.balances["mesh1a"] = []*basev1beta1.Coin{{Denom: "a", Amount: "1"}, {Denom: "b", Amount: "2"}, {Denom: "c", Amount: "3"}, {Denom: "d", Amount: "4"}, {Denom: "e", Amount: "5"}}
	node.balances["mesh1broken"] = []*basev1beta1.Coin{{Denom: "umesh", Amount: "many"}}
	c := newClient(t, testConfig(node.serve(t)), nil)
	coins, err := c.Balances(t.Context(), "mesh1a")
	require.NoError(t, err)
	require.Len(t, coins, 5)
	for i, coin := range coins {
		require.Equal(t, string(rune('a'+i)), coin.Denom)
		require.Equal(t, int64(i+1), coin.Amount.Int64())
	}
	coins, err = c.Balances(t.Context(), "mesh1nobody")
	require.NoError(t, err)
	require.Empty(t, coins)
	_, err = c.Balances(t.Context(), "mesh1broken")
	require.ErrorContains(t, err, `the amount "many"`)
	_, err = c.Balance(t.Context(), "mesh1broken", "umesh")
	require.ErrorContains(t, err, `the amount "many"`)

	coin, err := c.Balance(t.Context(), "mesh1a", "c")
	require.NoError(t, err)
	require.Equal(t, "3c", coin.String())
}

func TestMetadata(t *testing.T) {
	c := newClient(t, testConfig(newFakeNode().serve(t)), nil)
	m, err := c.Metadata(t.Context(), "umesh")
	require.NoError(t, err)
	require.Equal(t, chain.Metadata{Base: "umesh", Display: "mesh", Exponent: 6, Name: "Mesh", Symbol: "MESH"}, m)
	_, err = c.Metadata(t.Context(), "unone")
	require.ErrorIs(t, err, chain.ErrNotFound)
}

// fakeNetworks answers for x/network.
type fakeNetworks struct {
	*networktypes.UnimplementedQueryServer
	list []networktypes.Network
}

func (f fakeNetworks) Params(context.Context, *networktypes.QueryParamsRequest) (*networktypes.QueryParamsResponse, error) {
	return &networktypes.QueryParamsResponse{Params: networktypes.DevnetParams()}, nil
}

func (f fakeNetworks) Network(_ context.Context, req *networktypes.QueryNetworkRequest) (*networktypes.QueryNetworkResponse, error) {
	for _, n := range f.list {
		if n.Id == req.Id {
			return &networktypes.QueryNetworkResponse{Network: n, Supply: chain.Coin{Denom: n.Token.Denom, Amount: math.NewInt(9)}}, nil
		}
	}
	return nil, status.Error(codes.NotFound, "network not found")
}

func (f fakeNetworks) NetworkByName(_ context.Context, req *networktypes.QueryNetworkByNameRequest) (*networktypes.QueryNetworkResponse, error) {
	return nil, status.Errorf(codes.InvalidArgument, "%q is too short", req.Name)
}

// Networks gives at most three a page.
func (f fakeNetworks) Networks(_ context.Context, req *networktypes.QueryNetworksRequest) (*networktypes.QueryNetworksResponse, error) {
	from := 0
	if k := req.Pagination.GetKey(); len(k) == 1 {
		from = int(k[0])
	}
	to := min(from+min(3, int(req.Pagination.GetLimit())), len(f.list))
	res := &networktypes.QueryNetworksResponse{Networks: f.list[from:to], Pagination: &query.PageResponse{}}
	if to < len(f.list) {
		res.Pagination.NextKey = []byte{byte(to)}
	}
	return res, nil
}

func TestNetworks(t *testing.T) {
	fake := fakeNetworks{}
	for _, id := range []string{"net_00000001", "net_00000002", "net_00000003", "net_00000004", "net_00000005"} {
		n := networktypes.Network{Id: id, Params: networktypes.DefaultNetworkParams(), Deposit: chain.Coin{Denom: "umesh", Amount: math.NewInt(1)}}
		n.Token = networktypes.Token{Denom: id + "/ustr", SupplyCap: math.NewInt(10), InitialAllocation: math.NewInt(1)}
		fake.list = append(fake.list, n)
	}
	endpoint := newFakeNode().serve(t, func(s *grpc.Server) { networktypes.RegisterQueryServer(s, fake) })
	c := newClient(t, testConfig(endpoint), nil)

	rules, err := c.NetworkRules(t.Context())
	require.NoError(t, err)
	require.Equal(t, networktypes.DevnetParams(), rules)

	n, supply, err := c.Network(t.Context(), "net_00000002")
	require.NoError(t, err)
	require.Equal(t, fake.list[1], n)
	require.Equal(t, "9net_00000002/ustr", supply.String())
	_, _, err = c.Network(t.Context(), "net_00000009")
	require.ErrorIs(t, err, chain.ErrNotFound)
	_, _, err = c.NetworkByName(t.Context(), "x")
	require.ErrorIs(t, err, chain.ErrInvalid)

	for _, tc := range []struct {
		limit, want int
		more        bool
	}{{1, 1, true}, {3, 3, true}, {4, 4, true}, {5, 5, false}, {100, 5, false}} {
		list, more, err := c.Networks(t.Context(), tc.limit)
		require.NoError(t, err)
		require.Equal(t, fake.list[:tc.want], list, "limit %d", tc.limit)
		require.Equal(t, tc.more, more, "limit %d", tc.limit)
	}
}
