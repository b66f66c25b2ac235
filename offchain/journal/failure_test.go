package journal_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
)

func TestFirstErrorOfTheDiskIsTheLastWord(t *testing.T) {
	cases := []struct {
		name  string
		fault fault
		skip  int // operations before the fault: a batch is a write and a sync
		want  string
	}{
		{"fails: write", failOnce, 0, "write batch: injected fault"},
		{"fails: half a write", shortWrite, 0, "write batch: injected fault"},
		{"fails: sync", failOnce, 1, "sync batch: injected fault"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d, clock := newDisk(), newFakeClock()
			j := openClocked(t, d, clock)
			appendText(t, j, "kept")
			put(t, j, "k")
			d.failNext(c.fault, c.skip)
			for i := range 3 {
				ops := d.ops
				_, err := j.Append(t.Context(), receipt, []byte("lost"))
				require.EqualError(t, err, "append: journal has failed: "+c.want)
				require.ErrorIs(t, err, journal.ErrFailed)
				require.ErrorIs(t, err, errFault)
				if i > 0 {
					require.Equal(t, ops, d.ops, "the disk is not asked again")
				}
			}
			require.ErrorIs(t, j.Put(t.Context(), intent("new")), journal.ErrFailed)
			require.ErrorIs(t, j.Done(t.Context(), "k", nil), journal.ErrFailed)
			_, err := j.Compact(t.Context(), func(journal.Record) bool { return true })
			require.ErrorIs(t, err, journal.ErrFailed)
			require.ErrorIs(t, j.Stats().Failure, errFault)
			require.Empty(t, j.Due(clock.Now(), 9), "its end could not be recorded")
			require.Equal(t, []string{"1/1:kept"}, texts(t, j, 1), "reading goes on")
		})
	}
}

func TestAllWhoWaitHearOfTheError(t *testing.T) {
	commitTest(t, func(t *testing.T, j *journal.Journal, g *gate, _ *fakeClock) {
		errs := make([]error, 5)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { errs[i] = j.Put(t.Context(), intent(fmt.Sprint("k", i))) })
			if i == 0 {
				<-g.reached // the others queue behind it
			}
		}
		// One more waits for what becomes of the key that is being put.
		wg.Go(func() { assert.ErrorIs(t, j.Put(t.Context(), intent("k0")), errFault) })
		synctest.Wait()
		g.d.failNext(failOnce, 0) // the sync itself, which is past the gate's hook
		g.pass <- struct{}{}
		wg.Wait()
		for _, err := range errs {
			require.ErrorIs(t, err, journal.ErrFailed)
			require.ErrorIs(t, err, errFault)
		}
		require.Equal(t, 0, j.Stats().Open)
	})
}

func TestClosingJournalTellsWhyAWriteFailed(t *testing.T) {
	d := newDisk()
	synctest.Test(t, func(t *testing.T) {
		j := openOn(t, d)
		g := newGate(d)
		var wg sync.WaitGroup
		var appendErr, closeErr error
		wg.Go(func() { _, appendErr = j.Append(t.Context(), receipt, nil) })
		<-g.reached
		wg.Go(func() { closeErr = j.Close() })
		synctest.Wait()
		d.failNext(failOnce, 0)
		g.pass <- struct{}{}
		wg.Wait()
		require.ErrorIs(t, appendErr, errFault)
		require.ErrorIs(t, appendErr, journal.ErrFailed)
		require.NotErrorIs(t, appendErr, journal.ErrClosed)
		require.NoError(t, closeErr)
	})
}
