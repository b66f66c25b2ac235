package duty_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/duty"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// toProof runs a node to the first block of its proof window of epoch 1 on a devnet; no proof is made yet.
func toProof(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, devnet())
	w.add(1, 0, 3, 100, 1, 90)
	w.run(27)
	w.block()
	require.Empty(t, w.outbox.keys("proof"))
	return w
}

// Layouts that come after the claim, with the node's acks, take nothing from its proof: neither from one that is under
// way nor from one that is yet to be made.
func TestLayoutsThatComeAfterTheClaim(t *testing.T) {
	for name, posted := range map[string]bool{"ok: the proof is under way": true, "ok: it is yet to be made": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, devnet())
			w.add(1, 0, 3, 100, 1, 90)
			w.run(26)
			require.Len(t, w.now.claims, 1)
			w.delay = func() bool { return w.now.height < 31 }
			for w.now.height < 31 {
				w.store(1, w.another(1))
				w.commit(1, true)
				w.block()
				if posted || w.now.height == 31 {
					require.NoError(t, w.round())
				}
			}
			require.Equal(t, uint64(6), w.now.deals[1].indices[0].Acked.Version)
			w.run(39)
			require.Equal(t, []uint64{1}, w.proven())
			for _, key := range w.outbox.keys("proof") {
				require.NotContains(t, w.outbox.posts[key].reason, "proof", "%s was refused", key)
			}
		})
	}
}

// The node's own ack of another layout goes out while the proof is under way.
func TestAcksDoNotWaitForTheProof(t *testing.T) {
	w := toProof(t)
	stuck := true
	w.delay = func() bool { return stuck }
	require.NoError(t, w.round())
	w.store(1, w.another(1))
	w.commit(1, false)
	w.block()
	require.NoError(t, w.round())
	require.Len(t, w.outbox.keys("ack"), 1)
	stuck = false
	w.run(39)
	require.Equal(t, []uint64{1}, w.proven())
	require.Equal(t, uint64(2), w.now.deals[1].indices[0].Acked.Version)
	require.Equal(t, 1, w.outbox.accepted("ack"))
}

// A proof that is posted is not made again before its span is over, and then the same.
func TestAProofIsPostedOnceASpan(t *testing.T) {
	w := toProof(t)
	w.delay = func() bool { return true }
	require.NoError(t, w.round())
	made := w.calls["Layout"]
	w.block()
	require.NoError(t, w.round())
	require.Equal(t, made, w.calls["Layout"])
	w.block()
	require.NoError(t, w.round())
	require.Len(t, w.outbox.keys("proof"), 2)
}

// What is lost in the proof window is rebuilt, and the proof made.
func TestWhatIsLostInTheProofWindowIsRebuilt(t *testing.T) {
	for name, lose := range map[string]func(*world){
		"ok: gone":                     func(w *world) { clear(w.disk) },
		"ok: damaged, the shelf says":  func(w *world) { w.damaged[1] = &loss{} },
		"ok: damaged, the proof shows": func(w *world) { w.damaged[1] = proof.ErrChunk },
	} {
		t.Run(name, func(t *testing.T) {
			w := toProof(t)
			lose(w)
			w.run(39)
			require.Equal(t, []uint64{1}, w.proven())
			require.Len(t, w.rebuilds, 1)
			require.Empty(t, w.outbox.keys("lost"))
		})
	}
}

// Only the latest layout can be rebuilt: where the acknowledged one is lost before the claim, the proof is made of that
// one once it is acknowledged, even after the deal's last epoch.
func TestTheLatestLayoutHelpsWhereTheAcknowledgedIsLost(t *testing.T) {
	w := newWorld(t, devnet())
	w.add(1, 0, 3, 100, 1, 1)
	w.run(18)
	w.another(1)
	w.commit(1, false)
	w.block()
	clear(w.disk)
	w.run(45)
	require.Equal(t, []uint64{1}, w.proven())
	require.Equal(t, uint64(2), w.now.deals[1].indices[0].Acked.Version)
}

// What a claim is proved against and the client has let another follow cannot be rebuilt: that costs the pay of the
// epoch, and no more. The node goes on to acknowledge what came after it.
func TestWhatIsLostBetweenClaimAndProof(t *testing.T) {
	w := toProof(t)
	w.another(1)
	w.commit(1, false)
	clear(w.disk)
	w.block()
	for w.now.height < 79 {
		if err := w.round(); err != nil {
			require.ErrorContains(t, err, "prove the claim of epoch 1: draw 0, deal 1: read layout: piece of segment 0: unknown piece")
		}
		w.block()
	}
	require.Equal(t, []uint64{2, 3}, w.proven())
	require.Empty(t, w.outbox.keys("lost"))
	require.Len(t, w.rebuilds, 1)
}

