package types

import (
	"errors"

	"cosmossdk.io/math"
)

// CheckTaken returns ErrInvalidGenesis unless what the state says each node takes up is the sum over the indices it was
// drawn for, holds or rebuilds: their number, their space in bytes, and what it can come to pay for them in base units.
// networks are those of the chain by id.
//
// It walks over all that there is: for tools and tests, never in a block.
func (g GenesisState) CheckTaken(networks map[string]NetworkKey) error {
	deals, want := map[uint64]Deal{}, map[worker]Owed{}
	for _, d := range g.Deals {
		deals[d.Id] = d
	}
	for _, i := range g.Indices {
		if !i.Index.HasNode() {
			continue
		}
		d := deals[i.Deal]
		at := worker{networks[d.Network].Seq, i.Index.Node}
		sum, ok := want[at]
		if !ok {
			sum = NewOwed()
		}
		sum.Deals, sum.Space, sum.Exposure = sum.Deals+1, sum.Space+d.Space, sum.Exposure.Add(d.Exposure())
		want[at] = sum
	}
	var errs []error
	for _, o := range g.Owed {
		at := worker{o.Network, o.Node}
		sum, ok := want[at]
		if !ok {
			sum = Owed{Exposure: math.ZeroInt()}
		}
		delete(want, at)
		if o.Owed.Deals != sum.Deals || o.Owed.Space != sum.Space || !o.Owed.Exposure.Equal(sum.Exposure) {
			errs = append(errs, ErrInvalidGenesis.Wrapf("node %d of network %d has %d indices of %d bytes and can come to pay %s, it says %d of %d and %s",
				o.Node, o.Network, sum.Deals, sum.Space, sum.Exposure, o.Owed.Deals, o.Owed.Space, o.Owed.Exposure))
		}
	}
	if len(want) > 0 {
		errs = append(errs, ErrInvalidGenesis.Wrapf("%d nodes have an index and say nothing of it", len(want)))
	}
	return errors.Join(errs...)
}
