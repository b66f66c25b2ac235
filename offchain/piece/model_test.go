package piece_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/piece"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// model is what a store should hold: the deals of each piece by its number.
type model struct {
	deals map[int]map[uint64]bool
	quota int64
}

// lengthOf spreads the lengths of pieces over all shapes.
func lengthOf(number int) int {
	return []int{1, 4000, 4096, 17_000, 50_000, 120_000}[number%6] + number
}

func bytesOf(number int) []byte { return content(uint64(number), lengthOf(number)) }

func (m *model) used() (n int64) {
	for number := range m.deals {
		n += piece.RecordSize(uint64(lengthOf(number)))
	}
	return n
}

func (m *model) link(number int, deal uint64) {
	if m.deals[number] == nil {
		m.deals[number] = map[uint64]bool{}
	}
	m.deals[number][deal] = true
}

func (m *model) drop(number int, deal uint64) {
	delete(m.deals[number], deal)
	if len(m.deals[number]) == 0 {
		delete(m.deals, number)
	}
}

// check requires that a store holds what the model does, and nothing else.
func (m *model) check(t require.TestingT, s *piece.Store, numbers int) {
	byDeal := map[uint64][][32]byte{}
	for number := range numbers {
		b := bytesOf(number)
		has, err := s.Has(rootOf(b))
		require.NoError(t, err)
		require.Equal(t, m.deals[number] != nil, has, "piece %d", number)
		if has {
			requirePiece(t, s, b)
		}
		for deal := range m.deals[number] {
			byDeal[deal] = append(byDeal[deal], rootOf(b))
		}
	}
	for deal := range uint64(modelDeals) {
		slices.SortFunc(byDeal[deal], func(a, b [32]byte) int { return slices.Compare(a[:], b[:]) })
		require.Equal(t, byDeal[deal], roots(t, s, deal), "deal %d", deal)
	}
	st := stat(t, s)
	require.Equal(t, m.used(), st.Used)
	require.Equal(t, int64(len(m.deals)), st.Pieces)
	require.Zero(t, st.Reserved)
	require.Zero(t, st.Damaged)
	require.Zero(t, s.Pinned())
}

const (
	modelNumbers = 24
	modelDeals   = 4
)

func TestStoreAgainstModel(t *testing.T) {
	seeded.Checks(t, 30, func(t *rapid.T) {
		d, fs := newDisk(), vfs.NewMem()
		cfg := small("store")
		cfg.VolumeBytes = 256 << 10
		cfg.Quota = 600 << 10
		m := model{deals: map[int]map[uint64]bool{}, quota: cfg.Quota}
		s := openMem(t, cfg, d, fs)
		number := rapid.IntRange(0, modelNumbers-1)
		deal := rapid.Uint64Range(0, modelDeals-1)
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) { m.put(t, s, number.Draw(t, "piece"), deal.Draw(t, "deal")) },
			"abort": func(t *rapid.T) {
				b := content(9999, 30_000)
				w, err := s.Put(context.Background(), 0, rootOf(b), uint64(len(b)))
				if err == nil {
					_, err = w.Write(b[:rapid.IntRange(0, len(b)).Draw(t, "bytes")])
					require.NoError(t, err)
					w.Abort()
				} else {
					require.ErrorIs(t, err, piece.ErrQuota)
				}
			},
			"link": func(t *rapid.T) {
				n, deal := number.Draw(t, "piece"), deal.Draw(t, "deal")
				err := s.Link(deal, rootOf(bytesOf(n)))
				if m.deals[n] == nil {
					require.ErrorIs(t, err, piece.ErrUnknown)
					return
				}
				require.NoError(t, err)
				m.link(n, deal)
			},
			"drop": func(t *rapid.T) {
				n, deal := number.Draw(t, "piece"), deal.Draw(t, "deal")
				require.NoError(t, s.Drop(deal, rootOf(bytesOf(n))))
				m.drop(n, deal)
			},
			"drop deal": func(t *rapid.T) {
				deal := deal.Draw(t, "deal")
				require.NoError(t, s.DropDeal(deal))
				for n := range modelNumbers {
					m.drop(n, deal)
				}
			},
			"compact": func(t *rapid.T) {
				_, err := s.Compact(context.Background())
				require.NoError(t, err)
			},
			"scrub": func(t *rapid.T) {
				_, err := s.Scrub(context.Background())
				require.NoError(t, err)
			},
			"reopen": func(t *rapid.T) {
				require.NoError(t, s.Close())
				s = openMem(t, cfg, d, fs)
			},
			"": func(t *rapid.T) { m.check(t, s, modelNumbers) },
		})
		require.NoError(t, s.Close())
	})
}

func (m *model) put(t *rapid.T, s *piece.Store, n int, deal uint64) {
	b := bytesOf(n)
	w, err := s.Put(context.Background(), deal, rootOf(b), uint64(len(b)))
	size := piece.RecordSize(uint64(len(b)))
	switch {
	case m.deals[n] != nil:
		require.ErrorIs(t, err, piece.ErrHeld)
	case m.used()+size > m.quota:
		require.ErrorIs(t, err, piece.ErrQuota)
	default:
		require.NoError(t, err)
		_, err = w.Write(b)
		require.NoError(t, err)
		require.NoError(t, w.Commit())
		m.link(n, deal)
	}
}

// clone is a copy that later changes do not reach.
func (m *model) clone() *model {
	c := &model{deals: map[int]map[uint64]bool{}, quota: m.quota}
	for n, deals := range m.deals {
		c.deals[n] = maps.Clone(deals)
	}
	return c
}
