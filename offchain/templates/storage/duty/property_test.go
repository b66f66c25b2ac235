package duty_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/duty"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// history is a random one: of the chain, the client, the disk, the fellows and the process.
type history struct {
	*world
	r       *rand.Rand
	gone    uint64         // the deal that no fellow can help with, 0 = none
	vain    map[uint64]int // rebuilds yet to fail
	crashes int            // of a hundred rounds
	errs    int            // of a hundred rounds, in which every fourth call fails
	trouble int            // rounds in a row that had either
	hangs   bool
	asked   uint64
	quiet   int64 // nothing happens before that height
	// lost are the versions of deals that the disk has lost, spoiled the epochs whose proof needs one that was followed
	// by another, so that no fellow can help.
	lost    map[[2]uint64]bool
	spoiled map[uint64]bool
}

func newHistory(t *rapid.T) *history {
	p := params{epoch: 100, claim: 36, delay: 3, proof: 36, answer: 30, turn: 10, late: rapid.Int64Range(0, 8).Draw(t, "late")}
	h := &history{world: newWorld(t, p), vain: map[uint64]int{}, lost: map[[2]uint64]bool{}, spoiled: map[uint64]bool{}}
	h.r = rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "dice"), 1))
	h.crashes, h.errs = h.percent(t, "crashes"), h.percent(t, "errors")
	maxLag, delays, refusals := rapid.IntRange(0, 2).Draw(t, "lag"), h.percent(t, "delays"), h.percent(t, "refusals")
	h.lag = func() int { return h.r.IntN(maxLag + 1) }
	delayed, refused := 0, map[string]int{} // how often in a row
	h.delay = func() bool { return h.badLuck(&delayed, 2, delays) }
	h.refuse = func(p work.Post) bool {
		count := refused[word(p.Key)]
		defer func() { refused[word(p.Key)] = count }()
		return h.badLuck(&count, 1, refusals)
	}
	h.fails = func(call string) error {
		beside := call == "Reconcile" || call == "Rebuild"
		if beside || call == "posted" || call == "written" || !h.hangs || h.r.IntN(4) > 0 {
			return nil
		}
		return errHangs
	}
	h.rebuild = func(_ context.Context, at work.Held) error {
		defer h.lock()()
		if at.Ref.Deal == h.gone || h.vain[at.Ref.Deal] > 0 {
			h.vain[at.Ref.Deal]--
			return errFellow
		}
		return nil
	}
	h.now.turns = func(ref work.IndexRef, height int64) bool { return height/10%2 == int64(ref.Deal%2) }
	deals := rapid.IntRange(1, 6).Draw(t, "deals")
	for id := uint64(1); id <= uint64(deals); id++ {
		h.add(id, int(id)%3, 3, 1+h.r.Uint64N(1_000), 1+h.r.Uint64N(2), 2+h.r.Uint64N(8))
	}
	h.addAs(50, 1, 3, 70, 90, work.Index{Status: work.IndexVacant, SinceEpoch: 1, Since: 1})
	h.content[50] = []*content{newContent(50, 1, 3, 1)}
	h.commit(50, false)
	if rapid.Bool().Draw(t, "lossy") {
		h.gone = 1
	}
	return h
}

func (*history) percent(t *rapid.T, name string) int { return rapid.IntRange(0, 30).Draw(t, name) }

// badLuck strikes with a probability in percent, but no more often in a row than so many times.
func (h *history) badLuck(row *int, most, percent int) bool {
	if *row == most || h.r.IntN(100) >= percent {
		*row = 0
		return false
	}
	*row++
	return true
}

