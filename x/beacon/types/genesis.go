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

// Validate returns ErrInvalidParams or ErrInvalidGenesis unless the state could have come about on
// a chain.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	if err := g.validateRevealers(); err != nil {
		return err
	}
	if a := g.Applied; a.Height != 0 && (len(a.TxHash) != HashBytes || len(a.Value) != HashBytes) {
		return ErrInvalidGenesis.Wrapf("the reveal of height %d has a hash of %d bytes and a value of %d", a.Height, len(a.TxHash), len(a.Value))
	}
	if n := len(g.Electorate.Digest); n != 0 && n != HashBytes {
		return ErrInvalidGenesis.Wrapf("the electorate has a digest of %d bytes", n)
	}
	return g.validateRounds()
}

func (g GenesisState) validateRevealers() error {
	if g.NextId == 0 {
		return ErrInvalidGenesis.Wrap("next_id is 0, the first revealer has number 1")
	}
	seen, ids := map[string]bool{}, map[uint32]bool{}
	for _, r := range g.Revealers {
		if r.Id == 0 || r.Id >= g.NextId || ids[r.Id] {
			return ErrInvalidGenesis.Wrapf("id %d of %s is taken or not below next_id %d", r.Id, r.Validator, g.NextId)
		}
		if seen[r.Validator] {
			return ErrInvalidGenesis.Wrapf("revealer %s occurs twice", r.Validator)
		}
		seen[r.Validator], ids[r.Id] = true, true
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

// validateRounds wants every height from the first on, since a seed is searched by halves, and no
// more than PreBlock will drop again.
func (g GenesisState) validateRounds() error {
	if n := uint64(len(g.Rounds)); n > g.Params.HistoryBlocks {
		return ErrInvalidGenesis.Wrapf("%d rounds are over history_blocks %d", n, g.Params.HistoryBlocks)
	}
	for i, r := range g.Rounds {
		if r.Height < 1 || i > 0 && r.Height != g.Rounds[i-1].Height+1 {
			return ErrInvalidGenesis.Wrapf("round %d is out of order", r.Height)
		}
		if err := r.validate(); err != nil {
			return err
		}
	}
	return nil
}
