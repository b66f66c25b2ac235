package duty_test

import (
	"errors"
	"fmt"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Refusals of the chain. errWindow is tried again, the others are final.
var (
	errWindow  = errors.New("window")
	errTwice   = errors.New("claim exists")
	errTotal   = errors.New("total")
	errProof   = errors.New("proof")
	errAck     = errors.New("ack")
	errState   = errors.New("wrong state")
	errNotYou  = errors.New("unauthorized")
	errTurn    = errors.New("not your turn")
	errNotLost = errors.New("not lost")
	errNone    = errors.New("not found")
)

// openings is how many draws a proof of deals has, watched one of slots or duties.
const openings, watched = 8, 3

// apply does what one post asks for, or refuses it and changes nothing.
func (s *state) apply(p work.Post) error {
	switch {
	case p.Claim != nil:
		return s.claim(*p.Claim)
	case p.Proof != nil:
		return s.prove(*p.Proof)
	case len(p.Acks) > 0:
		return s.ack(p.Acks[0])
	case p.Lost != nil:
		return s.lose(*p.Lost)
	case p.Declare != nil:
		return s.declare(*p.Declare)
	case p.Take != nil:
		return s.take(*p.Take)
	case p.Answer != nil:
		return s.answer(*p.Answer)
	case p.Draw != 0:
		return s.draw(p.Draw)
	case p.Prune != 0:
		return s.prune(p.Prune)
	case p.Resume:
		if !s.suspended {
			return errState
		}
		s.suspended = false
		return nil
	}
	return errNone
}

func (s *state) claim(c work.Claim) error {
	if c.Epoch > s.epoch() {
		return errNone
	}
	from, until, _ := s.window(c.Epoch)
	switch _, exists := s.claims[c.Epoch]; {
	case s.height < from || s.height >= until:
		return errWindow
	case exists:
		return errTwice
	case c.Epoch < s.lastClaimed || c.Deals.Sum != s.owed(c.Epoch) || c.IsEmpty():
		return errTotal
	}
	s.claims[c.Epoch] = claimed{Claim: c}
	s.lastClaimed = c.Epoch
	return nil
}

func (s *state) prove(p work.Proven) error {
	c, ok := s.claims[p.Epoch]
	if !ok {
		return errNone
	}
	if c.proven != 0 {
		return errTwice
	}
	_, _, seed := s.window(p.Epoch)
	if from := seed + s.shift(); seed == 0 || s.height < from || s.height >= from+s.p.proof {
		return errWindow
	}
	if c.Deals.IsEmpty() != (len(p.Deals) == 0) {
		return errProof
	}
	if err := s.provePresence(&c, p); err != nil {
		return err
	}
	if !c.Deals.IsEmpty() {
		if err := s.proveDeals(c, p); err != nil {
			return err
		}
	}
	c.proven = s.height
	s.claims[p.Epoch] = c
	return nil
}

// provePresence checks slots and duties; what is not shown is given up.
func (s *state) provePresence(c *claimed, p work.Proven) error {
	if len(p.Slots) > 0 {
		up, err := proof.DecodeUptimeProof(p.Slots)
		if err == nil {
			err = up.Verify(c.Slots, s.seed(p.Epoch), watched, func(uint64, []proof.Seal) error { return nil })
		}
		if err != nil {
			return errors.Join(errProof, err)
		}
		c.slots = c.Slots.Sum.Lo
	}
	if len(p.Duties) > 0 {
		if err := proof.VerifyDuties(c.Duties, s.seed(p.Epoch), watched, p.Duties, func(proof.Duty) error { return nil }); err != nil {
			return errors.Join(errProof, err)
		}
		c.worth = c.Duties.Sum.Lo
	}
	return nil
}

func (s *state) proveDeals(c claimed, p work.Proven) error {
	sp, err := proof.DecodeStorageProof(p.Deals)
	if err != nil {
		return errors.Join(errProof, err)
	}
	err = sp.Verify(c.Deals, s.seed(p.Epoch), openings, func(id uint64) (proof.DealView, error) {
		ref, acked, ok := s.heldAt(id, p.Epoch)
		if !ok {
			return proof.DealView{}, errNone
		}
		d := s.deals[id]
		return proof.DealView{Weight: d.Rate, LayoutHash: acked.Root, LayoutBytes: acked.Bytes, N: uint32(d.Profile.N), Index: uint32(ref.Index)}, nil
	})
	if err != nil {
		return errors.Join(errProof, err)
	}
	return nil
}

// index returns an index of an open deal.
func (s *state) index(ref work.IndexRef) (*work.Index, deal, error) {
	d, ok := s.deals[ref.Deal]
	if !ok || d.Settled || ref.Index >= len(d.indices) {
		return nil, d, errNone
	}
	return &d.indices[ref.Index], d, nil
}

func (s *state) ack(a work.Ack) error {
	i, d, err := s.index(a.Ref)
	switch {
	case err != nil:
		return err
	case i.Node != me:
		return errNotYou
	case a.Version == 0 || a.Version != d.Layout.Version:
		return errAck
	}
	s.acknowledge(i, d.Layout)
	if i.Status != work.IndexHeld {
		i.Status, i.FromEpoch = work.IndexHeld, max(d.FirstEpoch, s.epoch()+1)
	}
	return nil
}

// acknowledge notes a layout; what a claim is still to be proved against is kept.
func (s *state) acknowledge(i *work.Index, l work.Layout) {
	if c, ok := s.claims[s.lastClaimed]; ok && c.proven == 0 && i.Status == work.IndexHeld && i.ClaimedEpoch != s.lastClaimed {
		i.Claimed, i.ClaimedEpoch = i.Acked, s.lastClaimed
	}
	i.Acked = l
}

// end takes an index from its holder, which is owed for it until an epoch.
func (s *state) end(ref work.IndexRef, i *work.Index, last uint64) {
	last = min(last, s.deals[ref.Deal].LastEpoch)
	if i.Node == me && last >= i.FromEpoch {
		s.stints = append(s.stints, stint{ref: ref, from: i.FromEpoch, to: last, was: *i})
	}
	s.requests = slices.DeleteFunc(s.requests, func(r work.OpenRequest) bool { return r.Ref == ref })
	*i = work.Index{Status: work.IndexVacant, SinceEpoch: s.epoch(), Since: s.height, LostBy: i.Node}
}

func (s *state) lose(ref work.IndexRef) error {
	i, _, err := s.index(ref)
	switch {
	case err != nil:
		return err
	case i.Node != me:
		return errNotYou
	case i.Status == work.IndexHeld:
		s.end(ref, i, s.lastClaimed)
		s.reported[ref] = true
		return nil
	case i.Status == work.IndexReserved:
		*i = work.Index{Status: work.IndexVacant, SinceEpoch: s.epoch(), Since: s.height, LostBy: i.LostBy}
		return nil
	}
	return errState
}

func (s *state) declare(ref work.IndexRef) error {
	i, _, err := s.index(ref)
	if err != nil {
		return err
	}
	if i.Status == work.IndexReserved && s.epoch() >= i.SinceEpoch+2 {
		*i = work.Index{Status: work.IndexVacant, SinceEpoch: s.epoch(), Since: s.height, LostBy: i.LostBy}
		return nil
	}
	f := s.fellows[i.Node]
	if i.Status != work.IndexHeld || f.status != work.MemberLeft && max(f.proven, i.FromEpoch-1)+3 > s.epoch() {
		return errNotLost
	}
	s.end(ref, i, s.epoch())
	return nil
}

func (s *state) prune(node uint64) error {
	f, ok := s.fellows[node]
	if !ok || f.status != work.MemberJoined || f.proven+5 > s.epoch() {
		return errState
	}
	f.status = work.MemberSuspended
	s.fellows[node] = f
	return nil
}

func (s *state) take(ref work.IndexRef) error {
	i, d, err := s.index(ref)
	switch {
	case err != nil:
		return err
	case i.Status != work.IndexVacant || s.epoch() >= d.LastEpoch:
		return errState
	case (i.LostBy != me || s.reported[ref]) && (s.turns == nil || !s.turns(ref, s.height)):
		return errTurn
	}
	*i = work.Index{Status: work.IndexReserved, Node: me, SinceEpoch: s.epoch(), Since: s.height, LostBy: i.LostBy}
	return nil
}

func (s *state) draw(id uint64) error {
	d, ok := s.deals[id]
	if !ok {
		return errNone
	}
	did := false
	for n, i := range d.indices {
		switch {
		case i.Status == work.IndexAssigned && s.epoch() >= i.SinceEpoch+2:
			d.indices[n] = work.Index{Status: work.IndexUnassigned, SinceEpoch: s.epoch(), Since: s.height}
		case i.Status == work.IndexUnassigned:
			d.indices[n] = work.Index{Status: work.IndexAssigned, Node: 90 + uint64(n), SinceEpoch: s.epoch(), Since: s.height}
		default:
			continue
		}
		did = true
	}
	if !did {
		return errState
	}
	return nil
}

func (s *state) answer(a work.Answer) error {
	at := slices.IndexFunc(s.requests, func(r work.OpenRequest) bool { return r.ID == a.Request })
	if at < 0 {
		return errNone
	}
	r := s.requests[at]
	if s.height > r.Deadline {
		return errWindow
	}
	root := proof.LayoutNode{Hash: r.Layout.Root, Bytes: r.Layout.Bytes}
	piece, err := proof.VerifyLayout(root, uint32(s.deals[r.Ref.Deal].Profile.N), uint32(r.Ref.Index), r.Position, a.LayoutOpening)
	if err == nil {
		_, err = proof.VerifyChunk(piece.Root, piece.Length, piece.Chunk(), a.ChunkOpening)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errProof, err)
	}
	s.requests = slices.Delete(s.requests, at, at+1)
	return nil
}