// A claim whose record is gone is proven if it comes out the same again, and not otherwise.
func TestAClaimThatIsNotWrittenDown(t *testing.T) {
	w := toProof(t)
	clear(w.book)
	w.run(39)
	require.Equal(t, []uint64{1}, w.proven())

	w = toProof(t)
	clear(w.book)
	claim := w.now.claims[1]
	claim.Deals.Hash[0]++
	w.now.claims[1] = claim
	w.show()
	require.ErrorContains(t, w.round(), "prove the claim of epoch 1")
	require.Empty(t, w.outbox.keys("proof"))
}

// A chain that does not answer is asked again; each duty is on its own.
func TestAChainThatHangs(t *testing.T) {
	for _, call := range []string{"Epoch", "Duties", "Held", "Challenge", "Claimed", "Vacant", "Deal", "LastProven", "Suspended", "Post", "Layout", "Group", "Reconcile"} {
		t.Run("ok: "+call, func(t *testing.T) {
			w := toProof(t)
			down := true
			w.fails = func(c string) error {
				if down && c == call {
					return errHangs
				}
				return nil
			}
			for range 3 {
				_ = w.round()
				w.block()
			}
			down = false
			w.run(59)
			require.Equal(t, []uint64{1, 2}, w.proven())
			require.Empty(t, w.outbox.keys("lost"))
		})
	}
}

// Side by side, what does not concern a proof does not hold it up.
func TestADutyDoesNotHoldUpTheOthers(t *testing.T) {
	for _, call := range []string{"OpenRequests", "Vacant", "Deal", "LastProven", "Suspended", "Reconcile", "Has"} {
		t.Run("ok: "+call, func(t *testing.T) {
			w := newWorld(t, devnet())
			w.add(1, 0, 3, 100, 1, 90)
			w.now.requests = []work.OpenRequest{{ID: 1, Ref: work.IndexRef{Deal: 1}, Deadline: 500, Layout: w.now.deals[1].Layout}}
			w.show()
			w.fails = func(c string) error {
				if c == call {
					return errHangs
				}
				return nil
			}
			for w.now.height < 59 {
				_ = w.round()
				w.block()
			}
			require.Equal(t, []uint64{1, 2}, w.proven())
		})
	}
}

// The outbox and the book are asked in an order in which a crash between any two steps loses nothing.
func TestACrashAtEveryStep(t *testing.T) {
	clean := newWorld(t, devnet())
	clean.add(1, 0, 3, 100, 1, 90)
	clean.run(39)
	for step := 1; step <= clean.calls[""]; step++ {
		w := newWorld(t, devnet())
		w.add(1, 0, 3, 100, 1, 90)
		w.runDying(step, 39)
		require.Equal(t, []uint64{1}, w.proven(), "crash at call %d", step)
		require.LessOrEqual(t, len(w.outbox.keys("claim")), 2, "crash at call %d", step)
	}
}

func TestConfig(t *testing.T) {
	for name, change := range map[string]func(*duty.Config, *duty.Deps){
		"ok: as it comes":     func(*duty.Config, *duty.Deps) {},
		"fails: no node":      func(c *duty.Config, _ *duty.Deps) { c.Node = 0 },
		"fails: no turns":     func(c *duty.Config, _ *duty.Deps) { c.TurnBlocks = 0 },
		"fails: long turns":   func(c *duty.Config, _ *duty.Deps) { c.TurnBlocks = 1_000_001 },
		"fails: impatient":    func(c *duty.Config, _ *duty.Deps) { c.Patience = 0 },
		"fails: too patient":  func(c *duty.Config, _ *duty.Deps) { c.Patience = 1 << 60 },
		"fails: no chain":     func(_ *duty.Config, d *duty.Deps) { d.Chain = nil },
		"fails: no rebuilder": func(_ *duty.Config, d *duty.Deps) { d.Rebuilder = nil },
		"fails: no log":       func(_ *duty.Config, d *duty.Deps) { d.Log = nil },
		"fails: no book":      func(_ *duty.Config, d *duty.Deps) { d.Book = nil },
		"fails: no outbox":    func(_ *duty.Config, d *duty.Deps) { d.Outbox = nil },
		"fails: no shelf":     func(_ *duty.Config, d *duty.Deps) { d.Shelf = nil },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, devnet())
			cfg, deps := duty.DefaultConfig(me, 20), w.deps()
			change(&cfg, &deps)
			_, err := duty.New(cfg, deps)
			if name == "ok: as it comes" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, duty.ErrInvalid)
		})
	}
}
