package journal_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
)

// gate holds every sync of a disk until the test lets it pass.
type gate struct {
	d       *disk
	reached chan struct{} // receives when a sync begins
	pass    chan struct{} // lets one sync go on
}

func newGate(d *disk) *gate {
	g := &gate{d: d, reached: make(chan struct{}), pass: make(chan struct{})}
	d.onSync = func() {
		g.reached <- struct{}{}
		<-g.pass
	}
	return g
}

// appendAside appends a receipt in a goroutine of its own.
func appendAside(t *testing.T, wg *sync.WaitGroup, j *journal.Journal, text string) {
	t.Helper()
	wg.Go(func() {
		_, err := j.Append(t.Context(), receipt, []byte(text))
		assert.NoError(t, err)
	})
}

// appendCrowd lets n callers queue behind a sync that the gate holds, one after another.
func appendCrowd(t *testing.T, wg *sync.WaitGroup, j *journal.Journal, n int) {
	t.Helper()
	for range n {
		before := j.Stats().Next
		appendAside(t, wg, j, "crowd")
		synctest.Wait()
		require.Equal(t, before+1, j.Stats().Next)
	}
}

// commitTest runs f in a bubble, where synctest.Wait tells when everybody waits, on a journal whose syncs
// are gated and whose clock is fake.
func commitTest(t *testing.T, f func(t *testing.T, j *journal.Journal, g *gate, clock *fakeClock)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d, clock := newDisk(), newFakeClock()
		cfg := small("disk")
		cfg.Clock, cfg.SegmentBytes, cfg.MaxBytes = clock, 2<<20, 8<<20
		j, err := journal.OpenOn(cfg, d)
		require.NoError(t, err)
		f(t, j, newGate(d), clock)
		require.NoError(t, j.Close())
	})
}

func TestCallersShareASync(t *testing.T) {
	commitTest(t, func(t *testing.T, j *journal.Journal, g *gate, clock *fakeClock) {
		var wg sync.WaitGroup
		appendAside(t, &wg, j, "lone")
		<-g.reached // a lone caller is not made to wait: no timer fires in this test
		appendCrowd(t, &wg, j, 9)
		g.pass <- struct{}{}
		<-g.reached
		g.pass <- struct{}{}
		wg.Wait()
		require.Equal(t, uint64(2), j.Stats().Syncs, "one for the lone caller, one for the nine")
		require.Empty(t, clock.armed)
		require.Len(t, texts(t, j, 1), 10)
	})
}

func TestLoneCallerNeverWaitsForCompany(t *testing.T) {
	commitTest(t, func(t *testing.T, j *journal.Journal, g *gate, clock *fakeClock) {
		var wg sync.WaitGroup
		appendAside(t, &wg, j, "lone")
		<-g.reached
		appendCrowd(t, &wg, j, 9)
		g.pass <- struct{}{}
		<-g.reached
		g.pass <- struct{}{}
		wg.Wait()
		appendAside(t, &wg, j, "lone, after a batch of nine")
		<-g.reached
		require.Empty(t, clock.armed)
		g.pass <- struct{}{}
		wg.Wait()
	})
}

func TestSharedBatchWaitsForAsManyAsTheLast(t *testing.T) {
	ends := []string{"the delay ends", "the last caller comes", "the next caller finds no room", "the journal closes"}
	for _, end := range ends {
		t.Run("ok: until "+end, func(t *testing.T) {
			commitTest(t, func(t *testing.T, j *journal.Journal, g *gate, clock *fakeClock) {
				var wg sync.WaitGroup
				appendAside(t, &wg, j, "lone")
				<-g.reached
				appendCrowd(t, &wg, j, 4)
				g.pass <- struct{}{}
				<-g.reached // of the four
				appendCrowd(t, &wg, j, 3)
				g.pass <- struct{}{}
				require.Equal(t, 2*time.Millisecond, <-clock.armed, "three, where there were four")
				synctest.Wait()
				require.Equal(t, uint64(2), j.Stats().Syncs)
				switch end {
				case "the delay ends":
					clock.fire <- time.Time{}
				case "the last caller comes":
					appendAside(t, &wg, j, "fourth")
				case "the next caller finds no room":
					wg.Go(func() {
						big := make([]byte, journal.MaxPayload)
						rest := make([]byte, journal.MaxBatchBytes-3*len(big)-4*journal.FrameOverhead)
						_, err := j.AppendBatch(t.Context(), receipt, big, big, big, rest)
						assert.NoError(t, err)
					})
					<-g.reached
					require.Equal(t, uint64(2), j.Stats().Syncs)
					g.pass <- struct{}{}
				case "the journal closes":
					wg.Go(func() { assert.NoError(t, j.Close()) })
				}
				<-g.reached
				g.pass <- struct{}{}
				wg.Wait()
				require.Empty(t, clock.armed)
			})
		})
	}
}

func TestNothingWaitsForCompanyOnceClosed(t *testing.T) {
	commitTest(t, func(t *testing.T, j *journal.Journal, g *gate, clock *fakeClock) {
		var wg sync.WaitGroup
		appendAside(t, &wg, j, "lone")
		<-g.reached
		appendCrowd(t, &wg, j, 4)
		g.pass <- struct{}{}
		<-g.reached
		appendCrowd(t, &wg, j, 3)
		wg.Go(func() { assert.NoError(t, j.Close()) })
		synctest.Wait()
		g.pass <- struct{}{}
		<-g.reached
		require.Empty(t, clock.armed)
		g.pass <- struct{}{}
		wg.Wait()
	})
}

func TestCallersBehindAFullBatchWait(t *testing.T) {
	commitTest(t, func(t *testing.T, j *journal.Journal, g *gate, clock *fakeClock) {
		var wg sync.WaitGroup
		appendAside(t, &wg, j, "lone")
		<-g.reached
		big := make([]byte, journal.MaxPayload)
		for range 4 { // the fourth finds no room in a batch of 1 MiB, for 4 × 21 bytes
			wg.Go(func() {
				_, err := j.Append(t.Context(), receipt, big)
				assert.NoError(t, err)
			})
		}
		synctest.Wait()
		require.Equal(t, journal.Seq(5), j.Stats().Next, "the lone one and three")
		ctx, cancel := context.WithCancel(t.Context())
		wg.Go(func() {
			_, err := j.Append(ctx, receipt, big)
			assert.ErrorIs(t, err, context.Canceled)
		})
		synctest.Wait()
		cancel()      // who is not in a batch yet can leave it
		for range 2 { // the three, then the fourth
			g.pass <- struct{}{}
			<-g.reached
		}
		g.pass <- struct{}{}
		wg.Wait()
		require.Equal(t, journal.Seq(6), j.Stats().Next)
	})
}

func TestCallerThatLeavesDoesNotDisturbItsBatch(t *testing.T) {
	commitTest(t, func(t *testing.T, j *journal.Journal, g *gate, _ *fakeClock) {
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := j.Append(ctx, receipt, []byte("left"))
			assert.EqualError(t, err, "append: wait for the disk: context canceled")
		})
		<-g.reached
		cancel()
		wg.Wait()
		g.pass <- struct{}{}
		synctest.Wait()
		require.Equal(t, []string{"1/1:left"}, texts(t, j, 1))
	})
}
