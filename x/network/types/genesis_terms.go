package types

// validateTerms wants at most one change for each figure of a network, with a time, and terms that
// are valid when all of them count.
func (g GenesisState) validateTerms(c census) error {
	type place struct {
		network uint64
		name    string
	}
	seen, changes := map[place]bool{}, map[uint64][]TermChange{}
	for _, p := range g.PendingTerms {
		at := place{p.Network, p.Change.Name}
		if _, ok := c.networks[p.Network]; !ok || seen[at] || p.Due <= 0 {
			return ErrInvalidGenesis.Wrapf("change of %s of network %d occurs twice, has no time, or there is no such network", p.Change.Name, p.Network)
		}
		if err := CheckAmount(p.Change.Name, p.Change.Value); err != nil {
			return err
		}
		seen[at] = true
		changes[p.Network] = append(changes[p.Network], p.Change)
	}
	for _, n := range g.Networks {
		after, err := n.Params.With(changes[n.Seq]...)
		if err != nil {
			return ErrInvalidGenesis.Wrapf("changes of network %d: %s", n.Seq, err)
		}
		if err := after.Validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("changes of network %d: %s", n.Seq, err)
		}
	}
	return nil
}
