package duty

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// maxTakes bounds the vacant indices a node asks for in one turn.
const maxTakes = 8

// take asks for vacant indices, once a turn: for those that this node has lost first, since it may have all of them, and
// where there are many, for others each time. Whose turn it is the chain decides. A node that misses something itself
// takes on nothing that it has not got.
func (d *Duties) take(ctx context.Context, height int64) error {
	turn := height / d.cfg.TurnBlocks
	if turn == d.turn {
		return nil
	}
	vacant, err := d.deps.Chain.Vacant(ctx)
	if err != nil {
		return fmt.Errorf("ask for vacant indices: %w", err)
	}
	d.turn = turn
	var own, others []work.IndexRef
	for _, v := range vacant {
		switch _, mine := d.view.byDeal[v.Ref.Deal]; {
		case mine || d.declined[v.Ref]:
		case v.LostBy == d.cfg.Node:
			own = append(own, v.Ref)
		case d.stock.whole():
			others = append(others, v.Ref)
		}
	}
	own, others = rotated(own, uint64(turn)*maxTakes), rotated(others, uint64(turn)*maxTakes+d.cfg.Node)
	own = own[:min(len(own), max(maxTakes/2, maxTakes-len(others)))] // the chain may refuse them all
	var errs []error
	list := append(own, others...)
	for _, ref := range list[:min(len(list), maxTakes)] {
		post := work.Post{Key: "take/" + refKey(ref), Take: &ref}
		errs = append(errs, d.sent.post(ctx, post, height, d.cfg.TurnBlocks, 0))
	}
	return errors.Join(errs...)
}

// rotated returns a list that begins at another place.
func rotated(list []work.IndexRef, at uint64) []work.IndexRef {
	if len(list) == 0 {
		return nil
	}
	first := at % uint64(len(list))
	return slices.Concat(list[first:], list[:first])
}
