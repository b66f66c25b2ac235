package duty_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// A stint that others ended is owed for until the epoch it ended in: claims that leave it out are refused.
func TestAStintThatOthersEndedIsClaimed(t *testing.T) {
	for name, next := range map[string]work.Index{
		"ok: for others":  {Status: work.IndexVacant, SinceEpoch: 2, Since: 30},
		"ok: taken again": {Status: work.IndexReserved, Node: me, SinceEpoch: 2, Since: 30},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, devnet())
			w.add(1, 0, 3, 1_000_000_000, 1, 90)
			w.add(2, 0, 3, 1, 1, 90)
			w.rebuild = func(context.Context, work.Held) error { return errFellow }
			w.run(30)
			d := w.now.deals[2]
			w.now.end(work.IndexRef{Deal: 2}, &d.indices[0], w.now.epoch())
			d.indices[0] = next
			delete(w.disk, 2)
			w.block()
			w.start() // it was down when the stint ended
			w.run(85)
			require.Equal(t, proof.U64(1_000_000_001), w.now.claims[2].Deals.Sum, "owed until epoch 2")
			require.Equal(t, proof.U64(1_000_000_000), w.now.claims[3].Deals.Sum)
			require.Equal(t, []uint64{1, 2, 3}, w.proven())
		})
	}
}

// The answer about indices may be some blocks older than the one about ended stints: a stint that ended in between is in
// both, and is claimed once.
func TestAStintInTwoAnswersIsClaimedOnce(t *testing.T) {
	w := newWorld(t, devnet())
	for id, rate := range []uint64{1, 10, 100} {
		w.add(uint64(id+1), 0, 3, rate, 1, 90)
	}
	end := func(id uint64) {
		w.now.end(work.IndexRef{Deal: id}, &w.now.deals[id].indices[0], w.now.epoch())
		w.block()
	}
	w.run(15)
	end(3) // so that the indices it has are not all that is owed, and the chain is asked for ended stints
	w.run(20)
	end(2)
	lag := 0
	w.lag = func() int { return lag }
	var held []uint64
	w.fails = func(call string) error {
		if call == "Held" {
			held = nil
			for _, h := range w.seen().held() {
				held = append(held, h.Ref.Deal)
			}
		}
		lag = 0
		if call == "Duties" { // the indices are asked for next, of a node of the chain that stands at height 20
			lag = int(w.now.height - 20)
		}
		return nil
	}
	w.run(23)
	require.Equal(t, []uint64{1, 2}, held)
	require.Len(t, w.now.stints, 2)
	require.Len(t, w.outbox.keys("claim"), 1)
	w.block()
	claim := w.now.claims[1].Claim
	require.Equal(t, proof.U64(111), claim.Deals.Sum)
	require.ElementsMatch(t, []proof.Leaf{
		{Item: 1, Weight: proof.U64(1)}, {Item: 2, Weight: proof.U64(10)}, {Item: 3, Weight: proof.U64(100)},
	}, w.book[claim].Deals)
}

// Of two stints that have ended, one that others ended is owed for until then, and one the node reported is not.
func TestOfEndedStintsTheRightOneIsClaimed(t *testing.T) {
	w := newWorld(t, wide())
	for id := uint64(1); id <= 3; id++ {
		w.add(id, 0, 3, 10, 1, 90)
	}
	w.run(719)
	d := w.now.deals[2]
	w.now.end(work.IndexRef{Deal: 2}, &d.indices[0], w.now.epoch())
	delete(w.disk, 3)
	w.block()
	w.rebuild = func(context.Context, work.Held) error { return errFellow }
	w.run(800)
	require.Equal(t, 1, w.outbox.accepted("lost"))
	claim := w.now.claims[1].Claim
	var deals []uint64
	for _, l := range w.book[claim].Deals {
		deals = append(deals, l.Item)
	}
	require.Equal(t, []uint64{1, 2}, deals)
}
