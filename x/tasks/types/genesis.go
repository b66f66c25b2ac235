package types

import (
	"errors"
	"slices"

	"cosmossdk.io/math"
)

// seedBytes is the length of a seed, and of the root of a claim.
const seedBytes = 32

// DefaultGenesis returns a state without deals, channels and tasks.
func DefaultGenesis() *GenesisState {
	return &GenesisState{NextDeal: 1, NextRequest: 1, NextChannel: 1, NextTask: 1, NextSlash: 1}
}

// Validate returns an error unless the state could have come about on a chain. It is pure: what
// belongs to x/network is checked when it is imported. That the module's account holds what the deals say is trusted.
func (g GenesisState) Validate() error {
	if g.NextDeal == 0 || g.NextRequest == 0 || g.NextChannel == 0 || g.NextTask == 0 || g.NextSlash == 0 {
		return ErrInvalidGenesis.Wrap("next_deal, next_request, next_channel, next_task and next_slash are at least 1")
	}
	deals := map[uint64]Deal{}
	var last uint64
	for _, d := range g.Deals {
		if d.Id <= last || d.Id >= g.NextDeal {
			return ErrInvalidGenesis.Wrapf("deal %d is out of order or not below %d", d.Id, g.NextDeal)
		}
		if err := d.validate(); err != nil {
			return err
		}
		last, deals[d.Id] = d.Id, d
	}
	if err := g.validateIndices(deals); err != nil {
		return err
	}
	if !slices.IsSorted(g.Settling) || len(slices.Compact(slices.Clone(g.Settling))) != len(g.Settling) {
		return ErrInvalidGenesis.Wrap("the networks with deals to settle are out of order, or one is there twice")
	}
	for i, id := range g.Stuck {
		if d, ok := deals[id]; !ok || !d.IsOpen() || i > 0 && id <= g.Stuck[i-1] {
			return ErrInvalidGenesis.Wrapf("deal %d could not be settled: it is not there, not open, or out of order", id)
		}
	}
	if err := g.validateRequests(deals); err != nil {
		return err
	}
	if err := errors.Join(g.validateChannels(), g.validateTasks(), g.validateSlashes()); err != nil {
		return err
	}
	return g.validateWork()
}

// validateChannels holds that channels are in the order of their ids, and each could be open.
func (g GenesisState) validateChannels() error {
	var last uint64
	for _, c := range g.Channels {
		if c.Id <= last || c.Id >= g.NextChannel {
			return ErrInvalidGenesis.Wrapf("channel %d is out of order or not below %d", c.Id, g.NextChannel)
		}
		if err := c.validate(); err != nil {
			return err
		}
		last = c.Id
	}
	return nil
}

// validateSlashes holds that slashes are in the order of their ids, and each could stand so.
func (g GenesisState) validateSlashes() error {
	var last uint64
	for _, s := range g.Slashes {
		if s.Id <= last || s.Id >= g.NextSlash {
			return ErrInvalidGenesis.Wrapf("slash %d is out of order or not below %d", s.Id, g.NextSlash)
		}
		if err := s.validate(); err != nil {
			return err
		}
		last = s.Id
	}
	return nil
}

// validateTasks holds that posted tasks are in the order of their ids, and each could stand so.
func (g GenesisState) validateTasks() error {
	var last uint64
	for _, t := range g.Tasks {
		if t.Id <= last || t.Id >= g.NextTask {
			return ErrInvalidGenesis.Wrapf("task %d is out of order or not below %d", t.Id, g.NextTask)
		}
		if err := t.validate(); err != nil {
			return err
		}
		last = t.Id
	}
	return nil
}

func (d Deal) validate() error {
	if err := d.Profile.Validate(); err != nil {
		return err
	}
	if err := CheckAmount("rate", d.Rate); err != nil {
		return err
	}
	switch {
	case !isAmount(d.Escrow) || !isAmount(d.Reserve) || !isAmount(d.Spent):
		return ErrInvalidGenesis.Wrapf("deal %d has an escrow, reserve or spent sum below 0", d.Id)
	case d.Status != DEAL_STATUS_OPEN && d.Status != DEAL_STATUS_SETTLED:
		return ErrInvalidGenesis.Wrapf("deal %d has status %d", d.Id, d.Status)
	case d.FirstEpoch == 0 || d.LastEpoch+1 < d.FirstEpoch:
		return ErrInvalidGenesis.Wrapf("deal %d runs from epoch %d to %d", d.Id, d.FirstEpoch, d.LastEpoch)
	case d.Layout.Version != 0 && len(d.Layout.Root) != layoutRootBytes:
		return ErrInvalidGenesis.Wrapf("deal %d has a layout without a root", d.Id)
	}
	return nil
}

