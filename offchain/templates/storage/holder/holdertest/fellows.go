package holdertest

import (
	"context"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// Fellows knows the hosts of nodes, and who of them holds what from the chain.
type Fellows struct {
	Chain *Chain
	Hosts map[[32]byte]uint64 // numbers of nodes
	Down  error               // what it answers, if set
}

// IsFellow tells whether the node with that host has an index of a deal.
func (f *Fellows) IsFellow(ctx context.Context, deal uint64, host [32]byte) (bool, error) {
	if f.Down != nil {
		return false, f.Down
	}
	node, ok := f.Hosts[host]
	if !ok {
		return false, nil
	}
	_, indices, err := f.Chain.Deal(ctx, deal)
	return slices.ContainsFunc(indices, func(i work.Index) bool { return i.Node == node }), err
}
