package duty_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/duty"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

func TestEveryEpochIsClaimedAndProven(t *testing.T) {
	for name, p := range map[string]params{"devnet": devnet(), "hours": wide()} {
		t.Run("ok: "+name, func(t *testing.T) {
			w := newWorld(t, p)
			w.add(1, 0, 3, 100, 1, 4)
			w.add(2, 1, 3, 50, 2, 90)
			w.run(5*p.epoch + p.epoch - 1)
			require.Equal(t, []uint64{1, 2, 3, 4, 5}, w.proven())
			require.Equal(t, proof.U64(50), w.now.claims[5].Deals.Sum, "the first deal is over")
			require.Equal(t, proof.U64(100), w.now.claims[1].Deals.Sum)
			require.Equal(t, proof.U64(150), w.now.claims[2].Deals.Sum)
			require.Equal(t, []string{"claim", "proof"}, w.outbox.words())
			require.Len(t, w.outbox.keys("claim"), 5)
			require.Len(t, w.outbox.keys("proof"), 5)
		})
	}
}

// The chain is asked for all indices of the node only when something has happened, and nothing else is asked of every
// one of them.
func TestAQuietRoundIsCheap(t *testing.T) {
	w := newWorld(t, wide())
	one := newContent(1, 0, 3, 1)
	for id := uint64(1); id <= 10_000; id++ {
		d := deal{Deal: work.Deal{ID: id, Profile: work.Profile{K: 1, N: 3}, Rate: proof.U64(1), LastEpoch: 90, Layout: one.at}}
		d.indices = []work.Index{{Status: work.IndexHeld, Node: me, FromEpoch: 5, SinceEpoch: 1, Since: 1, Acked: one.at}}
		w.now.deals[id] = d
		w.store(id, one)
	}
	w.show()
	for range 40 { // looks at fellows end
		require.NoError(t, w.round())
		w.now.height++
		w.past[0].height++
	}
	clear(w.calls)
	for range 8 {
		require.NoError(t, w.round())
		w.now.height++
		w.past[0].height++
	}
	require.Equal(t, 1, w.calls["Held"])
	require.Zero(t, w.calls["Deal"]+w.calls["LastProven"]+w.calls["Has"]+w.calls["Reconcile"])
	require.LessOrEqual(t, w.calls[""], 8*2+3)
}

// A claim that is refused is made again: whether the chain refused it for good, or a part of it that lags.
func TestARefusedClaimIsMadeAgain(t *testing.T) {
	w := newWorld(t, devnet())
	w.add(1, 0, 3, 100, 1, 90)
	refused := 0
	w.refuse = func(p work.Post) bool {
		if p.Claim != nil && refused == 0 {
			refused++
			return true
		}
		return false
	}
	w.run(39)
	require.Equal(t, 1, refused)
	require.Equal(t, []uint64{1}, w.proven())
	require.Len(t, w.outbox.keys("claim"), 2)
}

// Nothing is claimed whose total is not what the chain says is owed, which is what happens when answers of two heights
// are put together.
func TestAClaimWaitsForAnswersThatFit(t *testing.T) {
	w := newWorld(t, devnet())
	w.add(1, 0, 3, 100, 1, 90)
	w.add(2, 0, 3, 10, 1, 90)
	w.run(20)
	w.block()
	seen := w.past[len(w.past)-1]
	delete(seen.deals, 2) // an answer without the second deal, and later a duty with it
	w.fails = func(call string) error {
		if call == "Duties" {
			seen.deals[2] = w.now.deals[2]
		}
		if call == "Held" {
			delete(seen.deals, 2)
		}
		return nil
	}
	lag := 0
	w.lag = func() int { return lag }
	_ = w.round()
	w.fails = func(string) error { return nil }
	w.block()
	w.run(39)
	require.Equal(t, []uint64{1}, w.proven())
	require.Equal(t, proof.U64(110), w.now.claims[1].Deals.Sum)
}

// When no time is left for another claim, nothing is reported that would spoil the one that is under way.
func TestNothingIsReportedInTheLastQuarter(t *testing.T) {
	w := newWorld(t, wide())
	w.add(1, 0, 3, 100, 1, 90)
	w.refuse = func(p work.Post) bool { return p.Claim != nil && w.now.height < 810 }
	w.run(795) // claims are taken in blocks 721 to 820
	clear(w.disk)
	w.rebuild = func(context.Context, work.Held) error { return errFellow }
	w.now.requests = []work.OpenRequest{{ID: 1, Ref: work.IndexRef{Deal: 1}, Deadline: 1_400, Layout: w.now.deals[1].Layout}}
	for w.now.height < 900 {
		w.block()
		_ = w.round()
	}
	require.Empty(t, w.outbox.keys("lost"))
	require.Equal(t, proof.U64(100), w.now.claims[1].Deals.Sum)
}