// validateIndices holds that every open deal has each of its indices once, by number, and nobody else any.
func (g GenesisState) validateIndices(deals map[uint64]Deal) error {
	at := 0
	for _, d := range g.Deals {
		for number := uint32(0); d.IsOpen() && number < d.Profile.N; number++ {
			if at == len(g.Indices) || g.Indices[at].Deal != d.Id || g.Indices[at].Number != number {
				return ErrInvalidGenesis.Wrapf("index %d of deal %d is missing or out of order", number, d.Id)
			}
			if err := g.Indices[at].validate(); err != nil {
				return err
			}
			at++
		}
	}
	if at != len(g.Indices) {
		return ErrInvalidGenesis.Wrapf("index %d of deal %d is of no open deal", g.Indices[at].Number, g.Indices[at].Deal)
	}
	for _, s := range g.Stints {
		d, ok := deals[s.Deal]
		if !ok || !d.IsOpen() || s.Stint.Index >= d.Profile.N || s.Stint.FromEpoch == 0 || s.Stint.FromEpoch > s.Stint.ToEpoch {
			return ErrInvalidGenesis.Wrapf("stint of deal %d: there is no such open deal or index, or it ends before it begins", s.Deal)
		}
		claimed := s.Stint.ClaimedEpoch == 0 || len(s.Stint.Claimed.Root) == layoutRootBytes
		if s.Stint.Node == 0 || len(s.Stint.Acked.Root) != layoutRootBytes || !claimed {
			return ErrInvalidGenesis.Wrapf("stint of deal %d: no node, or nothing it is proved against", s.Deal)
		}
	}
	return nil
}

func (s StoredIndex) validate() error {
	hasNode := false
	switch s.Index.Status {
	case INDEX_STATUS_ASSIGNED, INDEX_STATUS_HELD, INDEX_STATUS_RESERVED:
		hasNode = true
	case INDEX_STATUS_UNASSIGNED, INDEX_STATUS_VACANT:
	default:
		return ErrInvalidGenesis.Wrapf("index %d of deal %d has status %d", s.Number, s.Deal, s.Index.Status)
	}
	switch {
	case hasNode != s.Index.HasNode():
		return ErrInvalidGenesis.Wrapf("index %d of deal %d: node %d does not go with its status", s.Number, s.Deal, s.Index.Node)
	case !isAmount(s.Index.RepairPay):
		return ErrInvalidGenesis.Wrapf("index %d of deal %d: repair_pay is missing or below 0", s.Number, s.Deal)
	case len(s.Index.NotRebuilt) > MaxNotRebuilt || slices.Contains(s.Index.NotRebuilt, 0):
		return ErrInvalidGenesis.Wrapf("index %d of deal %d: %d nodes did not rebuild it, or one that is none", s.Number, s.Deal, len(s.Index.NotRebuilt))
	case s.Index.LostBy != 0 && s.Index.Status != INDEX_STATUS_VACANT && s.Index.Status != INDEX_STATUS_RESERVED:
		return ErrInvalidGenesis.Wrapf("index %d of deal %d is not wanted, and node %d lost it", s.Number, s.Deal, s.Index.LostBy)
	case s.Index.Status == INDEX_STATUS_HELD && (len(s.Index.Acked.Root) != layoutRootBytes || s.Index.FromEpoch == 0):
		return ErrInvalidGenesis.Wrapf("index %d of deal %d is held without an acknowledged layout or a first epoch", s.Number, s.Deal)
	case s.Index.ClaimedEpoch != 0 && len(s.Index.Claimed.Root) != layoutRootBytes:
		return ErrInvalidGenesis.Wrapf("index %d of deal %d: nothing the claim for epoch %d is proved against", s.Number, s.Deal, s.Index.ClaimedEpoch)
	}
	return nil
}

