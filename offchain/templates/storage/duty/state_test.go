package duty_test

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// me is the number of the node under test.
const me = 1

// params are those of a network that duties depend on, in blocks.
type params struct {
	epoch, claim, delay, proof, answer, turn int64
	late                                     int64 // by how much seeds of proofs are late
}

func devnet() params {
	return params{epoch: 20, claim: 5, delay: 2, proof: 8, answer: 20, turn: 5}
}
func wide() params {
	return params{epoch: 720, claim: 100, delay: 6, proof: 100, answer: 720, turn: 20}
}

// state is what the chain knows after a block, written after x/tasks/keeper.
type state struct {
	p           params
	height      int64
	deals       map[uint64]deal
	stints      []stint // of the node under test, that have ended
	claims      map[uint64]claimed
	lastClaimed uint64
	requests    []work.OpenRequest
	fellows     map[uint64]fellow
	suspended   bool
	watched     bool                                       // the node was in the active set, and there are others
	turns       func(ref work.IndexRef, height int64) bool // whether the node may take an index
	reported    map[work.IndexRef]bool                     // by this node, which does not take them again before others
}

type deal struct {
	work.Deal
	indices []work.Index
}

type stint struct {
	ref      work.IndexRef
	from, to uint64
	was      work.Index
}

type claimed struct {
	work.Claim
	proven       int64
	slots, worth uint64 // that were proven
}

type fellow struct {
	proven uint64
	status work.MemberStatus
}

func (s *state) clone() *state {
	c := *s
	c.deals = map[uint64]deal{}
	for id, d := range s.deals {
		c.deals[id] = deal{Deal: d.Deal, indices: slices.Clone(d.indices)}
	}
	c.stints, c.requests = slices.Clone(s.stints), slices.Clone(s.requests)
	c.claims, c.fellows, c.reported = maps.Clone(s.claims), maps.Clone(s.fellows), maps.Clone(s.reported)
	return &c
}

func (s *state) epoch() uint64 {
	if s.height < 1 {
		return 0
	}
	return uint64((s.height-1)/s.p.epoch) + 1
}

func (s *state) opened() int64 { return int64(s.epoch()-1)*s.p.epoch + 1 }

// window returns when claims of an epoch are taken and the height of its seed, 0 while that is not fixed; from is 0
// while the window itself is not.
func (s *state) window(e uint64) (from, until, seed int64) {
	from = int64(e)*s.p.epoch + 1
	if e > 1 {
		prevFrom, prevUntil, prevSeed := s.window(e - 1)
		_, claimed := s.claims[e-1]
		switch {
		case prevFrom == 0 || claimed && prevSeed == 0 && s.height >= prevUntil:
			return 0, 0, 0
		case claimed && prevSeed != 0:
			from = max(from, prevSeed+s.room()+s.p.proof)
		case !claimed:
			from = max(from, prevUntil)
		}
	}
	until = from + s.p.claim
	if at := until + s.p.delay + s.p.late; s.height >= at {
		seed = at
	}
	return from, until, seed
}

func (s *state) room() int64 { return max(0, s.p.epoch-s.p.claim-s.p.delay-s.p.proof-5) }

// shift is that of the proof window of the node under test.
func (s *state) shift() int64 { return s.room() / 2 }

func (s *state) seed(e uint64) [32]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64([]byte("seed"), e))
}

func covers(i work.Index, d deal, e uint64) bool {
	return i.Status == work.IndexHeld && i.FromEpoch <= e && e <= d.LastEpoch
}

// owed returns what all deals owe the node for an epoch.
func (s *state) owed(e uint64) proof.U128 {
	var sum proof.U128
	for _, d := range s.deals {
		for _, i := range d.indices {
			if i.Node == me && covers(i, d, e) {
				sum, _ = sum.Add(d.Rate)
			}
		}
	}
	for _, t := range s.stints {
		if t.from <= e && e <= t.to {
			sum, _ = sum.Add(s.deals[t.ref.Deal].Rate)
		}
	}
	return sum
}

// held returns the node's indices in the order of their deals.
func (s *state) held() []work.Held {
	var list []work.Held
	for _, id := range slices.Sorted(maps.Keys(s.deals)) {
		d := s.deals[id]
		for number, i := range d.indices {
			if i.Node == me && !d.Settled {
				list = append(list, work.Held{Ref: work.IndexRef{Deal: id, Index: number}, At: s.shown(i), Deal: d.Deal})
			}
		}
	}
	return list
}

// shown is an index as queries have it: without the layout of a claim whose proof can come no more.
func (s *state) shown(i work.Index) work.Index {
	if i.ClaimedEpoch == 0 {
		return i
	}
	if d := s.epochDuty(i.ClaimedEpoch); d == nil || d.Kind != work.DutyProof {
		i.Claimed, i.ClaimedEpoch = work.Layout{}, 0
	}
	return i
}

// duties is what Deadlines answers.
func (s *state) duties() []work.Duty {
	var list []work.Duty
	for back := range min(s.epoch(), uint64(4)) {
		if d := s.epochDuty(s.epoch() - back); d != nil {
			list = append(list, *d)
		}
	}
	for _, r := range s.requests {
		list = append(list, work.Duty{Kind: work.DutyOpen, Ref: work.IndexRef{Deal: r.Ref.Deal}, Request: r.ID, Until: r.Deadline + 1})
	}
	for _, h := range s.held() {
		if h.At.Acked.Version < h.Deal.Layout.Version && s.epoch() <= h.Deal.LastEpoch {
			list = append(list, work.Duty{Kind: work.DutyAck, Ref: work.IndexRef{Deal: h.Ref.Deal}, Until: s.height + 100})
		}
	}
	return list
}

func (s *state) epochDuty(e uint64) *work.Duty {
	from, until, seed := s.window(e)
	c, ok := s.claims[e]
	if !ok {
		owed := s.owed(e)
		if e <= s.lastClaimed || owed.IsZero() && !s.watched || until != 0 && s.height >= until {
			return nil
		}
		return &work.Duty{Kind: work.DutyClaim, Epoch: e, From: max(from, int64(e)*s.p.epoch+1), Until: until, AtStake: owed}
	}
	if c.proven != 0 {
		return nil
	}
	d := work.Duty{Kind: work.DutyProof, Epoch: e, From: until, AtStake: c.Deals.Sum}
	if seed != 0 {
		d.From = seed + s.shift()
		d.Until = d.From + s.p.proof
		if s.height >= d.Until {
			return nil
		}
	}
	return &d
}

// heldAt returns which index of a deal the node was owed for in an epoch, and what it is proved against.
func (s *state) heldAt(id, e uint64) (work.IndexRef, work.Layout, bool) {
	for number, i := range s.deals[id].indices {
		if i.Node == me && covers(i, s.deals[id], e) {
			return work.IndexRef{Deal: id, Index: number}, i.ProvedBy(e), true
		}
	}
	for _, t := range s.stints {
		if t.ref.Deal == id && t.from <= e && e <= t.to {
			return t.ref, t.was.ProvedBy(e), true
		}
	}
	return work.IndexRef{}, work.Layout{}, false
}
