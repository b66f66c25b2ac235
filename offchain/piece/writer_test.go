package piece_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/piece"
)

func begin(tb testing.TB, s *piece.Store, b []byte) *piece.Writer {
	tb.Helper()
	w, err := s.Put(tb.Context(), 1, rootOf(b), uint64(len(b)))
	require.NoError(tb, err)
	return w
}

// requireNothing requires that a store has no piece and has given back what it took for one.
func requireNothing(t *testing.T, s *piece.Store) {
	t.Helper()
	st := stat(t, s)
	require.Zero(t, st.Used)
	require.Zero(t, st.Reserved)
	require.Zero(t, st.Pieces)
	require.Zero(t, s.Pinned())
	require.Empty(t, roots(t, s, 1))
}

func TestRefusedPuts(t *testing.T) {
	s := openStore(t, small(t.TempDir()))
	b := content(1, 100)
	for _, c := range []struct {
		name   string
		length uint64
	}{
		{"fails: no bytes", 0},
		{"fails: too long", piece.MaxLength + 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.Put(t.Context(), 1, rootOf(b), c.length)
			require.ErrorIs(t, err, piece.ErrInvalid)
			requireNothing(t, s)
		})
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Put(cancelled, 1, rootOf(b), 100)
	require.ErrorIs(t, err, context.Canceled)
	requireNothing(t, s)
	put(t, s, 1, b)
	_, err = s.Put(t.Context(), 1, rootOf(b), 99)
	require.ErrorIs(t, err, piece.ErrLength)
}

func TestWriterThatGivesUp(t *testing.T) {
	s := openStore(t, small(t.TempDir()))
	b := content(1, 3<<20)
	t.Run("fails: another root", func(t *testing.T) {
		wrong := bytes.Clone(b)
		wrong[2<<20] ^= 1
		err := tryPut(t, s, 1, rootOf(b), wrong)
		require.ErrorIs(t, err, piece.ErrMismatch)
		var mismatch *piece.MismatchError
		require.ErrorAs(t, err, &mismatch)
		require.Equal(t, piece.MismatchError{Want: rootOf(b), Got: rootOf(wrong)}, *mismatch)
		requireNothing(t, s)
	})
	t.Run("fails: too few bytes", func(t *testing.T) {
		w := begin(t, s, b)
		_, err := w.Write(b[1:])
		require.NoError(t, err)
		require.ErrorIs(t, w.Commit(), piece.ErrLength)
		require.ErrorIs(t, w.Commit(), piece.ErrFinished)
		requireNothing(t, s)
	})
	t.Run("fails: too many bytes", func(t *testing.T) {
		w := begin(t, s, b)
		n, err := w.Write(append(b, 0))
		require.ErrorIs(t, err, piece.ErrLength)
		require.Zero(t, n)
		w.Abort()
		w.Abort()
		_, err = w.Write(b)
		require.ErrorIs(t, err, piece.ErrFinished)
		requireNothing(t, s)
	})
	t.Run("fails: the source ends", func(t *testing.T) {
		w := begin(t, s, b)
		n, err := w.ReadFrom(bytes.NewReader(b[:1<<20]))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.Equal(t, int64(1<<20), n)
		n, err = w.ReadFrom(iotest.ErrReader(errFault))
		require.ErrorIs(t, err, errFault)
		require.Zero(t, n)
		_, err = w.ReadFrom(bytes.NewReader(b[1<<20:]))
		require.NoError(t, err, "it may go on where it stopped")
		w.Abort()
		requireNothing(t, s)
	})
	require.Equal(t, 1, stat(t, s).Volumes, "the room of one was used again by the next")
	put(t, s, 1, b)
	requirePiece(t, s, b)
}

func TestWriterTakesBytesInAnySize(t *testing.T) {
	s := openStore(t, small(t.TempDir()))
	b := content(1, 2<<20+100)
	for name, source := range map[string]io.Reader{
		"ok: half of what is asked for":       iotest.HalfReader(bytes.NewReader(b)),
		"ok: the end comes with the last one": iotest.DataErrReader(bytes.NewReader(b)),
		"ok: more than the piece":             io.MultiReader(bytes.NewReader(b), iotest.ErrReader(errFault)),
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, s, b)
			n, err := w.ReadFrom(source)
			require.NoError(t, err)
			require.Equal(t, int64(len(b)), n)
			require.NoError(t, w.Commit())
			w.Abort()
			requirePiece(t, s, b)
			require.NoError(t, s.Drop(1, rootOf(b)))
			requireNothing(t, s)
		})
	}
	w := begin(t, s, b)
	for i := 0; i < len(b); i += 4097 {
		_, err := w.Write(b[i:min(i+4097, len(b))])
		require.NoError(t, err)
	}
	require.NoError(t, w.Commit())
	requirePiece(t, s, b)
}