func (g GenesisState) validateRequests(deals map[uint64]Deal) error {
	var last uint64
	for _, r := range g.Requests {
		if _, ok := deals[r.Deal]; !ok || r.Id <= last || r.Id >= g.NextRequest {
			return ErrInvalidGenesis.Wrapf("request %d is out of order, not below %d, or of no deal", r.Id, g.NextRequest)
		}
		if !isAmount(r.Bond) || len(r.LayoutRoot) != layoutRootBytes {
			return ErrInvalidGenesis.Wrapf("request %d has no bond or no layout", r.Id)
		}
		last = r.Id
	}
	return nil
}

// validateWork holds that what is owed, claimed and proven is well formed.
func (g GenesisState) validateWork() error {
	for _, o := range g.Owed {
		if !isAmount(o.Owed.Amount) || !isAmount(o.Owed.Exposure) {
			return ErrInvalidGenesis.Wrapf("what node %d is owed is missing or below 0", o.Node)
		}
	}
	for _, c := range g.Changes {
		if !isAmount(c.Change.Plus) || !isAmount(c.Change.Minus) {
			return ErrInvalidGenesis.Wrapf("a change of what node %d is owed is missing or below 0", c.Node)
		}
	}
	for _, s := range g.Gaps {
		if s.First == 0 || s.First > s.Gap.Last || s.Gap.Missed < s.Gap.Last-s.First+1 {
			return ErrInvalidGenesis.Wrapf("a gap of node %d from epoch %d to %d with %d missed", s.Node, s.First, s.Gap.Last, s.Gap.Missed)
		}
	}
	for _, c := range g.Claims {
		if err := c.validate(); err != nil {
			return err
		}
	}
	for _, s := range g.WatchSeeds {
		if s.Epoch == 0 || len(s.Seed.Seed) != seedBytes || s.Seed.Height <= 0 {
			return ErrInvalidGenesis.Wrapf("the watchers of epoch %d have no seed, or none of a height", s.Epoch)
		}
	}
	for _, s := range g.Ended {
		if s.Node == 0 || !isAmount(s.Stint.Rate) || s.Stint.Deal == 0 || s.Stint.Deal >= g.NextDeal || s.Stint.FromEpoch == 0 || s.Stint.FromEpoch > s.Stint.ToEpoch {
			return ErrInvalidGenesis.Wrapf("an ended stint of node %d and deal %d: no such node or deal, no rate, or it ends before it begins", s.Node, s.Stint.Deal)
		}
	}
	for _, w := range g.Windows {
		if fixed := w.Window.SeedHeight != 0; fixed != (len(w.Window.Seed) == seedBytes) || w.Window.ClaimsFrom > w.Window.ClaimsUntil {
			return ErrInvalidGenesis.Wrapf("the window of epoch %d ends before it begins, or half has a seed", w.Epoch)
		}
	}
	return nil
}

// validate holds that each sum of a claim has a root, and that there is one at all.
func (c StoredClaim) validate() error {
	if !isAmount(c.Claim.Total) {
		return ErrInvalidGenesis.Wrapf("the claim of node %d for epoch %d has no total", c.Node, c.Epoch)
	}
	some := false
	for _, part := range []struct {
		root []byte
		any  bool
	}{
		{c.Claim.Root, c.Claim.Total.IsPositive()}, {c.Claim.UptimeRoot, c.Claim.UptimeSlots > 0}, {c.Claim.DutyRoot, c.Claim.DutyWorth > 0},
	} {
		if part.any && len(part.root) != seedBytes || !part.any && len(part.root) != 0 {
			return ErrInvalidGenesis.Wrapf("the claim of node %d for epoch %d has a sum without a root, or a root without a sum", c.Node, c.Epoch)
		}
		some = some || part.any
	}
	if !some {
		return ErrInvalidGenesis.Wrapf("the claim of node %d for epoch %d claims nothing", c.Node, c.Epoch)
	}
	return nil
}

func isAmount(a math.Int) bool { return !a.IsNil() && !a.IsNegative() }
