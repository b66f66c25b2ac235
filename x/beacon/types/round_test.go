package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/beacon/types"
)

func TestNeeded(t *testing.T) {
	// What m is for r = 0, 1, … 4 revealers without a bound; from 5 on it is at least 4.
	few := []uint32{1, 1, 2, 2, 3}
	for r := uint32(0); r <= 100; r++ {
		for mMax := uint32(1); mMax <= types.MaxReach; mMax++ {
			want := uint32(types.MaxReach)
			if int(r) < len(few) {
				want = few[r]
			}
			require.Equal(t, min(want, mMax), types.Needed(r, mMax), "r %d, m_max %d", r, mMax)
		}
	}
}

// Without the bound, m revealers are what is left when as many as possible are silent that are no
// more than a third.
func TestNeededLeavesAThirdSilent(t *testing.T) {
	for r := uint32(1); r <= 100; r++ {
		var silent uint32
		for 3*(silent+1) <= r {
			silent++
		}
		require.Equal(t, r-silent, types.Needed(r, 1000), "r %d", r)
	}
}

func TestReached(t *testing.T) {
	r := types.Round{Height: 9, Reach: []types.Reach{{Id: 3, Height: 9}, {Id: 1, Height: 7}, {Id: 2, Height: 2}}}
	for m, want := range []int64{0, 9, 7, 2, 0, 0} {
		require.Equal(t, want, r.Reached(uint32(m)), "m %d", m)
	}
	for m := range uint32(6) {
		require.Zero(t, types.Round{Height: 9}.Reached(m), "m %d", m)
	}
	require.Zero(t, r.Reached(1<<31))
	require.Zero(t, r.Reached(1<<32-1))
}

func TestRevealed(t *testing.T) {
	reach := func(pairs ...int) []types.Reach {
		var list []types.Reach
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, types.Reach{Id: uint32(pairs[i]), Height: int64(pairs[i+1])})
		}
		return list
	}
	for _, c := range []struct {
		name   string
		before []types.Reach
		id     uint32
		want   []types.Reach
	}{
		{"ok: the first ever", nil, 7, reach(7, 9)},
		{"ok: a new one", reach(1, 8, 2, 3), 7, reach(7, 9, 1, 8, 2, 3)},
		{"ok: the latest again", reach(1, 8, 2, 3), 1, reach(1, 9, 2, 3)},
		{"ok: an earlier one again", reach(1, 8, 2, 3), 2, reach(2, 9, 1, 8)},
		{"ok: a fifth drops the oldest", reach(1, 8, 2, 7, 3, 6, 4, 5), 5, reach(5, 9, 1, 8, 2, 7, 3, 6)},
		{"ok: the fourth again drops nobody", reach(1, 8, 2, 7, 3, 6, 4, 5), 4, reach(4, 9, 1, 8, 2, 7, 3, 6)},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := types.Round{Height: 9, Value: filled(1), Reach: c.before, Eligible: 6}
			got := before.Revealed(c.id, filled(2))
			want := types.Round{Height: 9, Value: types.NextValue(filled(1), 9, filled(2)), Reach: c.want, Eligible: 6}
			require.Equal(t, want, got)
			require.Equal(t, types.Round{Height: 9, Value: filled(1), Reach: c.before, Eligible: 6}, before, "the round before is left alone")
		})
	}
}

// Over any history: the reach is that of the last four distinct revealers, latest first, and what
// is reached never decreases for any m, which the search by halves rests on.
func TestRevealedHistories(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		revealers := rapid.Uint32Range(1, 8).Draw(t, "revealers")
		latest := map[uint32]int64{}
		round := types.Round{Value: filled(0)}
		for height := int64(1); height <= 60; height++ {
			before := round
			round.Height = height
			if id := rapid.Uint32Range(0, revealers).Draw(t, "id"); id != 0 {
				round = round.Revealed(id, filled(byte(id)))
				latest[id] = height
			}
			require.Equal(t, wantReach(latest), round.Reach)
			for m := uint32(0); m <= types.MaxReach+1; m++ {
				require.GreaterOrEqual(t, round.Reached(m), before.Reached(m), "m %d at height %d", m, height)
			}
		}
	})
}

// wantReach returns the four latest reveals of distinct revealers, the slow way.
func wantReach(latest map[uint32]int64) []types.Reach {
	var list []types.Reach
	for height := int64(60); height > 0 && len(list) < types.MaxReach; height-- {
		for id, at := range latest {
			if at == height {
				list = append(list, types.Reach{Id: id, Height: at})
			}
		}
	}
	return list
}

func TestAssurance(t *testing.T) {
	for eligible, want := range map[uint32]string{0: "none", 1: "none", 3: "none", 4: "beacon", 5: "beacon", 100: "beacon"} {
		require.Equal(t, want, types.Round{Eligible: eligible}.Assurance(), "eligible %d", eligible)
	}
}
