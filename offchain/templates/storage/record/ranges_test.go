package record_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/test/seeded"
)

func TestKept(t *testing.T) {
	for name, tt := range map[string]struct {
		segments int
		drop     []int
		want     []record.Range
	}{
		"ok: nothing of nothing": {0, nil, nil},
		"ok: everything stays":   {3, nil, []record.Range{{From: 0, Count: 3}}},
		"ok: nothing stays":      {3, []int{2, 0, 1}, nil},
		"ok: the ends":           {4, []int{0, 3}, []record.Range{{From: 1, Count: 2}}},
		"ok: the middle, twice":  {5, []int{2, 2}, []record.Range{{From: 0, Count: 2}, {From: 3, Count: 2}}},
		"ok: out of order":       {6, []int{4, 1}, []record.Range{{From: 0, Count: 1}, {From: 2, Count: 2}, {From: 5, Count: 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := record.Kept(tt.segments, tt.drop)
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
	for name, drop := range map[string][]int{"fails: before": {1, -1}, "fails: beyond": {3, 1}} {
		t.Run(name, func(t *testing.T) {
			_, err := record.Kept(3, drop)
			require.ErrorIs(t, err, record.ErrRanges)
		})
	}
	drop := []int{2, 1}
	_, err := record.Kept(3, drop)
	require.NoError(t, err)
	require.Equal(t, []int{2, 1}, drop, "the caller's numbers stay as they were")
}

// TestApply compares with a walk over all segments.
func TestApply(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		base, added := numbers(t, "base"), numbers(t, "added")
		l := listOf(t, 3, base...)
		before := l.Encode()
		var drop, want []int
		for i, number := range base {
			if rapid.Bool().Draw(t, "drop") {
				drop = append(drop, i)
			} else {
				want = append(want, number)
			}
		}
		kept, err := record.Kept(len(base), drop)
		require.NoError(t, err)
		next, err := l.Apply(kept, listOf(t, 3, added...))
		require.NoError(t, err)
		require.Equal(t, listOf(t, 3, append(want, added...)...).Encode(), next.Encode())
		require.Equal(t, before, l.Encode(), "the list it was made from stays")
	})
}

func TestApplyRefuses(t *testing.T) {
	l, none := listOf(t, 3, upTo(10)...), listOf(t, 3)
	for name, kept := range map[string][]record.Range{
		"fails: an empty range":   {{From: 1, Count: 0}},
		"fails: beyond the end":   {{From: 9, Count: 2}},
		"fails: far beyond":       {{From: 11, Count: 1}},
		"fails: an overflow":      {{From: 2, Count: math.MaxUint64}},
		"fails: another overflow": {{From: math.MaxUint64, Count: 2}},
		"fails: out of order":     {{From: 5, Count: 1}, {From: 2, Count: 1}},
		"fails: twice":            {{From: 5, Count: 2}, {From: 6, Count: 2}},
		"fails: not joined":       {{From: 5, Count: 2}, {From: 7, Count: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := l.Apply(kept, none)
			require.ErrorIs(t, err, record.ErrRanges)
		})
	}
	_, err := l.Apply(nil, listOf(t, 4))
	require.ErrorIs(t, err, record.ErrList)
	next, err := l.Apply([]record.Range{{From: 0, Count: 10}}, none)
	require.NoError(t, err)
	require.Equal(t, l, next)
}
