package chain_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	taskstypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// An answer is as old as its oldest part, and one that does not say how old it is may be of any age.
func TestHeightOfDeal(t *testing.T) {
	for _, tc := range []struct {
		name, header string
		want         int64
	}{
		{"ok: as it says", "41", 41},
		{"ok: it does not say", "", 0},
		{"ok: it says nonsense", "high", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := newFakeNode()
			n.height = tc.header
			n.answers = map[string]func(any) (any, error){"/mesh.tasks.v1.Query/Deal": func(any) (any, error) {
				return &taskstypes.QueryDealResponse{Deal: chainDeal(12), Indices: make([]taskstypes.Index, 3)}, nil
			}}
			d, err := newClient(t, testConfig(serveModules(t, n)), nil).Deal(t.Context(), 12)
			require.NoError(t, err)
			require.Equal(t, tc.want, d.Height)
		})
	}
}

func TestHeightOfDeals(t *testing.T) {
	for _, tc := range []struct {
		name, first, second string
		want                int64
	}{
		{"ok: the second node is behind", "41", "40", 40},
		{"ok: the second node is ahead", "41", "45", 41},
		{"ok: the second node does not say", "41", "", 0},
		{"ok: the first node does not say", "", "41", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			first, second := newFakeNode(), newFakeNode()
			first.height, second.height = tc.first, tc.second
			answer := func(lives uint64) map[string]func(any) (any, error) {
				return map[string]func(any) (any, error){"/mesh.tasks.v1.Query/DealsByClient": func(req any) (any, error) {
					i := at(pageOf(req))
					if i > lives {
						return nil, status.Error(codes.Unavailable, "gone")
					}
					res := &taskstypes.QueryDealsByClientResponse{Deals: []taskstypes.Deal{chainDeal(i)}, Pagination: &query.PageResponse{}}
					if i == 1 {
						res.Pagination = key(2)
					}
					return res, nil
				}}
			}
			first.answers, second.answers = answer(1), answer(2)
			c := newClient(t, testConfig(serveModules(t, first), serveModules(t, second)), nil)
			list, height, err := c.DealsOf(t.Context(), account)
			require.NoError(t, err)
			require.Len(t, list, 2)
			require.Equal(t, tc.want, height)
		})
	}
}
