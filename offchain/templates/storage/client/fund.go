package client

import (
	"context"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

const (
	// fundedSpares is for how many holders beside the k that are asked first money is set aside at once. Others get it when they
	// are asked.
	fundedSpares = 1
	// partOverhead is what is read of a piece of each segment beside its share of the object, at most: the blocks at either end of
	// a part, and their tags.
	partOverhead = 128 << 10
)

// perHolder returns how many bytes of pieces a holder is asked for, at most, for what lies between two bytes of the object.
func (o *Opened) perHolder(from, to uint64) uint64 {
	if from == to {
		return 0
	}
	share := (to-from)/uint64(o.coder.Profile().K) + 1
	parts := (to-1)/segment.MaxPlain - from/segment.MaxPlain + 1
	return share + share/1000 + parts*partOverhead
}

// fund waits for holders to be reached and sees to it that so many bytes can be paid to those that are asked first. Where reading is
// free nothing is waited for but the holders.
func (o *Opened) fund(ctx context.Context, bytes uint64) error {
	k := o.coder.Profile().K
	o.scouts.await(ctx, k)
	if bytes == 0 {
		return nil
	}
	if err := o.gather.reader.Fund(ctx, o.gather.field.likely(k+fundedSpares), bytes); err != nil {
		return fmt.Errorf("pay for reading: %w", err)
	}
	return nil
}