// While fellows can help, what the disk has lost is rebuilt before the claim, and not reported.
func TestWhatIsMissingIsRebuiltBeforeTheClaim(t *testing.T) {
	for lost := int64(2); lost <= 41; lost++ {
		t.Run(fmt.Sprint("ok: lost at height ", lost), func(t *testing.T) {
			w := newWorld(t, devnet())
			w.add(1, 0, 3, 100, 1, 90)
			w.add(2, 0, 3, 100, 1, 90)
			w.run(lost)
			delete(w.disk, 1)
			w.block()
			w.run(95)
			require.Equal(t, []uint64{1, 2, 3, 4}, w.proven())
			require.Empty(t, w.outbox.keys("lost"))
			require.NotNil(t, w.disk[1][1])
		})
	}
}

// What nobody can help with is reported, late in the window, and the rest is claimed without it.
func TestWhatCannotBeRebuiltIsReportedBeforeTheClaim(t *testing.T) {
	for name, p := range map[string]params{"devnet": devnet(), "hours": wide()} {
		t.Run("ok: "+name, func(t *testing.T) {
			w := newWorld(t, p)
			w.add(1, 0, 3, 100, 1, 90)
			w.add(2, 0, 3, 30, 1, 90)
			w.rebuild = func(context.Context, work.Held) error { return errFellow }
			delete(w.disk, 1)
			w.run(p.epoch + p.claim/2)
			require.Empty(t, w.outbox.keys("lost"), "too early")
			w.block()
			w.run(3*p.epoch - 1)
			require.Equal(t, 1, w.outbox.accepted("lost"))
			require.Len(t, w.outbox.keys("claim"), 2, "the claim waits for the report")
			require.Equal(t, proof.U64(30), w.now.claims[1].Deals.Sum)
			require.Equal(t, []uint64{1, 2}, w.proven())
			require.Equal(t, work.IndexVacant, w.now.deals[1].indices[0].Status)
		})
	}
}

// A few rebuilds in vain are no reason to report, even if a window ends.
func TestFellowsMayFailATime(t *testing.T) {
	w := newWorld(t, devnet())
	w.add(1, 0, 3, 100, 1, 90)
	tries := 0
	w.rebuild = func(context.Context, work.Held) error {
		if tries++; tries < duty.Hopeless {
			return errFellow
		}
		return nil
	}
	w.run(10)
	clear(w.disk)
	w.block()
	w.run(39)
	require.Empty(t, w.outbox.keys("lost"))
	require.Equal(t, []uint64{1}, w.proven())
}

// What can only be too late is not posted.
func TestNothingIsPostedTooLate(t *testing.T) {
	w := newWorld(t, devnet())
	w.add(1, 0, 3, 100, 1, 90)
	for w.now.height < 25 { // claims are taken in blocks 21 to 25
		w.block()
	}
	require.NoError(t, w.round())
	require.Empty(t, w.outbox.keys("claim"))
}

func TestNothingIsReportedThatIsNotLost(t *testing.T) {
	for name, err := range map[string]error{
		"ok: disk error":             errDisk,
		"ok: chain's view":           errNone,
		"ok: not ours":               errNotYou,
		"ok: wrong bytes, says none": proof.ErrChunk,
		"ok: wrong list, says none":  proof.ErrLayout,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, devnet())
			w.add(1, 0, 3, 100, 1, 90)
			rebuilt := 0
			w.rebuild = func(context.Context, work.Held) error { rebuilt++; return errFellow }
			w.damaged[1] = err
			for w.now.height < 70 {
				_ = w.round()
				w.block()
			}
			require.Empty(t, w.outbox.keys("lost"))
			require.Empty(t, w.proven())
			if wrong := errors.Is(err, proof.ErrChunk) || errors.Is(err, proof.ErrLayout); !wrong {
				require.Zero(t, rebuilt, "what may pass is not rebuilt")
			}
			delete(w.damaged, 1)
			for w.now.height < 79 {
				_ = w.round()
				w.block()
			}
			require.Equal(t, []uint64{3}, w.proven(), "and once it can be read, it is proven")
		})
	}
}

// A deal that ends is not repaired: nothing is reported that only costs.
func TestNothingIsReportedForADealThatEnds(t *testing.T) {
	w := newWorld(t, devnet())
	w.add(1, 0, 3, 100, 1, 2)
	w.rebuild = func(context.Context, work.Held) error { return errFellow }
	delete(w.disk, 1)
	w.run(70)
	require.Empty(t, w.outbox.keys("lost"))
	require.True(t, slices.Contains(w.outbox.words(), "claim"))
}

// A window that is not fixed yet is waited for.
func TestLateSeeds(t *testing.T) {
	p := devnet()
	p.late = 9
	w := newWorld(t, p)
	w.add(1, 0, 3, 100, 1, 90)
	w.run(180)
	require.Equal(t, []uint64{1, 2, 3, 4, 5}, w.proven()[:5])
	for _, key := range w.outbox.keys("claim") {
		require.Empty(t, w.outbox.posts[key].reason)
	}
	require.Empty(t, w.outbox.keys("lost"))
}
