package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

func TestCurrent(t *testing.T) {
	for _, tc := range []struct {
		name    string
		k, n, c uint32
	}{
		{"ok: 1/2", 1, 2, 2}, {"ok: 1/3", 1, 3, 2}, {"ok: 4/7", 4, 7, 6}, {"ok: 4/8", 4, 8, 6},
		{"ok: 10/30", 10, 30, 20}, {"ok: 127/128", 127, 128, 128}, {"ok: 1/128", 1, 128, 65},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := types.Profile{K: tc.k, N: tc.n}
			require.NoError(t, p.Validate())
			require.Equal(t, tc.c, p.Current())
			require.LessOrEqual(t, p.Current(), p.N)
			require.Greater(t, p.Current(), p.K)
		})
	}
}

func TestCheckLayout(t *testing.T) {
	d := types.Deal{Space: 100, Layout: types.Layout{Version: 3}}
	root := make([]byte, 32)
	for _, tc := range []struct {
		name string
		l    types.Layout
		ok   bool
	}{
		{"ok: all of the space", types.Layout{Version: 4, Root: root, Bytes: 100}, true},
		{"ok: one byte", types.Layout{Version: 4, Root: root, Bytes: 1}, true},
		{"fails: same version", types.Layout{Version: 3, Root: root, Bytes: 1}, false},
		{"fails: version left out", types.Layout{Version: 5, Root: root, Bytes: 1}, false},
		{"fails: nothing", types.Layout{Version: 4, Root: root}, false},
		{"fails: a byte too many", types.Layout{Version: 4, Root: root, Bytes: 101}, false},
		{"fails: short root", types.Layout{Version: 4, Root: root[1:], Bytes: 1}, false},
		{"fails: no root", types.Layout{Version: 4, Bytes: 1}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := d.CheckLayout(tc.l)
			if tc.ok {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, types.ErrInvalidLayout)
			}
		})
	}
}

func TestCovers(t *testing.T) {
	d := types.Deal{LastEpoch: 9}
	held := types.Index{Status: types.INDEX_STATUS_HELD, FromEpoch: 5}
	for epoch, want := range map[uint64]bool{4: false, 5: true, 9: true, 10: false} {
		require.Equal(t, want, held.Covers(epoch, d), "epoch %d", epoch)
	}
	for _, s := range []types.IndexStatus{
		types.INDEX_STATUS_UNASSIGNED, types.INDEX_STATUS_ASSIGNED, types.INDEX_STATUS_VACANT, types.INDEX_STATUS_RESERVED,
	} {
		require.False(t, types.Index{Status: s, FromEpoch: 5}.Covers(6, d), s)
	}
}

func TestAckDue(t *testing.T) {
	i := types.NewIndex(7, 100)
	require.False(t, i.HasNode())
	require.True(t, i.RepairPay.Equal(math.ZeroInt()))
	for epoch, want := range map[uint64]bool{7: false, 8: false, 9: true, 20: true} {
		require.Equal(t, want, i.AckDue(epoch), "epoch %d", epoch)
	}
}
