package types_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// TestNextOpening: after now, at most a length away, and the next of the same grid: the opening asked
// from itself is one length on, and every height in between leads to the same one.
func TestNextOpening(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		id := fmt.Sprintf("net_%08x", rapid.Uint32().Draw(rt, "id"))
		length := rapid.Uint64Range(1, 1_000_000).Draw(rt, "length")
		now := rapid.Int64Range(0, 1<<40).Draw(rt, "now")
		next := types.NextOpening(id, length, now)
		require.Greater(rt, next, now)
		require.LessOrEqual(rt, next, now+int64(length))
		require.Equal(rt, next+int64(length), types.NextOpening(id, length, next))
		between := rapid.Int64Range(now, next-1).Draw(rt, "between")
		require.Equal(rt, next, types.NextOpening(id, length, between))
	})
}

// TestOpeningsAreStaggered spreads 72,000 networks over an hour of 720 blocks. The bound is the
// 99.9 % point of chi-square for 719 degrees of freedom (any table of the distribution, or the
// approximation of Wilson and Hilferty).
func TestOpeningsAreStaggered(t *testing.T) {
	const length, each = 720, 100
	observed := make([]int, length)
	for i := range length * each {
		observed[types.NextOpening(fmt.Sprintf("net_%08x", i), length, 0)-1]++
	}
	chi := 0
	for _, o := range observed {
		chi += (o - each) * (o - each)
	}
	require.Less(t, chi/each, 841)
}

func TestAwake(t *testing.T) {
	for _, c := range []struct {
		name string
		cal  types.Calendar
		want bool
	}{
		{"ok: nothing", types.Calendar{Epoch: 7, RollsAt: 9, NextNode: 3, NextOwnerSlot: 2}, false},
		{"ok: a node", types.Calendar{Nodes: 1}, true},
		{"ok: a duty", types.Calendar{Duties: 1}, true},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, c.cal.Awake()) })
	}
}
