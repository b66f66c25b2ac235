package keeper_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

func TestQueryAnswers(t *testing.T) {
	f := newFixture(t, 4, 100)
	for range 12 {
		f.reveals(f.set[f.height()%4])
	}
	params, err := f.query.Params(f.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, f.genesis().Params, params.Params)

	st, err := f.query.Status(f.ctx, &types.QueryStatusRequest{})
	require.NoError(t, err)
	require.Equal(t, &types.QueryStatusResponse{Round: f.export().Rounds[11], Assurance: "beacon"}, st)

	round, err := f.query.Round(f.ctx, &types.QueryRoundRequest{Height: 3})
	require.NoError(t, err)
	require.Equal(t, f.export().Rounds[2], round.Round)
	latest, err := f.query.Round(f.ctx, &types.QueryRoundRequest{})
	require.NoError(t, err)
	require.Equal(t, f.export().Rounds[11], latest.Round)

	revealer, err := f.query.Revealer(f.ctx, &types.QueryRevealerRequest{Validator: f.set[1].text})
	require.NoError(t, err)
	require.Equal(t, &types.QueryRevealerResponse{Revealer: f.export().Revealers[1], Remaining: 97}, revealer)

	seed, err := f.query.Seed(f.ctx, &types.QuerySeedRequest{Close: 4, Delay: 1, MMax: 4})
	require.NoError(t, err)
	require.Equal(t, &types.QuerySeedResponse{Value: f.round(7).Value, Height: 7, Revealers: 3, Assurance: types.AssuranceNone}, seed)
}

// With fewer than four revealers nothing is assured, and every view says so.
func TestQueryStatusWithoutAssurance(t *testing.T) {
	f := newFixture(t, 3, 100)
	f.reveals(f.set[0])
	st, err := f.query.Status(f.ctx, &types.QueryStatusRequest{})
	require.NoError(t, err)
	require.Equal(t, "none", st.Assurance)
}

// What is left is that of the chain in use at the height.
func TestQueryRevealerAfterRotation(t *testing.T) {
	f := newFixture(t, 1, 100)
	v := f.set[0]
	f.reveals(v)
	active := f.register(v, newHashChain("next", 7))
	remaining := func() uint64 {
		rsp, err := f.query.Revealer(f.ctx, &types.QueryRevealerRequest{Validator: v.text})
		require.NoError(t, err)
		return rsp.Remaining
	}
	for f.height() < active-1 {
		f.block(v)
		require.EqualValues(t, 99, remaining())
	}
	f.block(v)
	require.EqualValues(t, 7, remaining())
}

func TestQueryErrors(t *testing.T) {
	f := newFixture(t, 1, 100)
	other := f.add(1, 100)
	for range history + 5 {
		f.block(f.set[0])
	}
	q := f.query
	for _, c := range []struct {
		name string
		ask  func(context.Context) (any, error)
		code codes.Code
		want string
	}{
		{"fails: round of the future", func(ctx context.Context) (any, error) {
			return q.Round(ctx, &types.QueryRoundRequest{Height: 518})
		}, codes.InvalidArgument, "height 518 is not one of 1 to 517: invalid request"},
		{"fails: negative height", func(ctx context.Context) (any, error) { return q.Round(ctx, &types.QueryRoundRequest{Height: -1}) },
			codes.InvalidArgument, "height -1 is not one of 1 to 517: invalid request"},
		{"fails: round that is no longer kept", func(ctx context.Context) (any, error) { return q.Round(ctx, &types.QueryRoundRequest{Height: 5}) },
			codes.NotFound, "height 5 is no longer kept at height 517: seed too old"},
		{"fails: no address", func(ctx context.Context) (any, error) {
			return q.Revealer(ctx, &types.QueryRevealerRequest{Validator: "v"})
		}, codes.InvalidArgument, "validator: decoding bech32 failed: invalid bech32 string length 1: invalid request"},
		{"fails: address in capitals", func(ctx context.Context) (any, error) {
			return q.Revealer(ctx, &types.QueryRevealerRequest{Validator: strings.ToUpper(other.text)})
		}, codes.InvalidArgument, `validator "` + strings.ToUpper(other.text) + `" is not spelled as ` + other.text + `: invalid request`},
		{"fails: nothing registered", func(ctx context.Context) (any, error) {
			return q.Revealer(ctx, &types.QueryRevealerRequest{Validator: other.text})
		}, codes.NotFound, "validator " + other.text + " has registered no tip: not found"},
		{"fails: page too large", func(ctx context.Context) (any, error) {
			return q.Revealers(ctx, &types.QueryRevealersRequest{Pagination: &query.PageRequest{Limit: 101}})
		}, codes.InvalidArgument, "a page of 101 revealers is over the limit of 100"},
		{"fails: key and offset", func(ctx context.Context) (any, error) {
			return q.Revealers(ctx, &types.QueryRevealersRequest{Pagination: &query.PageRequest{Key: []byte{1}, Offset: 1}})
		}, codes.InvalidArgument, "invalid request, either offset or key is expected, got both"},
		{"fails: seed without m_max", func(ctx context.Context) (any, error) { return q.Seed(ctx, &types.QuerySeedRequest{Close: 9}) },
			codes.InvalidArgument, "close 9, delay 0, m_max 0: close is at least 1, delay at most 256, m_max 1 to 4: invalid request"},
		{"fails: seed that is not fixed", func(ctx context.Context) (any, error) {
			return q.Seed(ctx, &types.QuerySeedRequest{Close: 9, Delay: 3, MMax: 1})
		}, codes.Unavailable, "close 9, delay 3: not fixed at height 517: seed not fixed yet"},
		{"fails: seed that is too old", func(ctx context.Context) (any, error) { return q.Seed(ctx, &types.QuerySeedRequest{Close: 5, MMax: 1}) },
			codes.NotFound, "height 5 is no longer kept at height 517: seed too old"},
		{"fails: state that was never written", func(context.Context) (any, error) {
			empty := emptyFixture(t)
			return empty.query.Params(empty.ctx, &types.QueryParamsRequest{})
		}, codes.Internal, "collections: not found: key 'no_key' of type github.com/cosmos/gogoproto/mesh.beacon.v1.Params"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rsp, err := c.ask(f.ctx)
			require.Nil(t, rsp)
			require.Equal(t, c.code, status.Code(err))
			require.Equal(t, c.want, status.Convert(err).Message())
		})
	}
}

func TestQueryRevealersPages(t *testing.T) {
	f := newFixture(t, 120, 2)
	all := f.export().Revealers
	require.Len(t, all, 120)

	rsp, err := f.query.Revealers(f.ctx, &types.QueryRevealersRequest{})
	require.NoError(t, err)
	require.Equal(t, all[:100], rsp.Revealers, "a page without a limit")
	require.Equal(t, f.set[100].operator, rsp.Pagination.NextKey)

	var got []types.Revealer
	page := &query.PageRequest{Limit: 50, CountTotal: true}
	for pages := 1; ; pages++ {
		rsp, err := f.query.Revealers(f.ctx, &types.QueryRevealersRequest{Pagination: page})
		require.NoError(t, err)
		got = append(got, rsp.Revealers...)
		if rsp.Pagination.NextKey == nil {
			require.Equal(t, 3, pages)
			break
		}
		page = &query.PageRequest{Limit: 50, Key: rsp.Pagination.NextKey}
	}
	require.Equal(t, all, got)
}
