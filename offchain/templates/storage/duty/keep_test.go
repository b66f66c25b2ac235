package duty_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/duty"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// indexOf returns the node's index of a deal on chain.
func (w *world) indexOf(id uint64) work.Index {
	_, i, _ := w.oursIn(w.now, id)
	return i
}

// given opens a deal with content of which the node was given index 0 in a state, and has nothing.
func given(t *testing.T, s work.IndexStatus) *world {
	t.Helper()
	w := newWorld(t, devnet())
	w.addAs(1, 0, 3, 100, 90, work.Index{Status: s, Node: me, SinceEpoch: 1, Since: 1})
	w.content[1] = []*content{newContent(1, 0, 3, 1)}
	w.commit(1, false)
	return w
}

func TestWhatWasGivenIsBuiltAndAcknowledged(t *testing.T) {
	for _, s := range []work.IndexStatus{work.IndexAssigned, work.IndexReserved} {
		t.Run("ok: "+s.String(), func(t *testing.T) {
			w := given(t, s)
			w.run(59)
			require.Equal(t, work.IndexHeld, w.indexOf(1).Status)
			require.Equal(t, []uint64{2}, w.proven())
			require.Equal(t, 1, w.outbox.accepted("ack"))
			require.Len(t, w.rebuilds, 1)
		})
	}
}

// An ack is refused when a newer layout has come, or by a node of the chain that lags: the next one is another post.
func TestARefusedAckIsMadeAgain(t *testing.T) {
	w := given(t, work.IndexAssigned)
	w.store(1, w.latest(1))
	require.NoError(t, w.round())
	w.store(1, w.another(1))
	w.commit(1, false)
	w.block()
	require.Equal(t, "ack", w.outbox.posts[w.outbox.keys("ack")[0]].reason)
	refused := false
	w.refuse = func(work.Post) bool { defer func() { refused = true }(); return !refused }
	w.run(15)
	require.Equal(t, uint64(2), w.indexOf(1).Acked.Version)
	require.Len(t, w.outbox.keys("ack"), 3)
}

// What was taken and cannot be rebuilt is given back, is not acknowledged any more, and not taken again in the epoch.
func TestWhatCannotBeRebuiltIsGivenBack(t *testing.T) {
	w := given(t, work.IndexReserved)
	w.now.turns = func(work.IndexRef, int64) bool { return true }
	w.show()
	tries := 0
	w.rebuild = func(context.Context, work.Held) error { tries++; return errFellow }
	w.run(39)
	require.Equal(t, duty.GiveBack, tries)
	require.Equal(t, 1, w.outbox.accepted("lost"))
	require.Equal(t, work.IndexVacant, w.now.deals[1].indices[0].Status)
	require.Empty(t, w.outbox.keys("take"))
	w.run(50)
	require.NotEmpty(t, w.outbox.keys("take"), "in the next epoch it may try again")
}

// Once an index was given back, it is not rebuilt any more: an ack that came first would turn that into a loss.
func TestWhatIsGivenBackIsNotAcknowledged(t *testing.T) {
	w := given(t, work.IndexReserved)
	w.rebuild = func(context.Context, work.Held) error {
		if len(w.outbox.keys("lost")) > 0 {
			return nil
		}
		return errFellow
	}
	w.delay = func() bool { return len(w.outbox.keys("lost")) == 1 && w.now.height < 60 }
	w.run(60)
	require.NotEmpty(t, w.outbox.keys("lost"))
	require.Empty(t, w.outbox.keys("ack"))
	require.Equal(t, work.IndexVacant, w.now.deals[1].indices[0].Status)
}

// A comparison that began before an index was rebuilt says nothing about it.
func TestAnOldComparisonIsNotBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, devnet())
		w.add(1, 0, 3, 100, 1, 90)
		w.damaged[1] = &loss{}
		slow := &slowShelf{shelfPort: shelfPort{w}, answers: make(chan []work.IndexRef)}
		deps := w.deps()
		deps.Shelf = slow
		d, err := duty.New(duty.DefaultConfig(me, 5), deps)
		require.NoError(t, err)
		w.now.requests = []work.OpenRequest{{ID: 1, Ref: work.IndexRef{Deal: 1}, Deadline: 100, Layout: w.now.deals[1].Layout}}
		clear(w.disk)
		w.show()
		turn := func() {
			_ = d.Round(t.Context(), w.now.height)
			synctest.Wait()
			w.now.height++
			w.show()
		}
		turn() // a block is asked for and not there: it is rebuilt
		turn() // a comparison begins
		for w.now.height < 6 {
			turn()
		}
		require.Len(t, w.rebuilds, 1)
		slow.answers <- []work.IndexRef{{Deal: 1}} // as it was before
		for w.now.height < 12 {
			turn()
		}
		require.Len(t, w.rebuilds, 1)
		close(slow.answers)
		d.Compared()
	})
}