// happen lets something happen before a block, or nothing.
func (h *history) happen() {
	ids := []uint64{}
	for _, at := range h.now.held() {
		if at.At.Status == work.IndexHeld {
			ids = append(ids, at.Ref.Deal)
		}
	}
	if len(ids) == 0 || h.now.height < h.quiet {
		return
	}
	id := ids[h.r.IntN(len(ids))]
	switch h.r.IntN(12) {
	case 0:
		if h.now.epoch() > h.now.deals[id].LastEpoch {
			return
		}
		// the client commits another layout; the node may have stored it, and its ack may be in the commit
		c := h.another(id)
		stored := h.r.IntN(3) > 0
		if stored {
			h.store(id, c)
		}
		h.commit(id, stored && h.r.IntN(2) == 0)
	case 1: // the disk loses all of a deal, or of all deals
		all := h.r.IntN(4) == 0
		for of, versions := range h.disk {
			for version := range versions {
				h.lost[[2]uint64{of, version}] = h.lost[[2]uint64{of, version}] || all || of == id
			}
			if all || of == id {
				delete(h.disk, of)
			}
		}
		h.vain[id] = h.r.IntN(duty.Hopeless - 1)
	case 2: // somebody asks for a block
		h.ask(id)
	case 3:
		h.now.suspended = true
	default:
		return
	}
	h.quiet = h.now.height + 20
}

func (h *history) ask(id uint64) {
	at := slices.IndexFunc(h.now.held(), func(at work.Held) bool { return at.Ref.Deal == id })
	held := h.now.held()[at]
	if id == h.gone || h.disk[id][held.At.Acked.Version] == nil {
		return
	}
	h.asked++
	h.now.requests = append(h.now.requests, work.OpenRequest{
		ID: h.asked, Ref: held.Ref, Position: h.r.Uint64N(held.At.Acked.Bytes), Deadline: h.now.height + h.now.p.answer,
		Layout: work.Layout{Root: held.At.Acked.Root, Bytes: held.At.Acked.Bytes},
	})
}

// turn is a block and a round, with a crash and a restart where the dice say so.
func (h *history) turn() {
	h.happen()
	h.block()
	trouble := h.badLuck(&h.trouble, 2, h.crashes+h.errs)
	h.hangs = trouble && h.r.IntN(h.crashes+h.errs) < h.errs
	if trouble && !h.hangs {
		h.dies = h.calls[""] + 1 + h.r.IntN(25)
	}
	_ = h.round()
	if h.dies != 0 {
		h.start()
	}
}

// spoil notes of which claims the proofs cannot be made any more.
func (h *history) spoil() {
	for e, c := range h.now.claims {
		for id, d := range h.now.deals {
			_, at, held := h.now.heldAt(id, e)
			version := [2]uint64{id, at.Version}
			switch {
			case h.disk[id][at.Version] != nil:
				delete(h.lost, version)
			case held && c.proven == 0 && h.lost[version] && at != d.Layout:
				h.spoiled[e] = true
			}
		}
	}
}

// Whatever happens, every epoch that is owed is claimed once and proven, unless an index is really lost, or a layout
// that was followed by another before it was proven; nothing is acknowledged that is not durable, which the outbox
// checks; only what nobody can rebuild is reported.
func TestHistories(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		h := newHistory(t)
		for h.now.height < 6*h.now.p.epoch {
			h.turn()
			h.spoil()
			for _, r := range h.now.requests {
				require.LessOrEqual(t, h.now.height, r.Deadline, "request %d was not answered", r.ID)
			}
		}
		h.check(t)
	})
}

func (h *history) check(t *rapid.T) {
	for _, p := range h.outbox.order {
		if p.Lost != nil {
			require.Equal(t, h.gone, p.Lost.Deal, "reported although fellows can help: %s", p.Key)
		}
	}
	for e := uint64(1); e < h.now.epoch(); e++ {
		amount := h.now.owed(e)
		_, until, seed := h.now.window(e)
		over := seed != 0 && h.now.height >= seed+h.now.shift()+h.now.p.proof
		if amount.IsZero() || until == 0 || !over {
			continue
		}
		c, ok := h.now.claims[e]
		require.True(t, ok, "epoch %d, owed %s, was not claimed", e, amount)
		if _, _, lossy := h.now.heldAt(h.gone, e); !lossy && !h.spoiled[e] {
			require.NotZero(t, c.proven, "epoch %d, owed %s, was not proven", e, amount)
		}
	}
	require.LessOrEqual(t, len(h.outbox.keys("claim")), 6*(36/3+2))
	require.Less(t, h.duties.Remembered(), 100)
}
