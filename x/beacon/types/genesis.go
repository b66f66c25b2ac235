package types

// DefaultGenesis returns a state without revealers under the default params.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams(), NextId: 1}
}

// NewRevealer returns a revealer whose first chain is used from the given height on.
func NewRevealer(validator string, id uint32, tip []byte, length uint64, active int64) Revealer {
	return Revealer{Validator: validator, Id: id, Current: NewChain(tip, length, active)}
}

// NewChain returns a chain of which nothing has been revealed.
func NewChain(tip []byte, length uint64, active int64) HashChain {
	return HashChain{Tip: tip, Head: tip, Length: length, ActiveHeight: active}
}

// Validate returns an error unless the state could have come about on a chain.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	if err := g.validateRevealers(); err != nil {
		return err
	}
	var last int64
	for _, r := range g.Rounds {
		if r.Height <= last {
			return ErrInvalidGenesis.Wrapf("round %d is out of order", r.Height)
		}
		if len(r.Value) != HashBytes || len(r.Reach) > MaxReach {
			return ErrInvalidGenesis.Wrapf("round %d has a value of %d bytes and a reach of %d", r.Height, len(r.Value), len(r.Reach))
		}
		last = r.Height
	}
	if n := len(g.Rounds); uint64(n) > MaxHistoryBlocks {
		return ErrInvalidGenesis.Wrapf("%d rounds are over the limit of %d", n, MaxHistoryBlocks)
	}
	return nil
}

func (g GenesisState) validateRevealers() error {
	seen := map[string]bool{}
	for _, r := range g.Revealers {
		if r.Id == 0 || r.Id >= g.NextId {
			return ErrInvalidGenesis.Wrapf("id %d of %s is not below next_id %d", r.Id, r.Validator, g.NextId)
		}
		if seen[r.Validator] {
			return ErrInvalidGenesis.Wrapf("revealer %s occurs twice", r.Validator)
		}
		seen[r.Validator] = true
		if err := r.Current.validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("revealer %s: %s", r.Validator, err)
		}
		if !r.Next.Exists() {
			continue
		}
		if err := r.Next.validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("revealer %s: %s", r.Validator, err)
		}
	}
	for _, n := range g.Newcomers {
		if seen[n.Validator] {
			return ErrInvalidGenesis.Wrapf("%s is revealer and newcomer, or newcomer twice", n.Validator)
		}
		seen[n.Validator] = true
	}
	return nil
}
