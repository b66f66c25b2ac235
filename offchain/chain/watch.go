package chain

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	"github.com/mesh-protocol/mesh/offchain/work"
	taskstypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// WatchRecord is who watches a node in an epoch.
type WatchRecord struct {
	work.Watch
	SeedHeight int64  // from which on that is known, also of a node that nobody watches; 0 = it is not
	Assurance  string // none, low, standard or high
	Reason     string // for that, in a sentence
}

// Watch returns who watches a node of a network in the slots of an epoch. The error wraps ErrNotFound where there is no such node, or
// no such epoch any more.
func (c *Client) Watch(ctx context.Context, network string, node, epoch uint64) (WatchRecord, error) {
	var res *taskstypes.QueryWatchResponse
	what := fmt.Sprintf("who watches node %d of network %s in epoch %d", node, network, epoch)
	err := c.ask(ctx, what, func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = taskstypes.NewQueryClient(conn).Watch(ctx, &taskstypes.QueryWatchRequest{Network: network, Node: node, Epoch: epoch})
		return err
	})
	if err != nil {
		return WatchRecord{}, err
	}
	var r reader
	w := WatchRecord{Watch: work.Watch{Quorum: res.Quorum}, SeedHeight: res.SeedHeight, Assurance: res.Assurance, Reason: res.Reason}
	for i, s := range res.Slots {
		if int64(s.Slot) != int64(i) || s.Until <= s.From {
			r.fail("slot %d, from height %d to %d, in place %d", s.Slot, s.From, s.Until, i)
		}
		slot := work.WatchedSlot{Slot: s.Slot, From: s.From, Until: s.Until}
		for _, seat := range s.Seats {
			slot.Seats = append(slot.Seats, work.WatchSeat{Node: seat.Node, Seats: seat.Seats, Worth: seat.Worth})
		}
		w.Slots = append(w.Slots, slot)
	}
	return w, r.err
}
