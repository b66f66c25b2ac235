package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

func TestAdvance(t *testing.T) {
	change := func(plus, minus int64) types.OwedChange {
		return types.OwedChange{Plus: math.NewInt(plus), Minus: math.NewInt(minus)}
	}
	o := types.NewOwed()
	for _, step := range []struct {
		epoch             uint64
		plus, minus, want int64
		since             uint64
	}{
		{3, 0, 0, 0, 0},
		{5, 10, 0, 10, 5},
		{6, 4, 0, 14, 5},
		{8, 1, 14, 1, 5},
		{9, 0, 1, 0, 0},
		{12, 7, 0, 7, 12},
	} {
		o = o.Advance(step.epoch, change(step.plus, step.minus))
		require.Equal(t, step.epoch, o.Epoch)
		require.Equal(t, step.want, o.Amount.Int64(), "epoch %d", step.epoch)
		require.Equal(t, step.since, o.OwingSince, "epoch %d", step.epoch)
	}
	require.True(t, types.NewChange().IsZero())
	require.True(t, change(5, 5).IsZero())
	require.False(t, change(5, 4).IsZero())
}

// book is a node's gaps, written as the keeper writes them with each accepted proof.
type book struct {
	firsts []uint64
	gaps   map[uint64]types.Gap
	last   uint64
}

func (b *book) prove(epoch uint64) {
	if epoch > b.last+1 {
		_, before := b.before(epoch)
		b.gaps[b.last+1] = types.Gap{Last: epoch - 1, Missed: before.Missed + epoch - 1 - b.last}
		b.firsts = append(b.firsts, b.last+1)
	}
	b.last = epoch
}

// before returns the last gap that begins at or before an epoch.
func (b *book) before(epoch uint64) (uint64, types.Gap) {
	for i := len(b.firsts) - 1; i >= 0; i-- {
		if b.firsts[i] <= epoch {
			return b.firsts[i], b.gaps[b.firsts[i]]
		}
	}
	return 0, types.Gap{}
}

// Two reads count the epochs without a proof, whatever was proven and whatever the epoch asked for.
func TestMissedIsACount(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		const epochs = 60
		proven := rapid.SliceOfN(rapid.Bool(), epochs, epochs).Draw(t, "proven")
		b := &book{gaps: map[uint64]types.Gap{}}
		for e, ok := range proven {
			if ok {
				b.prove(uint64(e) + 1)
			}
		}
		var missed uint64
		for x := uint64(0); x < epochs+20; x++ {
			if x > 0 && (x > epochs || !proven[x-1]) {
				missed++
			}
			first, gap := b.before(x)
			require.Equal(t, missed, types.Missed(x, first, gap, b.last), "until epoch %d", x)
		}
	})
}

func TestMissed(t *testing.T) {
	gap := types.Gap{Last: 9, Missed: 6} // 4 of 6 to 9, and two before
	for _, tc := range []struct {
		name        string
		x, last     uint64
		first, want uint64
	}{
		{"ok: before the gap ends", 7, 20, 6, 4},
		{"ok: at its end", 9, 20, 6, 6},
		{"ok: behind it", 15, 20, 6, 6},
		{"ok: behind the last proof", 25, 20, 6, 11},
	} {
		t.Run(tc.name, func(t *testing.T) { require.Equal(t, tc.want, types.Missed(tc.x, tc.first, gap, tc.last)) })
	}
	require.Equal(t, uint64(8), types.Missed(8, 0, types.Gap{}, 0), "a node that never proved missed all")
}
