package keeper_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// drawTold draws a history of stretches: nobody reveals, one does now and then, or many do, with an
// electorate that changes from stretch to stretch.
func drawTold(t *rapid.T) told {
	h := told{first: rapid.Int64Range(1, 1_000_000).Draw(t, "first height")}
	for range rapid.IntRange(2, 8).Draw(t, "stretches") {
		n := rapid.OneOf(rapid.IntRange(1, 20), rapid.IntRange(100, 400), rapid.IntRange(250, 270)).Draw(t, "heights")
		revealers := rapid.IntRange(0, 8).Draw(t, "revealers")
		of := rapid.IntRange(1, 60).Draw(t, "one reveal in")
		eligible := rapid.Uint32Range(0, 9).Draw(t, "eligible")
		random := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "reveals")))
		for range n {
			id := 0
			if revealers > 0 && random.IntN(of) == 0 {
				id = 1 + random.IntN(revealers)
			}
			h.ids, h.eligible = append(h.ids, uint32(id)), append(h.eligible, eligible)
		}
	}
	return h
}

// naiveSeed reads the definition aloud: height by height, counting who has spoken since close.
func (h told) naiveSeed(kept, closed int64, delay uint64, mMax uint32) (types.Seed, error) {
	rounds := h.rounds()
	now := h.first + int64(len(h.ids)) - 1
	for ; closed+int64(delay) <= now; closed += types.SeedWindow {
		if closed < kept {
			return types.Seed{}, types.ErrSeedExpired
		}
		eligible := h.eligible[closed-h.first]
		m := max(1, eligible-eligible/3)
		m = min(m, mMax)
		spoke := map[uint32]bool{}
		for height := closed + 1; height <= now && height < closed+int64(delay)+types.SeedWindow; height++ {
			if id := h.ids[height-h.first]; id != 0 {
				spoke[id] = true
			}
			if height >= closed+int64(delay) && len(spoke) >= int(m) {
				return types.Seed{Value: rounds[height-h.first].Value, Height: height, Revealers: m, Eligible: eligible}, nil
			}
		}
	}
	return types.Seed{}, types.ErrSeedPending
}

// Over random histories the search finds what reading every height finds.
func TestSeedEqualsNaive(t *testing.T) {
	outcomes := map[string]int{}
	seeded.Property(t, func(t *rapid.T) {
		h := drawTold(t)
		keeps := rapid.OneOf(rapid.Just(len(h.ids)), rapid.IntRange(1, len(h.ids))).Draw(t, "rounds kept")
		f := h.fixture(t, keeps)
		last := h.first + int64(len(h.ids)) - 1
		kept := last - int64(keeps) + 1
		for range 40 {
			closed := rapid.OneOf(rapid.Int64Range(max(1, kept-3), last+2), rapid.Int64Range(kept, (kept+last)/2)).Draw(t, "close")
			delay := rapid.OneOf(rapid.Uint64Range(0, 5), rapid.Uint64Range(0, types.SeedWindow)).Draw(t, "delay")
			mMax := rapid.Uint32Range(1, types.MaxReach).Draw(t, "m_max")
			want, wantErr := h.naiveSeed(kept, closed, delay, mMax)
			f.store.reads = 0
			got, err := f.keeper.Seed(f.ctx, closed, delay, mMax)
			require.LessOrEqual(t, f.store.reads, 10*(1+keeps/types.SeedWindow))
			require.Equal(t, want, got)
			if wantErr != nil {
				require.ErrorIs(t, err, wantErr)
				outcomes[wantErr.Error()]++
				continue
			}
			require.NoError(t, err)
			outcomes["found"]++
			if got.Height >= closed+int64(delay)+types.SeedWindow {
				outcomes["found after close moved"]++
			}
		}
	})
	// The draw would be worth little if it never met one of these.
	for _, outcome := range []string{"found", "found after close moved", types.ErrSeedPending.Error(), types.ErrSeedExpired.Error()} {
		require.Positive(t, outcomes[outcome], outcome)
	}
	t.Log(outcomes)
}
