package duty_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/duty"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// For each state that a fellow's index can be in, what is sent in epoch 6 of a devnet.
func TestRemedies(t *testing.T) {
	held := func(from uint64) work.Index {
		return work.Index{Status: work.IndexHeld, Node: 77, FromEpoch: from, SinceEpoch: 1, Since: 1}
	}
	at := func(s work.IndexStatus, node, since uint64) work.Index {
		return work.Index{Status: s, Node: node, SinceEpoch: since, Since: 1}
	}
	joined := func(proven uint64) fellow { return fellow{proven: proven, status: work.MemberJoined} }
	for name, c := range map[string]struct {
		index  work.Index
		fellow fellow
		want   string // words of the posts
	}{
		"ok: proves":                  {held(1), joined(5), ""},
		"ok: late by what may be":     {held(1), joined(4), ""},
		"ok: silent":                  {held(1), joined(3), "declare"},
		"ok: silent, not yet stale":   {held(1), joined(2), "declare"},
		"ok: stale":                   {held(1), joined(1), "declare prune"},
		"ok: stale and taken out":     {held(1), fellow{proven: 1, status: work.MemberSuspended}, "declare"},
		"ok: never proved, is new":    {held(6), joined(0), ""},
		"ok: never proved, is silent": {held(3), joined(0), "declare"},
		"ok: never proved":            {held(1), joined(0), "declare prune"},
		"ok: left":                    {held(1), fellow{proven: 5, status: work.MemberLeft}, "declare"},
		"ok: unassigned":              {at(work.IndexUnassigned, 0, 6), fellow{}, "draw"},
		"ok: assigned, in time":       {at(work.IndexAssigned, 77, 5), fellow{}, ""},
		"ok: assigned, late":          {at(work.IndexAssigned, 77, 4), fellow{}, "draw"},
		"ok: reserved, in time":       {at(work.IndexReserved, 77, 5), fellow{}, ""},
		"ok: reserved, late":          {at(work.IndexReserved, 77, 4), fellow{}, "declare"},
		"ok: vacant is for who takes": {at(work.IndexVacant, 0, 1), fellow{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, devnet())
			w.add(1, 0, 3, 100, 1, 90)
			w.now.height = 101
			w.now.deals[1].indices[1] = c.index
			w.now.fellows[77] = c.fellow
			w.now.fellows[me] = joined(1 << 30)
			w.show()
			for range 15 { // the node's place in the epoch is the third
				w.show()
				require.NoError(t, w.round())
				w.now.height++
			}
			got := slices.Concat(w.outbox.keys("draw"), w.outbox.keys("declare"), w.outbox.keys("prune"))
			words := make([]string, len(got))
			clean := w.now.clone()
			for i, key := range got {
				words[i] = word(key)
				require.NoError(t, clean.apply(w.outbox.posts[key].Post), "the chain takes it")
			}
			require.Equal(t, c.want, strings.Join(words, " "))
		})
	}
}

// Who was away itself calls nobody silent before it has proven an epoch that opened when it was back: its fellows may
// have been away with it.
func TestWhoWasAwayDeclaresNothing(t *testing.T) {
	w := newWorld(t, devnet())
	w.add(1, 0, 3, 100, 1, 90)
	w.now.fellows[10+1] = fellow{proven: 1, status: work.MemberJoined}
	posts := func() int { return len(w.outbox.keys("declare")) + len(w.outbox.keys("prune")) }
	epochs := func(first, last uint64, proven uint64) int {
		before := posts()
		w.now.fellows[me] = fellow{proven: proven, status: work.MemberJoined}
		w.now.height = max(w.now.height, int64(20*(first-1)))
		for w.now.height < int64(20*last) {
			w.now.height++
			w.show()
			require.NoError(t, w.round())
		}
		return posts() - before
	}
	require.Zero(t, epochs(6, 8, 6), "it came back in epoch 6 and has proven that one only")
	require.Equal(t, 2, epochs(9, 9, 7), "it has proven one that opened after that")
	require.Zero(t, epochs(12, 14, 12), "it saw nothing of epochs 10 and 11")
	require.Equal(t, 2, epochs(15, 15, 13))
}

// Two holders of a deal look at different blocks, so that the second finds done what the first did.
func TestFellowsLookInTurn(t *testing.T) {
	at := map[int]int64{}
	for index := range 3 {
		w := newWorld(t, devnet())
		w.add(1, index, 3, 100, 1, 90)
		for ; w.calls["Deal"] == 0; w.now.height++ {
			w.show()
			require.NoError(t, w.round())
			at[index] = w.now.height
		}
	}
	require.Equal(t, map[int]int64{1: 1, 2: 4, 0: 7}, at) // in epoch 1 index 1 comes first
}

// However many deals there are, a round looks at few, and an epoch at a bounded number.
func TestLooksAreBounded(t *testing.T) {
	w := newWorld(t, wide())
	for id := uint64(1); id <= 100; id++ {
		w.add(id, 1, 3, 1, 1, 90)
	}
	for range 100 {
		before := w.calls["Deal"]
		require.NoError(t, w.round())
		require.LessOrEqual(t, w.calls["Deal"]-before, duty.MaxLooks)
		w.now.height++
		w.show()
	}
	require.Equal(t, duty.MaxWatched, w.calls["Deal"])
	require.Equal(t, 2, w.calls["LastProven"], "once for each fellow")
}

