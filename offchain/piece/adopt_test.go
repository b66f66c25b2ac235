package piece_test

import (
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/piece"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// A volume of many pieces is entered in portions; wherever that is cut short, the next Open goes on and counts once.
func TestAdoptionThatIsCutShort(t *testing.T) {
	rng := seeded.Source(t)
	const n = 2*piece.ListChunk + 3
	cfg := small("store")
	cfg.VolumeBytes = 8 << 20
	mach := newMachine(rng)
	s, err := piece.OpenOn(cfg, mach.d, mach.index())
	require.NoError(t, err)
	for i := range uint64(n) {
		put(t, s, i%3, content(i, 10))
	}
	require.NoError(t, s.Close())
	mach.at = mach.ops + 1
	require.NoError(t, mach.d.SyncDir())
	for at := int64(1); ; at += 1 + rng.Int64N(6) {
		broken := &machine{d: mach.after.d.crash(rng), fs: vfs.NewCrashableMem(), rng: rng, at: at}
		broken.d.onOp = broken.op
		s, err := piece.OpenOn(cfg, broken.d, broken.index())
		require.NoError(t, err)
		require.NoError(t, s.Close())
		if !broken.died() {
			require.Greater(t, at, int64(10))
			return // the whole of Open and Close has fewer operations
		}
		s, err = piece.OpenOn(cfg, broken.after.d, broken.after.fs)
		require.NoError(t, err)
		st := stat(t, s)
		require.Equal(t, int64(n), st.Pieces)
		require.Equal(t, n*piece.RecordSize(10), st.Used)
		require.Len(t, roots(t, s, 0), (n+2)/3)
		for deal := range uint64(3) {
			require.NoError(t, s.DropDeal(deal))
		}
		require.Zero(t, stat(t, s).Used)
		require.NoError(t, s.Close())
	}
}

// A record that lies on disk twice is one piece.
func TestAdoptionOfCopies(t *testing.T) {
	cfg := small(t.TempDir())
	s := openStore(t, cfg)
	b := content(1, 50_000)
	var writers []*piece.Writer
	for range 3 {
		w := begin(t, s, b)
		_, err := w.Write(b)
		require.NoError(t, err)
		writers = append(writers, w)
	}
	for _, w := range writers {
		require.NoError(t, w.Commit())
	}
	other := content(2, 20_000)
	put(t, s, 1, other) // behind the first, over the start of the second
	require.NoError(t, s.Close())
	cfg.Rebuild = true
	s = openStore(t, cfg)
	require.Equal(t, int64(2), stat(t, s).Pieces)
	require.Equal(t, piece.RecordSize(50_000)+piece.RecordSize(20_000), stat(t, s).Used)
	requirePiece(t, s, b)
	requirePiece(t, s, other)
}

// What was dropped and not yet compacted away comes back, with the deal that its record names.
func TestAdoptionBringsBackWhatWasDropped(t *testing.T) {
	cfg := small(t.TempDir())
	s := openStore(t, cfg)
	b, kept := content(1, 50_000), content(2, 100)
	put(t, s, 7, b)
	put(t, s, 8, kept)
	require.NoError(t, s.Link(9, rootOf(kept)))
	require.NoError(t, s.Drop(7, rootOf(b)))
	require.NoError(t, s.Close())
	cfg.Rebuild = true
	s = openStore(t, cfg)
	requirePiece(t, s, b)
	require.Equal(t, []uint64{7}, deals(t, s, rootOf(b)))
	require.Equal(t, []uint64{8}, deals(t, s, rootOf(kept)), "the caller must link again")
	require.NoError(t, s.Link(9, rootOf(kept)))
	require.NoError(t, s.DropDeal(8))
	requirePiece(t, s, kept)
}

// The record that compaction writes names a deal that refers to the piece now.
func TestCompactionRenewsTheDeal(t *testing.T) {
	cfg := small(t.TempDir())
	s := openStore(t, cfg)
	fill(t, s, 19)
	root := rootOf(content(0, 50_000))
	require.NoError(t, s.Link(6, root))
	dropNumbers(t, s, func(int) bool { return true }, 19)
	deleted, err := s.Compact(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, deleted)
	require.NoError(t, s.Close())
	cfg.Rebuild = true
	s = openStore(t, cfg)
	require.Equal(t, []uint64{6}, deals(t, s, root))
	require.Equal(t, int64(1), stat(t, s).Pieces)
}
