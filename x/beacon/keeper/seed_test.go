package keeper_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// told is a history: who revealed at heights first, first+1, …, 0 being nobody, and how many were
// eligible.
type told struct {
	first    int64
	ids      []uint32
	eligible []uint32
}

// silence returns n heights without a reveal.
func silence(n int) []uint32 { return make([]uint32, n) }

// tell returns reveals at heights from 1 on, with the same electorate throughout.
func tell(eligible uint32, parts ...[]uint32) told {
	h := told{first: 1}
	for _, part := range parts {
		h.ids = append(h.ids, part...)
	}
	for range h.ids {
		h.eligible = append(h.eligible, eligible)
	}
	return h
}

// rounds are what the beacon would know after the history.
func (h told) rounds() []types.Round {
	var list []types.Round
	last := types.Round{Value: types.FirstValue(chainID)}
	for i, id := range h.ids {
		last.Height, last.Eligible = h.first+int64(i), h.eligible[i]
		if id != 0 {
			last = last.Revealed(id, types.FirstValue(string(rune(id))))
		}
		list = append(list, last)
	}
	return list
}

// fixture returns a chain that has just had the history and keeps its last rounds only.
func (h told) fixture(t tester, keeps int) *fixture {
	t.Helper()
	f := emptyFixture(t)
	g := f.genesis()
	rounds := h.rounds()
	g.Rounds = rounds[max(0, len(rounds)-keeps):]
	g.Params.HistoryBlocks = uint64(max(keeps, history))
	f.init(g)
	f.ctx = f.ctx.WithBlockHeight(rounds[len(rounds)-1].Height)
	return f
}

func TestSeed(t *testing.T) {
	for _, c := range []struct {
		name   string
		told   told
		close  int64
		delay  uint64
		mMax   uint32
		height int64 // 0 where it fails with is
		m      uint32
		is     error
	}{
		{"ok: the first reveal after close", tell(1, []uint32{1, 1, 1}), 1, 0, 1, 2, 1, nil},
		{"ok: a reveal at close itself does not count", tell(1, []uint32{1, 0, 0, 1}), 1, 0, 1, 4, 1, nil},
		{"ok: not before close and delay", tell(1, []uint32{1, 1, 1, 1, 1}), 1, 3, 1, 4, 1, nil},
		{"ok: nobody is eligible, one must speak", tell(0, []uint32{1, 0, 2}), 1, 0, 4, 3, 1, nil},
		{"ok: m of 4 revealers is 3", tell(4, []uint32{1, 1, 2, 1, 2, 3, 4}), 1, 0, 4, 6, 3, nil},
		{"ok: m of 4 revealers is at most m_max", tell(4, []uint32{1, 1, 2, 1, 2, 3, 4}), 1, 0, 2, 3, 2, nil},
		{"ok: m of 6 revealers is 4", tell(6, []uint32{1, 1, 2, 1, 2, 3, 4}), 1, 0, 4, 7, 4, nil},
		{"ok: revealers before close do not count", tell(4, []uint32{1, 2, 3, 4, 4, 4, 3, 2}), 4, 0, 4, 8, 3, nil},
		{"ok: nothing is revealed at the height of the seed", tell(4, []uint32{1, 1, 2, 3, 0, 0}), 1, 4, 4, 5, 3, nil},
		{"ok: last height of the window", tell(1, silence(255), []uint32{1}), 1, 0, 1, 256, 1, nil},
		{"ok: last height of the window with a delay", tell(1, silence(265), []uint32{1}), 1, 10, 1, 266, 1, nil},
		{"ok: first height of the next window", tell(1, silence(266), []uint32{1}), 1, 10, 1, 267, 1, nil},
		{"ok: a reveal where close has moved to does not count", tell(1, silence(256), []uint32{1, 0, 1}), 1, 0, 1, 259, 1, nil},
		{"ok: close moved twice", tell(1, silence(600), []uint32{1}), 1, 5, 1, 601, 1, nil},
		{"ok: revealers of a window that failed do not count in the next", tell(4, []uint32{0, 1, 2}, silence(300), []uint32{3, 4, 1}), 1, 0, 4, 306, 3, nil},
		{"fails: close in the future", tell(1, []uint32{1, 1}), 3, 0, 1, 0, 0, types.ErrSeedPending},
		{"fails: close now", tell(1, []uint32{1, 1}), 2, 0, 1, 0, 0, types.ErrSeedPending},
		{"fails: before close and delay", tell(1, []uint32{1, 1, 1, 1}), 1, 4, 1, 0, 0, types.ErrSeedPending},
		{"fails: too few spoke", tell(4, []uint32{1, 1, 2, 1, 2, 1}), 1, 0, 4, 0, 0, types.ErrSeedPending},
		{"fails: silence", tell(1, silence(600)), 1, 0, 1, 0, 0, types.ErrSeedPending},
		{"fails: close far in the future", tell(1, []uint32{1, 1}), math.MaxInt64, 256, 4, 0, 0, types.ErrSeedPending},
		{"fails: before what is kept", tell(1, silence(1700), []uint32{1}), 701, 0, 1, 0, 0, types.ErrSeedExpired},
		{"ok: the first that is kept", tell(1, silence(1700), []uint32{1}), 702, 0, 1, 1701, 1, nil},
		{"fails: close of 0", tell(1, []uint32{1, 1}), 0, 0, 1, 0, 0, types.ErrInvalidRequest},
		{"fails: negative close", tell(1, []uint32{1, 1}), -1, 0, 1, 0, 0, types.ErrInvalidRequest},
		{"fails: delay of more than a window", tell(1, []uint32{1, 1}), 1, 257, 1, 0, 0, types.ErrInvalidRequest},
		{"fails: m_max of 0", tell(1, []uint32{1, 1}), 1, 0, 0, 0, 0, types.ErrInvalidRequest},
		{"fails: m_max of 5", tell(1, []uint32{1, 1}), 1, 0, 5, 0, 0, types.ErrInvalidRequest},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := c.told.fixture(t, 1000)
			seed, err := f.keeper.Seed(f.ctx, c.close, c.delay, c.mMax)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
				require.Equal(t, types.Seed{}, seed)
				return
			}
			require.NoError(t, err)
			require.Equal(t, types.Seed{Value: f.round(c.height).Value, Height: c.height, Revealers: c.m, Eligible: c.told.eligible[0]}, seed)
		})
	}
}