func TestTwoWritersOfOnePiece(t *testing.T) {
	s := openStore(t, small(t.TempDir()))
	b := content(1, 10_000)
	first, err := s.Put(t.Context(), 1, rootOf(b), uint64(len(b)))
	require.NoError(t, err)
	second, err := s.Put(t.Context(), 2, rootOf(b), uint64(len(b)))
	require.NoError(t, err)
	for _, w := range []*piece.Writer{second, first} {
		_, err := w.Write(b)
		require.NoError(t, err)
		require.NoError(t, w.Commit())
	}
	require.Equal(t, []uint64{1, 2}, deals(t, s, rootOf(b)))
	st := stat(t, s)
	require.Equal(t, int64(1), st.Pieces)
	require.Equal(t, piece.RecordSize(10_000), st.Used)
	require.Zero(t, st.Reserved)
	requirePiece(t, s, b)
}

func TestQuota(t *testing.T) {
	cfg := small(t.TempDir())
	size := piece.RecordSize(10_000)
	cfg.Quota = 3*size - 1
	s := openStore(t, cfg)
	put(t, s, 1, content(1, 10_000))
	w := begin(t, s, content(2, 10_000))
	_, err := s.Put(t.Context(), 1, [32]byte{3}, 10_000)
	require.ErrorIs(t, err, piece.ErrQuota)
	var quota *piece.QuotaError
	require.ErrorAs(t, err, &quota)
	require.Equal(t, piece.QuotaError{Quota: 3*size - 1, Used: 2 * size, Need: size}, *quota)
	w.Abort()
	put(t, s, 1, content(3, 10_000))
	b := content(4, int(size-piece.PageSize-piece.TrailerSize))
	require.Equal(t, size-piece.PageSize, piece.RecordSize(uint64(len(b))))
	put(t, s, 1, b)
	_, err = s.Put(t.Context(), 1, [32]byte{3}, 1)
	require.ErrorIs(t, err, piece.ErrQuota, "not a page is left")
	require.NoError(t, s.Drop(1, rootOf(b)))
	require.NoError(t, s.Close())

	cfg.Quota = 2 * size // exactly what is there
	again := openStore(t, cfg)
	_, err = again.Put(t.Context(), 1, [32]byte{3}, 1)
	require.ErrorIs(t, err, piece.ErrQuota)
	require.NoError(t, again.Drop(1, rootOf(content(1, 10_000))))
	put(t, again, 1, content(5, 10_000))
	require.Equal(t, cfg.Quota, stat(t, again).Used)
}

func TestFullDisk(t *testing.T) {
	for _, sparse := range []bool{false, true} {
		d := newDisk()
		d.capacity, d.sparse = 300<<10, sparse
		s := openMem(t, small("store"), d, vfs.NewMem())
		kept := content(1, 100<<10)
		put(t, s, 1, kept)
		b := content(2, 250<<10)
		require.ErrorIs(t, tryPut(t, s, 1, rootOf(b), b), piece.ErrFull)
		has, err := s.Has(rootOf(b))
		require.NoError(t, err)
		require.False(t, has)
		st := stat(t, s)
		require.Equal(t, int64(1), st.Pieces)
		require.Zero(t, st.Reserved)
		next := content(3, 150<<10)
		put(t, s, 1, next)
		requirePiece(t, s, kept)
		requirePiece(t, s, next)
		require.NoError(t, s.Close())
	}
}

func TestRoomThatIsKeptFree(t *testing.T) {
	d := newDisk()
	d.capacity = 1 << 20
	cfg := small("store")
	cfg.KeepFree = 512 << 10
	s := openMem(t, cfg, d, vfs.NewMem())
	put(t, s, 1, content(1, 400<<10))
	b := content(2, 150<<10)
	require.ErrorIs(t, tryPut(t, s, 1, rootOf(b), b), piece.ErrFull)
	require.GreaterOrEqual(t, stat(t, s).Free, cfg.KeepFree)
	require.NoError(t, s.Close())
}

// When others have filled the disk, nothing is written, nothing is lost, and all goes on once there is room.
func TestOthersFillTheDisk(t *testing.T) {
	d := newDisk()
	cfg := small("store")
	cfg.KeepFree = 64 << 20
	d.capacity = 128 << 20
	s := openMem(t, cfg, d, vfs.NewMem())
	b, other := content(1, 100<<10), content(2, 100<<10)
	put(t, s, 1, b)
	w, err := s.Put(t.Context(), 1, rootOf(other), uint64(len(other)))
	require.NoError(t, err)
	_, err = w.ReadFrom(bytes.NewReader(other))
	require.NoError(t, err)
	d.mu.Lock()
	d.capacity = d.used() + 8<<20 - 1
	d.mu.Unlock()
	require.ErrorIs(t, w.Commit(), piece.ErrFull)
	for range 2 {
		require.ErrorIs(t, s.DropDeal(1), piece.ErrFull)
		_, err := s.Scrub(t.Context())
		require.ErrorIs(t, err, piece.ErrFull, "it cannot note how far it has come")
		requirePiece(t, s, b)
		require.Equal(t, int64(1), stat(t, s).Pieces)
	}
	d.mu.Lock()
	d.capacity = 128 << 20
	d.mu.Unlock()
	put(t, s, 1, other)
	requirePiece(t, s, other)
	require.NoError(t, s.DropDeal(1))
	require.Zero(t, stat(t, s).Pieces)
	require.NoError(t, s.Close())
}

