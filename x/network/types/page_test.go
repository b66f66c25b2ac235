package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/mesh-protocol/mesh/x/network/types"
)

func TestPage(t *testing.T) {
	for _, c := range []struct {
		name     string
		in, want *query.PageRequest
		err      string
	}{
		{"ok: none", nil, &query.PageRequest{Limit: 100}, ""},
		{"ok: of no size", &query.PageRequest{}, &query.PageRequest{Limit: 100}, ""},
		{"ok: the largest", &query.PageRequest{Limit: 100, Offset: 1_000}, &query.PageRequest{Limit: 100, Offset: 1_000}, ""},
		{"ok: goes on, backwards", &query.PageRequest{Key: []byte{1}, Limit: 7, Reverse: true}, &query.PageRequest{Key: []byte{1}, Limit: 7, Reverse: true}, ""},
		{"ok: the total is not counted", &query.PageRequest{Limit: 7, CountTotal: true}, &query.PageRequest{Limit: 7}, ""},
		{"fails: larger", &query.PageRequest{Limit: 101}, nil, "a page of 101 is over the limit of 100: invalid request"},
		{"fails: farther", &query.PageRequest{Limit: 1, Offset: 1_001}, nil,
			"an offset of 1001 is over the limit of 1000; go on with the key of the page before: invalid request"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := types.Page(c.in)
			if c.err != "" {
				require.EqualError(t, err, c.err)
				require.ErrorIs(t, err, types.ErrInvalidRequest)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}
