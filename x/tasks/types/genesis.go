package types

// DefaultGenesis returns a state without deals.
func DefaultGenesis() *GenesisState { return &GenesisState{NextDeal: 1, NextRequest: 1} }

// Validate returns an error unless the state could have come about on a chain. It is pure: what
// belongs to x/network and x/bank is checked where both are known.
func (g GenesisState) Validate() error {
	if g.NextDeal == 0 || g.NextRequest == 0 {
		return ErrInvalidGenesis.Wrap("next_deal and next_request are at least 1")
	}
	var last uint64
	deals := map[uint64]Deal{}
	for _, d := range g.Deals {
		if d.Id <= last || d.Id >= g.NextDeal {
			return ErrInvalidGenesis.Wrapf("deal %d is out of order or not below %d", d.Id, g.NextDeal)
		}
		if err := d.Profile.Validate(); err != nil {
			return err
		}
		if err := CheckAmount("rate", d.Rate); err != nil {
			return err
		}
		if d.Escrow.IsNil() || d.Escrow.IsNegative() || d.Reserve.IsNil() || d.Reserve.IsNegative() {
			return ErrInvalidGenesis.Wrapf("deal %d has an escrow or reserve below 0", d.Id)
		}
		last, deals[d.Id] = d.Id, d
	}
	for _, s := range g.Indices {
		d, ok := deals[s.Deal]
		if !ok || s.Number >= d.Profile.N || !d.IsOpen() {
			return ErrInvalidGenesis.Wrapf("index %d of deal %d: there is no such open deal or index", s.Number, s.Deal)
		}
	}
	for _, s := range g.Stints {
		if _, ok := deals[s.Deal]; !ok || s.Stint.FromEpoch > s.Stint.ToEpoch {
			return ErrInvalidGenesis.Wrapf("stint of deal %d: there is no such deal, or it ends before it begins", s.Deal)
		}
	}
	last = 0
	for _, r := range g.Requests {
		if _, ok := deals[r.Deal]; !ok || r.Id <= last || r.Id >= g.NextRequest {
			return ErrInvalidGenesis.Wrapf("request %d is out of order, not below %d, or of no deal", r.Id, g.NextRequest)
		}
		last = r.Id
	}
	return nil
}