// How many must speak is asked again where close has moved to.
func TestSeedCountsTheElectorateOfTheMovedClose(t *testing.T) {
	h := tell(6, silence(260), []uint32{1, 2, 3})
	for height := 200; height < len(h.ids); height++ {
		h.eligible[height] = 2
	}
	f := h.fixture(t, history)
	seed, err := f.keeper.Seed(f.ctx, 1, 0, 4)
	require.NoError(t, err)
	require.Equal(t, types.Seed{Value: f.round(262).Value, Height: 262, Revealers: 2, Eligible: 2}, seed)
}

// A seed that was fixed stays the same for as long as it can be asked for.
func TestSeedIsFixedOnce(t *testing.T) {
	f := newFixture(t, 4, 300)
	var first types.Seed
	for f.height() < 600 {
		f.reveals(f.set[f.height()%4])
		seed, err := f.keeper.Seed(f.ctx, 10, 2, 4)
		switch {
		case f.height() < 13:
			require.ErrorIs(t, err, types.ErrSeedPending, "height %d", f.height())
		case f.height() == 13:
			require.NoError(t, err)
			require.Equal(t, types.Seed{Value: f.round(13).Value, Height: 13, Revealers: 3, Eligible: 4}, seed)
			first = seed
		case f.height() < 10+history:
			require.NoError(t, err)
			require.Equal(t, first, seed, "height %d", f.height())
		default:
			require.ErrorIs(t, err, types.ErrSeedExpired, "height %d", f.height())
		}
	}
}

// At most ten reads for each window, wherever the seed lies, and ten somewhere.
func TestSeedReads(t *testing.T) {
	var most int
	for at := range types.SeedWindow {
		f := tell(1, silence(at+1), []uint32{1}, silence(types.SeedWindow)).fixture(t, 1000)
		f.store.reads = 0
		seed, err := f.keeper.Seed(f.ctx, 1, 1, 1)
		require.NoError(t, err)
		require.EqualValues(t, at+2, seed.Height)
		require.LessOrEqual(t, f.store.reads, 10, "reveal at height %d", at+2)
		most = max(most, f.store.reads)
	}
	require.Equal(t, 10, most)

	// Ten windows of silence, as much as is kept here.
	f := tell(1, silence(10*types.SeedWindow)).fixture(t, 10*types.SeedWindow)
	f.store.reads = 0
	_, err := f.keeper.Seed(f.ctx, 1, 0, 1)
	require.ErrorIs(t, err, types.ErrSeedPending)
	require.LessOrEqual(t, f.store.reads, 10*10)
}

func TestRevealing(t *testing.T) {
	f := newFixture(t, 3, 40)
	n, err := f.keeper.Revealing(f.ctx)
	require.NoError(t, err)
	require.Zero(t, n, "before the first block")
	f.reveals(f.set[0])
	n, err = f.keeper.Revealing(f.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 3, n)
}
