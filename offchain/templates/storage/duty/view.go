package duty

import (
	"maps"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// keptReports is for how many epochs a node knows what it has reported.
const keptReports = 4

// view is what the chain said last about the node.
type view struct {
	held   []work.Held
	byDeal map[uint64]work.Held
	at     int64  // height the above was asked for at
	epoch  uint64 // the latest
	opened int64  // height
	since  uint64 // the first epoch since the node has seen each one that opened

	reported map[stintKey]uint64 // by this node, in that epoch
}

// stintKey names a node's time with an index.
type stintKey struct {
	ref   work.IndexRef
	since int64 // height
}

func newView() *view {
	return &view{byDeal: map[uint64]work.Held{}, at: -heldEvery, reported: map[stintKey]uint64{}}
}

// update takes in which indices the node has, and tells whether that is news.
func (v *view) update(held []work.Held, height int64) bool {
	v.at = height
	if len(held) == len(v.held) && slices.Equal(held, v.held) {
		return false
	}
	byDeal := make(map[uint64]work.Held, len(held))
	for _, h := range held {
		byDeal[h.Ref.Deal] = h
	}
	v.held, v.byDeal = slices.Clone(held), byDeal
	return true
}

// open takes in the latest epoch and tells whether it is a new one. An older one is of a node of the chain that lags.
func (v *view) open(epoch uint64, opened int64) bool {
	if epoch <= v.epoch {
		return false
	}
	if epoch != v.epoch+1 {
		v.since = epoch
	}
	v.epoch, v.opened = epoch, opened
	maps.DeleteFunc(v.reported, func(_ stintKey, in uint64) bool { return in+keptReports < epoch })
	return true
}

// report notes that the node has said that an index is lost.
func (v *view) report(h work.Held) { v.reported[stintOf(h)] = v.epoch }

// wasReported tells whether it has.
func (v *view) wasReported(h work.Held) bool {
	_, ok := v.reported[stintOf(h)]
	return ok
}

func stintOf(h work.Held) stintKey { return stintKey{ref: h.Ref, since: h.At.Since} }

// over tells whether nobody can be owed for a deal any more from the latest epoch on.
func (v *view) over(d work.Deal) bool { return d.IsOver(v.epoch) }

// owed tells whether an index is owed to the node for an epoch.
func owed(h work.Held, epoch uint64) bool {
	return h.At.Status == work.IndexHeld && h.At.FromEpoch <= epoch && epoch <= h.Deal.LastEpoch
}