func TestTakes(t *testing.T) {
	w := newWorld(t, devnet())
	w.add(1, 0, 3, 100, 1, 90)
	w.now.deals[1].indices[2] = work.Index{Status: work.IndexVacant, SinceEpoch: 1, Since: 1} // of a deal it has: not for this node
	for id := uint64(10); id < 30; id++ {
		w.addAs(id, 0, 3, 1, 90, work.Index{Status: work.IndexVacant, SinceEpoch: 1, Since: 1})
	}
	w.now.turns = func(ref work.IndexRef, height int64) bool { return ref.Deal == 25 && height > 6 }
	w.show()
	perTurn := map[int64]int{}
	for w.now.height < 40 {
		before := len(w.outbox.keys("take"))
		require.NoError(t, w.round())
		perTurn[w.now.height/5] += len(w.outbox.keys("take")) - before
		w.block()
	}
	for turn, n := range perTurn {
		require.LessOrEqual(t, n, duty.MaxTakes, "turn %d", turn)
	}
	require.Equal(t, uint64(me), w.now.deals[25].indices[0].Node, "asked for in one of the turns")
	for _, key := range w.outbox.keys("take") {
		require.NotContains(t, key, "take/1/")
	}
}

// What the node has lost itself it asks for before everything else, each turn.
func TestTakesItsOwnFirst(t *testing.T) {
	w := newWorld(t, devnet())
	w.now.turns = func(work.IndexRef, int64) bool { return false }
	for id := uint64(10); id < 40; id++ {
		w.addAs(id, 0, 3, 1, 90, work.Index{Status: work.IndexVacant, SinceEpoch: 1, Since: 1, LostBy: 60 + id})
	}
	w.now.deals[33].indices[0].LostBy = me
	w.now.height = 6
	w.show()
	require.NoError(t, w.round())
	keys := w.outbox.keys("take")
	require.Len(t, keys, duty.MaxTakes)
	require.Contains(t, keys, "take/33/0/1")
	w.block()
	require.Equal(t, uint64(me), w.now.deals[33].indices[0].Node, "it needs no turn")
}

func TestRequestsAreAnswered(t *testing.T) {
	newest := func(w *world) work.OpenRequest {
		i := w.indexOf(1)
		return work.OpenRequest{ID: 7, Ref: work.IndexRef{Deal: 1}, Position: i.Acked.Bytes - 1, Deadline: w.now.height + 20,
			Layout: work.Layout{Root: i.Acked.Root, Bytes: i.Acked.Bytes}}
	}
	t.Run("ok: once", func(t *testing.T) {
		w := newWorld(t, devnet())
		w.add(1, 0, 3, 100, 1, 90)
		w.now.requests = []work.OpenRequest{newest(w)}
		w.show()
		w.run(15)
		require.Empty(t, w.now.requests)
		require.Len(t, w.outbox.keys("open"), 1)
	})
	t.Run("ok: the client commits another layout in the same block", func(t *testing.T) {
		w := newWorld(t, devnet())
		w.add(1, 0, 3, 100, 1, 90)
		w.run(3)
		w.now.requests = []work.OpenRequest{newest(w)}
		w.another(1)
		w.commit(1, true)
		w.fails = func(call string) error { // and the disk fails for the moment
			if call == "Open" && w.calls["Open"] < 8 {
				return errDisk
			}
			return nil
		}
		for w.now.height < 23 {
			w.block()
			_ = w.round()
		}
		require.Empty(t, w.now.requests)
		require.NotContains(t, w.disk[1], uint64(1), "and then it is forgotten")
	})
	t.Run("ok: rebuilt for it", func(t *testing.T) {
		w := newWorld(t, devnet())
		w.add(1, 0, 3, 100, 1, 90)
		w.run(8)
		clear(w.disk)
		w.now.requests = []work.OpenRequest{newest(w)}
		for w.now.height < 16 {
			w.block()
			_ = w.round()
		}
		require.Empty(t, w.now.requests)
		require.Len(t, w.rebuilds, 1)
	})
	t.Run("ok: refused by a node that lags", func(t *testing.T) {
		w := newWorld(t, devnet())
		w.add(1, 0, 3, 100, 1, 90)
		w.now.requests = []work.OpenRequest{newest(w)}
		w.show()
		w.refuse = func(work.Post) bool { return len(w.outbox.keys("open")) == 1 }
		w.run(20)
		require.Empty(t, w.now.requests)
	})
	t.Run("ok: too late", func(t *testing.T) {
		w := newWorld(t, devnet())
		w.add(1, 0, 3, 100, 1, 90)
		r := newest(w)
		r.Deadline = w.now.height
		w.now.requests = []work.OpenRequest{r}
		w.show()
		require.NoError(t, w.round())
		require.Empty(t, w.outbox.keys("open"))
	})
}

// A node that was taken out comes back, once an epoch, also if it could not ask at first.
func TestResume(t *testing.T) {
	w := newWorld(t, devnet())
	w.add(1, 0, 3, 100, 1, 90)
	w.now.suspended = true
	w.show()
	w.fails = func(call string) error {
		if call == "Suspended" && w.calls[call] == 1 {
			return errHangs
		}
		return nil
	}
	require.ErrorIs(t, w.round(), errHangs)
	w.block()
	w.run(10)
	require.False(t, w.now.suspended)
	require.Len(t, w.outbox.keys("resume"), 1)
}

// A node that was away for days does what is still due and nothing else.
func TestANodeThatWasAway(t *testing.T) {
	w := newWorld(t, devnet())
	w.add(1, 0, 3, 100, 1, 2_000)
	w.run(30)
	for w.now.height < 20_001 {
		w.block()
	}
	w.start()
	w.run(20_020)
	require.Equal(t, []uint64{1000}, w.proven()[len(w.proven())-1:])
	require.Len(t, w.proven(), 2, fmt.Sprint(w.proven()))
}
