package piece_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/piece"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// machine is a disk and a file system that lose power together, at a chosen operation. What runs goes on as if nothing
// had happened; what the power left is kept aside. Operations come from the test and from goroutines of pebble at once.
type machine struct {
	d   *disk
	fs  *vfs.MemFS
	rng *rand.Rand // of its own, as nobody knows which goroutine loses the power

	mu    sync.Mutex // held while the power is being lost
	ops   int64
	at    int64
	after *machine
}

func newMachine(rng *rand.Rand) *machine {
	m := &machine{d: newDisk(), fs: vfs.NewCrashableMem(), rng: rand.New(rand.NewPCG(rng.Uint64(), 0))}
	m.d.onOp = m.op
	return m
}

func (m *machine) op() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ops++; m.ops != m.at {
		return
	}
	// The disk stands still until the index has lost its power too. Else the test could sync a volume and commit to the
	// index in between, and a new index with an old disk is what no loss of power leaves.
	m.d.mu.Lock()
	defer m.d.mu.Unlock()
	after := &machine{d: m.d.left(m.rng), rng: m.rng}
	// All or nothing of what the index has not synced: pebble counts on a file system that keeps the order in which names
	// were made, and percentages in between do not.
	after.fs = m.fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 100 * m.rng.IntN(2), RNG: m.rng})
	after.d.onOp = after.op
	m.after = after
}

// died says whether the power is gone. It waits while that is happening: after false, all that was done before is in
// what will be left.
func (m *machine) died() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.after != nil
}

// index is the file system with its writes counted as operations.
func (m *machine) index() vfs.FS {
	return errorfs.Wrap(m.fs, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind.ReadOrWrite() == errorfs.OpIsWrite {
			m.op()
		}
		return nil
	}))
}

// either is two states of which one holds, as nobody heard how the last step ended.
type either struct{ before, after *model }

// settle finds out, piece by piece, which one holds, and returns what does.
func (e either) settle(t *testing.T, s *piece.Store) *model {
	t.Helper()
	found := &model{deals: map[int]map[uint64]bool{}, quota: e.before.quota}
	byRoot := map[[32]byte]int{}
	for n := range modelNumbers {
		byRoot[rootOf(bytesOf(n))] = n
	}
	for deal := range uint64(modelDeals) {
		for _, root := range roots(t, s, deal) {
			n, known := byRoot[root]
			require.True(t, known)
			require.True(t, e.before.deals[n][deal] || e.after.deals[n][deal], "piece %d of deal %d came from nowhere", n, deal)
			found.link(n, deal)
		}
	}
	for n := range modelNumbers {
		for deal := range uint64(modelDeals) {
			if e.before.deals[n][deal] && e.after.deals[n][deal] {
				require.True(t, found.deals[n][deal], "piece %d of deal %d is lost", n, deal)
			}
		}
	}
	return found
}

// step does something at random to store and model.
func step(t *testing.T, rng *rand.Rand, s *piece.Store, m *model) {
	t.Helper()
	n, deal := rng.IntN(modelNumbers), rng.Uint64N(modelDeals)
	b := bytesOf(n)
	root := rootOf(b)
	switch rng.IntN(10) {
	case 0:
		require.NoError(t, s.DropDeal(deal))
		for n := range modelNumbers {
			m.drop(n, deal)
		}
	case 1, 2:
		require.NoError(t, s.Drop(deal, root))
		m.drop(n, deal)
	case 3:
		_, err := s.Compact(context.Background())
		require.NoError(t, err)
	case 4:
		_, err := s.Scrub(context.Background())
		require.NoError(t, err)
	case 5:
		w, err := s.Put(context.Background(), deal, [32]byte{9}, 30_000)
		require.NoError(t, err)
		_, err = w.Write(content(0, 30_000))
		require.NoError(t, err)
		require.ErrorIs(t, w.Commit(), piece.ErrMismatch)
	default:
		if m.deals[n] != nil {
			require.NoError(t, s.Link(deal, root))
		} else {
			require.NoError(t, tryPut(t, s, deal, root, b))
		}
		m.link(n, deal)
	}
}

// A machine that loses power at any operation keeps what was acknowledged, and nothing half.
func TestPowerIsLost(t *testing.T) {
	rng := seeded.Source(t)
	const runs, crashes = 15, 12
	cfg := small("store")
	cfg.VolumeBytes = 256 << 10
	for range runs {
		mach := newMachine(rng)
		m := &model{deals: map[int]map[uint64]bool{}, quota: cfg.Quota}
		e := either{m, m}
		for range crashes {
			mach.at = 1 + rng.Int64N(150)
			s, err := piece.OpenOn(cfg, mach.d, mach.index())
			require.NoError(t, err)
			if !mach.died() {
				m = e.settle(t, s)
				m.check(t, s, modelNumbers)
				e = either{m, m}
			}
			for !mach.died() {
				e.after = e.before.clone()
				step(t, rng, s, e.after)
				if !mach.died() {
					e.before = e.after
				}
			}
			require.NoError(t, s.Close())
			mach = mach.after
		}
		s, err := piece.OpenOn(cfg, mach.d, mach.fs)
		require.NoError(t, err)
		e.settle(t, s).check(t, s, modelNumbers)
		require.Empty(t, s.Damage())
		require.NoError(t, s.Close())
	}
}

// The same when the index is gone as well: all that is referred to comes back, whole.
func TestPowerAndIndexAreLost(t *testing.T) {
	rng := seeded.Source(t)
	cfg := small("store")
	cfg.VolumeBytes = 256 << 10
	for range 20 {
		mach := newMachine(rng)
		mach.at = 50 + rng.Int64N(300)
		s, err := piece.OpenOn(cfg, mach.d, mach.index())
		require.NoError(t, err)
		m := &model{deals: map[int]map[uint64]bool{}, quota: cfg.Quota}
		e := either{m, m}
		for !mach.died() {
			e.after = e.before.clone()
			step(t, rng, s, e.after)
			if !mach.died() {
				e.before = e.after
			}
		}
		require.NoError(t, s.Close())

		// The rebuild itself may be cut short.
		mach = mach.after
		mach.fs = vfs.NewCrashableMem()
		mach.at = 1 + rng.Int64N(30)
		s, err = piece.OpenOn(cfg, mach.d, mach.index())
		require.NoError(t, err)
		require.NoError(t, s.Close())
		if mach.died() {
			mach = mach.after
		}
		s, err = piece.OpenOn(cfg, mach.d, mach.fs)
		require.NoError(t, err)
		var used int64
		var pieces int64
		for n := range modelNumbers {
			b := bytesOf(n)
			has, err := s.Has(rootOf(b))
			require.NoError(t, err)
			if e.before.deals[n] != nil && e.after.deals[n] != nil {
				require.True(t, has, "piece %d is lost", n)
			}
			if has {
				requirePiece(t, s, b)
				used += piece.RecordSize(uint64(len(b)))
				pieces++
			}
		}
		require.Equal(t, used, stat(t, s).Used)
		require.Equal(t, pieces, stat(t, s).Pieces)
		require.NoError(t, s.Close())
	}
}
