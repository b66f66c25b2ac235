package journal_test

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
)

func TestClosedJournal(t *testing.T) {
	j, err := journal.Open(small(t.TempDir()))
	require.NoError(t, err)
	appendText(t, j, "one")
	require.NoError(t, j.Put(t.Context(), journal.Intent{Key: "k"}))
	require.NoError(t, j.Close())
	require.NoError(t, j.Close(), "twice is fine")
	_, err = j.Append(t.Context(), receipt, nil)
	require.ErrorIs(t, err, journal.ErrClosed)
	require.ErrorIs(t, j.Put(t.Context(), journal.Intent{Key: "k"}), journal.ErrClosed)
	require.ErrorIs(t, j.Done(t.Context(), "k", nil), journal.ErrClosed)
	require.ErrorIs(t, j.Retry(t.Context(), "k", "", 0), journal.ErrClosed)
	require.ErrorIs(t, j.Forget(t.Context(), 1), journal.ErrClosed)
	require.ErrorIs(t, j.Read(1, nil), journal.ErrClosed)
	_, err = j.Compact(t.Context(), nil)
	require.ErrorIs(t, err, journal.ErrClosed)
	require.Empty(t, j.Due(time.Now(), 9))
	require.ErrorIs(t, j.Stats().Failure, journal.ErrClosed)
}

func TestCloseWritesWhatIsQueued(t *testing.T) {
	d := newDisk()
	synctest.Test(t, func(t *testing.T) {
		j := openOn(t, d)
		g := newGate(d)
		var wg, closing sync.WaitGroup
		appendAside(t, &wg, j, "first")
		<-g.reached
		appendCrowd(t, &wg, j, 3)
		closing.Go(func() { assert.NoError(t, j.Close()) })
		synctest.Wait()
		_, err := j.Append(t.Context(), receipt, []byte("late"))
		require.ErrorIs(t, err, journal.ErrClosed)
		for range 2 {
			require.True(t, d.locked, "not closed while it writes")
			g.pass <- struct{}{}
			wg.Go(func() { <-g.reached })
			synctest.Wait()
		}
		closing.Wait()
		require.False(t, d.locked)
		g.reached <- struct{}{} // nobody else would
		wg.Wait()
		d.onSync = nil
	})
	j := openOn(t, d)
	require.Equal(t, []string{"1/1:first", "2/1:crowd", "3/1:crowd", "4/1:crowd"}, texts(t, j, 1))
	require.NoError(t, j.Close())
}

func TestCloseWaitsForCompaction(t *testing.T) {
	d := newDisk()
	j := openOn(t, d)
	receipts(t, j, 9)
	var closing sync.WaitGroup
	_, err := j.Compact(t.Context(), func(r journal.Record) bool {
		if r.Seq == 1 {
			closing.Go(func() { assert.NoError(t, j.Close()) })
			for j.Stats().Failure == nil {
				runtime.Gosched()
			}
		}
		runtime.Gosched()
		d.mu.Lock()
		defer d.mu.Unlock()
		assert.True(t, d.locked)
		return false
	})
	require.ErrorIs(t, err, journal.ErrClosed)
	closing.Wait()
	require.False(t, d.locked)
}
