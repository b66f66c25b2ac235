package types

// DefaultGenesis returns a state without networks under the default params.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams(), NextSeq: 1, NextUnbonding: 1}
}

// Validate returns an error unless the state could have come about on a chain. It is pure and
// does not look at balances, which belong to x/bank.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	if g.NextSeq == 0 {
		return ErrInvalidGenesis.Wrap("next_seq is 0, the first network has seq 1")
	}
	var last uint64
	ids, names := map[string]bool{}, map[string]bool{}
	for _, n := range g.Networks {
		if n.Seq <= last || n.Seq >= g.NextSeq {
			return ErrInvalidGenesis.Wrapf("seq %d of network %s is out of order or not below next_seq %d", n.Seq, n.Id, g.NextSeq)
		}
		if err := n.Validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("network %s: %s", n.Id, err)
		}
		folded := FoldName(n.Name)
		if ids[n.Id] || names[folded] {
			return ErrInvalidGenesis.Wrapf("id or name of network %s occurs twice", n.Id)
		}
		last, ids[n.Id], names[folded] = n.Seq, true, true
	}
	return g.validateNodes()
}

// Validate returns an error unless the network is well formed. Terms are held against the coded
// bounds only: the chain's minimum may have been raised after the network was made.
func (n Network) Validate() error {
	if err := CheckNetworkID(n.Id); err != nil {
		return err
	}
	if normal, err := NormalName(n.Name); err != nil || normal != n.Name {
		return ErrInvalidName.Wrapf("%q is not a name in its normal form", n.Name)
	}
	if err := checkWork(n.Template, n.LogicHash); err != nil {
		return err
	}
	if err := n.Token.Validate(n.Id); err != nil {
		return err
	}
	if err := n.Deposit.Validate(); err != nil || n.Deposit.Denom != FeeDenom {
		return ErrInvalidAmount.Wrapf("deposit %s is not an amount of %s", n.Deposit, FeeDenom)
	}
	return n.Params.Validate()
}
