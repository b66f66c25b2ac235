package duty

import (
	"context"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// maxTakes bounds the vacant indices a node asks for in one turn.
const maxTakes = 8

// take asks for vacant indices, once a turn; where there are many, for others each time. Whose turn it is the chain
// decides. A node that misses something itself takes nothing on.
func (d *Duties) take(ctx context.Context, height int64) error {
	turn := height / d.cfg.TurnBlocks
	if turn == d.turn || !d.stock.whole() {
		return nil
	}
	vacant, err := d.deps.Chain.Vacant(ctx)
	if err != nil {
		return fmt.Errorf("ask for vacant indices: %w", err)
	}
	d.turn = turn
	var list []work.IndexRef
	for _, ref := range vacant {
		if _, mine := d.view.byDeal[ref.Deal]; !mine && !d.declined[ref] {
			list = append(list, ref)
		}
	}
	var errs []error
	for i := range min(len(list), maxTakes) {
		ref := list[(uint64(turn)*maxTakes+d.cfg.Node+uint64(i))%uint64(len(list))]
		post := work.Post{Key: "take/" + refKey(ref), Take: &ref}
		errs = append(errs, d.sent.post(ctx, post, height, d.cfg.TurnBlocks, 0))
	}
	return errors.Join(errs...)
}