func TestNoRoomForAnotherVolume(t *testing.T) {
	d := newDisk()
	s := openMem(t, small("store"), d, vfs.NewMem())
	put(t, s, 1, content(1, 900<<10))
	d.fault = func(op string, _ int64) error {
		if op == "create" {
			return syscall.ENOSPC
		}
		return nil
	}
	b := content(2, 900<<10)
	require.ErrorIs(t, tryPut(t, s, 1, rootOf(b), b), piece.ErrFull)
	d.fault = nil
	put(t, s, 1, b)
	require.Equal(t, 2, stat(t, s).Volumes)
	require.NoError(t, s.Close())
}

func TestFailures(t *testing.T) {
	kept, b := content(1, 100<<10), content(2, 3<<20)
	open := func(op string) (*piece.Store, *disk) {
		d := newDisk()
		s := openMem(t, small("store"), d, vfs.NewMem())
		put(t, s, 1, kept)
		d.fault = func(now string, _ int64) error {
			if now == op {
				return errFault
			}
			return nil
		}
		return s, d
	}
	t.Run("fails: a write, and only its piece", func(t *testing.T) {
		s, d := open("write")
		require.ErrorIs(t, tryPut(t, s, 1, rootOf(kept), kept), piece.ErrHeld)
		d.fault = func(op string, n int64) error { // not the header of the volume
			if op == "write" && n > piece.PageSize {
				return errFault
			}
			return nil
		}
		err := tryPut(t, s, 1, rootOf(b), b)
		require.ErrorIs(t, err, errFault)
		require.NotErrorIs(t, err, piece.ErrFailed)
		d.fault = nil
		put(t, s, 1, b)
		requirePiece(t, s, b)
		require.NoError(t, s.Close())
	})
	t.Run("fails: a sync, and all writing after it", func(t *testing.T) {
		s, d := open("sync")
		next := content(3, 100)
		w := begin(t, s, content(4, 100))
		_, err := w.Write(content(4, 100))
		require.NoError(t, err)
		err = tryPut(t, s, 1, rootOf(next), next)
		require.ErrorIs(t, err, piece.ErrFailed)
		require.ErrorIs(t, err, errFault)
		d.fault = nil
		require.ErrorIs(t, w.Commit(), piece.ErrFailed)
		require.ErrorIs(t, tryPut(t, s, 1, rootOf(next), next), piece.ErrFailed)
		require.ErrorIs(t, s.Link(2, rootOf(kept)), piece.ErrFailed)
		require.ErrorIs(t, s.Drop(1, rootOf(kept)), piece.ErrFailed)
		_, err = s.Scrub(t.Context())
		require.ErrorIs(t, err, piece.ErrFailed)
		requirePiece(t, s, kept)
		require.NoError(t, s.Close())
	})
	for _, op := range []string{"allocate", "create", "syncdir"} {
		t.Run("fails: "+op, func(t *testing.T) {
			s, d := open(op)
			err := tryPut(t, s, 1, rootOf(b), b)
			require.ErrorIs(t, err, errFault)
			require.False(t, errors.Is(err, piece.ErrFull) || errors.Is(err, piece.ErrFailed))
			d.fault = nil
			put(t, s, 1, b)
			require.NoError(t, s.Close())
		})
	}
}

func TestWritersShareSyncs(t *testing.T) {
	d := newDisk()
	s := openMem(t, small("store"), d, vfs.NewMem())
	put(t, s, 1, content(1000, 10)) // makes the volume
	var syncs atomic.Int64
	reached, pass := make(chan struct{}), make(chan struct{})
	d.fault = func(op string, _ int64) error {
		if op == "sync" {
			syncs.Add(1)
			reached <- struct{}{}
			<-pass
		}
		return nil
	}
	done := make(chan error)
	commit := func(n uint64) {
		b := content(n, 5000)
		done <- tryPut(t, s, 1, rootOf(b), b)
	}
	go commit(0)
	<-reached
	const crowd = 20
	for i := range uint64(crowd) {
		go commit(1 + i)
	}
	waitFor(t, func() bool { return s.Queued() == crowd })
	pass <- struct{}{}
	require.NoError(t, <-done)
	<-reached
	pass <- struct{}{}
	for range crowd {
		require.NoError(t, <-done)
	}
	require.Equal(t, int64(2), syncs.Load(), "one for the first, one for the twenty that came meanwhile")
	d.fault = nil
	require.NoError(t, s.Close())
}