// slowShelf answers comparisons when the test does.
type slowShelf struct {
	shelfPort
	answers chan []work.IndexRef
}

func (s *slowShelf) Reconcile(context.Context, []work.Held) ([]work.IndexRef, error) {
	return <-s.answers, nil
}

// Fellows that could help once are not called hopeless for what they could not do before; the waits grow all the same.
func TestRebuildsCountFailuresInARow(t *testing.T) {
	outcomes := []error{errFellow, errFellow, nil, errFellow}
	var failed []int
	var heights []int64
	r := duty.NewRebuilds(func(context.Context, work.Held) error {
		err := outcomes[0]
		outcomes = outcomes[1:]
		return err
	})
	h := work.Held{Ref: work.IndexRef{Deal: 1}}
	for height := int64(1); len(outcomes) > 0; height++ {
		left := len(outcomes)
		r.Want(t.Context(), h, height)
		if len(outcomes) < left {
			heights, failed = append(heights, height), append(failed, r.Failed(h))
		}
	}
	require.Equal(t, []int{1, 2, 0, 1}, failed)
	require.Equal(t, []int64{1, 3, 6, 11}, heights)
}

// A node that lost its disk rebuilds a few indices at a time, and takes nothing on meanwhile.
func TestALostDiskIsRebuiltInTurn(t *testing.T) {
	w := newWorld(t, wide())
	for id := uint64(1); id <= 300; id++ {
		w.add(id, 0, 3, 1, 1, 90)
	}
	w.addAs(400, 0, 3, 1, 90, work.Index{Status: work.IndexVacant, SinceEpoch: 1, Since: 1})
	clear(w.disk)
	for w.now.height < 400 {
		before := len(w.rebuilds)
		require.NoError(t, w.round())
		require.LessOrEqual(t, len(w.rebuilds)-before, duty.MaxRebuilds)
		if w.now.height == 60 {
			require.Empty(t, w.outbox.keys("take"))
		}
		w.block()
	}
	require.Len(t, w.disk, 300)
	require.NotEmpty(t, w.outbox.keys("take"))
	require.Empty(t, w.outbox.keys("lost"))
	require.Less(t, w.duties.Remembered(), 50, "and forgets it")
}

// A rebuild that takes long is stopped when its layout was followed by another, and when nobody wants it any more.
func TestAnOldRebuildIsStopped(t *testing.T) {
	for name, change := range map[string]func(*world){
		"ok: another layout": func(w *world) { w.another(1); w.commit(1, false) },
		"ok: given away":     func(w *world) { w.now.deals[1].indices[0] = work.Index{Status: work.IndexVacant} },
		"ok: brought":        func(w *world) { w.store(1, w.another(1)); w.commit(1, true) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := given(t, work.IndexAssigned)
				begun, stopped := 0, 0
				w.rebuild = func(ctx context.Context, _ work.Held) error {
					begun++
					<-ctx.Done()
					stopped++
					return ctx.Err()
				}
				ctx, cancel := context.WithCancel(t.Context())
				heights := make(chan int64)
				done := make(chan struct{})
				go func() { defer close(done); w.duties.Run(ctx, heights) }()
				turn := func() {
					heights <- w.now.height
					synctest.Wait()
					w.block()
				}
				turn()
				turn()
				require.Equal(t, []int{1, 0}, []int{begun, stopped})
				change(w)
				w.show()
				for range duty.HeldEvery {
					turn()
				}
				require.Equal(t, 1, stopped)
				require.Empty(t, w.outbox.keys("lost"))
				cancel()
				<-done // waits for what runs beside
				require.Equal(t, begun, stopped)
			})
		})
	}
}

// Run does rounds until it is told to end, by either way, and takes only the latest of the heights that wait.
func TestRun(t *testing.T) {
	w := newWorld(t, devnet())
	w.add(1, 0, 3, 100, 1, 90)
	heights := make(chan int64, 3)
	heights <- 1
	heights <- 2
	heights <- 3
	close(heights)
	w.duties.Run(t.Context(), heights)
	require.Equal(t, 1, w.calls["Duties"])

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w.duties.Run(ctx, make(chan int64))
}

// A call that hangs ends with the node's patience, and the round goes on to what comes next.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, devnet())
		w.add(1, 0, 3, 100, 1, 90)
		deps := w.deps()
		deps.Chain = hanging{chainPort{w}}
		d, err := duty.New(duty.DefaultConfig(me, 5), deps)
		require.NoError(t, err)
		w.now.height = 7
		w.show()
		require.ErrorIs(t, d.Round(t.Context(), 7), context.DeadlineExceeded)
		require.Equal(t, 1, w.calls["Deal"], "what comes after the step that hung")
		d.Compared()
	})
}

// hanging does not answer what is vacant.
type hanging struct{ chainPort }

func (hanging) Vacant(ctx context.Context) ([]work.Vacant, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}
