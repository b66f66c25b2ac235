package journal_test

import (
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
)

func TestOneKeyFromManySides(t *testing.T) {
	clock := newFakeClock()
	j := openClocked(t, newDisk(), clock)
	const sides = 16
	var wg sync.WaitGroup
	errs := make([]error, 2*sides)
	for i := range sides {
		wg.Go(func() { errs[i] = j.Put(t.Context(), intent("k")) })
		wg.Go(func() {
			other := intent("k")
			other.Payload = []byte("another")
			errs[sides+i] = j.Put(t.Context(), other)
		})
	}
	wg.Wait()
	winner := j.Due(clock.Now(), 9)
	require.Len(t, winner, 1)
	for i, err := range errs {
		if (i < sides) == (string(winner[0].Payload) == "result of k") {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, journal.ErrConflict)
		}
	}
	require.Equal(t, journal.Seq(2), j.Stats().Next, "one record")
}

func TestChangesOfOneKeyWaitForEachOther(t *testing.T) {
	commitTest(t, func(t *testing.T, j *journal.Journal, g *gate, clock *fakeClock) {
		ctx := t.Context()
		var wg sync.WaitGroup
		aside := func(call func() error, check func(err error)) {
			wg.Go(func() { check(call()) })
			synctest.Wait()
		}
		fine := func(err error) { assert.NoError(t, err) }
		other := intent("k")
		other.Payload = nil
		wg.Go(func() { fine(j.Put(ctx, intent("k"))) })
		<-g.reached
		aside(func() error { return j.Put(ctx, intent("k")) }, fine)
		aside(func() error { return j.Put(ctx, other) }, func(err error) { assert.ErrorIs(t, err, journal.ErrConflict) })
		aside(func() error { return j.Put(ctx, intent("free")) }, fine)
		require.Equal(t, journal.Seq(3), j.Stats().Next, "other keys go on")
		require.Empty(t, j.Due(clock.Now(), 9), "nothing is due before it is on disk")
		g.pass <- struct{}{}
		<-g.reached // of the free key
		g.pass <- struct{}{}
		wg.Wait()
		require.Equal(t, journal.Seq(3), j.Stats().Next, "one record a key")
		require.Equal(t, "k free", keys(j.Due(clock.Now(), 9)))

		wg.Go(func() { fine(j.Done(ctx, "k", outcomeOf("k"))) })
		<-g.reached
		require.Equal(t, "free", keys(j.Due(clock.Now(), 9)), "nothing is due whose end is being written")
		refused := func(err error) { assert.ErrorIs(t, err, journal.ErrAlreadyDone) }
		aside(func() error { return j.Retry(ctx, "k", "no answer", 0) }, refused)
		aside(func() error { return j.Put(ctx, intent("k")) }, refused)
		aside(func() error { return j.Done(ctx, "k", outcomeOf("k")) }, fine)
		aside(func() error { return j.Forget(ctx, ^journal.Seq(0)) }, fine) // sees nothing to forget yet
		g.pass <- struct{}{}
		wg.Wait()
		require.Equal(t, 1, j.Stats().Done)
	})
}

func TestForgetLeavesWhatIsNotOnDiskYet(t *testing.T) {
	d := newDisk()
	synctest.Test(t, func(t *testing.T) {
		j := openOn(t, d)
		put(t, j, "a", "b")
		require.NoError(t, j.Done(t.Context(), "a", nil))
		g := newGate(d)
		var wg sync.WaitGroup
		wg.Go(func() { assert.NoError(t, j.Done(t.Context(), "b", nil)) })
		<-g.reached
		wg.Go(func() { assert.NoError(t, j.Forget(t.Context(), ^journal.Seq(0))) })
		synctest.Wait()
		g.pass <- struct{}{}
		<-g.reached
		g.pass <- struct{}{}
		wg.Wait()
		d.onSync = nil
		before := j.Stats()
		require.Equal(t, 1, before.Done)
		require.NoError(t, j.Close())
		j = openOn(t, d)
		require.Equal(t, before.Done, j.Stats().Done)
		require.Equal(t, before.Reserved, j.Stats().Reserved)
		require.NoError(t, j.Close())
	})
}
