package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/mesh-protocol/mesh/x/network/types"
)

func TestQueryParams(t *testing.T) {
	f := newFixture(t)
	res, err := f.queries.Params(f.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, types.DefaultParams(), res.Params)

	require.NoError(t, f.keeper.DropParams(f.ctx))
	_, err = f.queries.Params(f.ctx, &types.QueryParamsRequest{})
	require.Equal(t, codes.Internal, status.Code(err))
}

func TestQueryNetwork(t *testing.T) {
	f := newFixture(t)
	f.create(t, "First")
	id := f.create(t, "Storage Net").Id
	want := types.QueryNetworkResponse{Network: f.export(t).Networks[1], Supply: sdk.NewInt64Coin(id+"/ustr", 100_000_000_000_000), Status: types.StatusDormant}
	for _, c := range []struct {
		name string
		ask  func() (*types.QueryNetworkResponse, error)
		code codes.Code
		text string
	}{
		{"ok: id", byID(f, id), codes.OK, ""},
		{"ok: name", byName(f, "Storage Net"), codes.OK, ""},
		{"ok: name that folds to the same", byName(f, "ＳＴＯＲＡＧＥ\u00a0ｎｅｔ"), codes.OK, ""},
		{"fails: unknown id", byID(f, "net_00000000"), codes.NotFound, `"net_00000000": network not found`},
		{"fails: unknown name", byName(f, "Storage Ne"), codes.NotFound, `"storage ne": network not found`},
		{"fails: no id", byID(f, ""), codes.InvalidArgument, `network id "" is not net_ and 8 hex digits: invalid request`},
		{"fails: id in upper case", byID(f, "NET_00000000"), codes.InvalidArgument, `network id "NET_00000000" is not net_ and 8 hex digits: invalid request`},
		{"fails: name instead of id", byID(f, "Storage Net"), codes.InvalidArgument, `network id "Storage Net" is not net_ and 8 hex digits: invalid request`},
		{"fails: no name", byName(f, ""), codes.InvalidArgument, `"" has 0 characters, a name has 3 to 32: invalid name`},
		{"fails: impossible name", byName(f, "a\xff"), codes.InvalidArgument, `a name is valid UTF-8 of at most 32 characters: invalid name`},
		{"fails: no request for an id", func() (*types.QueryNetworkResponse, error) { return f.queries.Network(f.ctx, nil) }, codes.InvalidArgument,
			`network id "" is not net_ and 8 hex digits: invalid request`},
		{"fails: no request for a name", func() (*types.QueryNetworkResponse, error) { return f.queries.NetworkByName(f.ctx, nil) }, codes.InvalidArgument,
			`"" has 0 characters, a name has 3 to 32: invalid name`},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, err := c.ask()
			require.Equal(t, c.code, status.Code(err))
			if c.code == codes.OK {
				require.Equal(t, want.String(), res.String())
				return
			}
			require.Equal(t, c.text, status.Convert(err).Message())
			require.Nil(t, res)
		})
	}
}

func byID(f *fixture, id string) func() (*types.QueryNetworkResponse, error) {
	return func() (*types.QueryNetworkResponse, error) {
		return f.queries.Network(f.ctx, &types.QueryNetworkRequest{Id: id})
	}
}

func byName(f *fixture, name string) func() (*types.QueryNetworkResponse, error) {
	return func() (*types.QueryNetworkResponse, error) {
		return f.queries.NetworkByName(f.ctx, &types.QueryNetworkByNameRequest{Name: name})
	}
}

// manyNetworks makes as many networks as asked for, without a fee.
func manyNetworks(t *testing.T, count int) *fixture {
	t.Helper()
	f := newFixture(t)
	f.setFee(t, 0)
	for i := range count {
		f.create(t, fmt.Sprintf("Net %03d", i+1))
	}
	return f
}

// seqs are the state keys of a page.
func seqs(res *types.QueryNetworksResponse) []uint64 {
	var list []uint64
	for _, n := range res.Networks {
		list = append(list, n.Seq)
	}
	return list
}

func span(from, to uint64) []uint64 {
	var list []uint64
	for i := from; i <= to; i++ {
		list = append(list, i)
	}
	return list
}

func TestQueryNetworksPages(t *testing.T) {
	f := manyNetworks(t, 103)
	for _, c := range []struct {
		name  string
		page  *query.PageRequest
		want  []uint64
		total uint64
		more  bool
	}{
		{"ok: no page is a page of 100", nil, span(1, 100), 0, true},
		{"ok: limit of 0 is a page of 100", &query.PageRequest{}, span(1, 100), 0, true},
		{"ok: limit of 1", &query.PageRequest{Limit: 1}, span(1, 1), 0, true},
		{"ok: limit of 100", &query.PageRequest{Limit: 100}, span(1, 100), 0, true},
		{"ok: the total is not counted", &query.PageRequest{Limit: 2, CountTotal: true}, span(1, 2), 0, true},
		{"ok: offset", &query.PageRequest{Offset: 100, Limit: 100}, span(101, 103), 0, false},
		{"ok: offset behind the last", &query.PageRequest{Offset: 103, Limit: 1}, nil, 0, false},
		{"ok: newest first", &query.PageRequest{Limit: 2, Reverse: true}, []uint64{103, 102}, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, err := f.queries.Networks(f.ctx, &types.QueryNetworksRequest{Pagination: c.page})
			require.NoError(t, err)
			require.Equal(t, c.want, seqs(res))
			require.Equal(t, c.total, res.Pagination.Total)
			require.Equal(t, c.more, len(res.Pagination.NextKey) > 0)
		})
	}
	for name, page := range map[string]*query.PageRequest{
		"fails: limit of 101":   {Limit: 101},
		"fails: largest limit":  {Limit: 1<<64 - 1},
		"fails: offset and key": {Offset: 1, Key: []byte{1}, Limit: 1},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := f.queries.Networks(f.ctx, &types.QueryNetworksRequest{Pagination: page})
			require.Equal(t, codes.InvalidArgument, status.Code(err))
			require.Nil(t, res)
		})
	}
}

// TestQueryNetworksWalk follows the next key to the end: every network once, as stored.
func TestQueryNetworksWalk(t *testing.T) {
	f := manyNetworks(t, 23)
	for _, limit := range []uint64{1, 7, 22, 23, 24, 100} {
		var got []types.Network
		page := &query.PageRequest{Limit: limit}
		for page.Key != nil || got == nil {
			res, err := f.queries.Networks(f.ctx, &types.QueryNetworksRequest{Pagination: page})
			require.NoError(t, err)
			require.NotEmpty(t, res.Networks)
			got = append(got, res.Networks...)
			page.Key = res.Pagination.NextKey
		}
		require.Equal(t, f.export(t).Networks, got)
	}
}

func TestQueryNetworksOfAnEmptyChain(t *testing.T) {
	f := newFixture(t)
	res, err := f.queries.Networks(f.ctx, nil)
	require.NoError(t, err)
	require.Empty(t, res.Networks)
	require.Empty(t, res.Pagination.NextKey)
}
