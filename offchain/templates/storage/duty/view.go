package duty

import (
	"maps"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// keptEnded is for how many epochs it is known that a stint has ended: claims come in the next one or two.
const keptEnded = 4

// view is what the chain said last about the node.
type view struct {
	held   []work.Held
	byDeal map[uint64]work.Held
	at     int64  // height the above was asked for at
	epoch  uint64 // the latest
	opened int64  // height
	since  uint64 // the first epoch since the node has seen each one that opened
	ended  []ended
	gone   map[stint]bool // those in ended

	reported map[stint]uint64 // by this node, in that epoch
}

// stint names a node's time with an index.
type stint struct {
	ref   work.IndexRef
	since int64 // height
}

// ended is a stint that was there and is not any more. Deals may owe it for epochs that are not claimed yet.
type ended struct {
	held     work.Held
	last     uint64 // no epoch after that one
	reported bool   // by this node, so that most likely only claimed epochs are owed
}

func newView() *view {
	return &view{byDeal: map[uint64]work.Held{}, at: -heldEvery, gone: map[stint]bool{}, reported: map[stint]uint64{}}
}

// update takes in which indices the node has, and tells whether that is news.
func (v *view) update(held []work.Held, epoch uint64, height int64) bool {
	v.at = height
	if len(held) == len(v.held) && slices.Equal(held, v.held) {
		return false
	}
	byDeal := make(map[uint64]work.Held, len(held))
	for _, h := range held {
		byDeal[h.Ref.Deal] = h
	}
	for _, was := range v.held {
		now, ok := byDeal[was.Ref.Deal]
		if ok && now.At.Since == was.At.Since {
			continue
		}
		key := stintOf(was)
		if was.At.Status == work.IndexHeld && !v.gone[key] {
			v.gone[key] = true
			v.ended = append(v.ended, ended{held: was, last: epoch, reported: v.wasReported(was)})
		}
	}
	v.held, v.byDeal = slices.Clone(held), byDeal
	return true
}

// endedFor returns the stints that have ended and that deals may yet owe for an epoch, those first that most likely are.
func (v *view) endedFor(epoch uint64) []work.Held {
	var likely, unlikely []work.Held
	for _, e := range slices.Backward(v.ended) {
		now, ok := v.byDeal[e.held.Ref.Deal]
		switch {
		case e.last < epoch || !owed(e.held, epoch) || ok && owed(now, epoch):
		case e.reported:
			unlikely = append(unlikely, e.held)
		default:
			likely = append(likely, e.held)
		}
	}
	return append(likely, unlikely...)
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
	v.ended = slices.DeleteFunc(v.ended, func(e ended) bool { return e.last+keptEnded < epoch })
	clear(v.gone)
	for _, e := range v.ended {
		v.gone[stintOf(e.held)] = true
	}
	maps.DeleteFunc(v.reported, func(_ stint, in uint64) bool { return in+keptEnded < epoch })
	return true
}

// report notes that the node has said that an index is lost.
func (v *view) report(h work.Held) { v.reported[stintOf(h)] = v.epoch }

// wasReported tells whether it has.
func (v *view) wasReported(h work.Held) bool {
	_, ok := v.reported[stintOf(h)]
	return ok
}

func stintOf(h work.Held) stint { return stint{ref: h.Ref, since: h.At.Since} }

// over tells whether nobody can be owed for a deal any more from the latest epoch on.
func (v *view) over(d work.Deal) bool { return d.Settled || v.epoch > d.LastEpoch }

// owed tells whether an index is owed to the node for an epoch.
func owed(h work.Held, epoch uint64) bool {
	return h.At.Status == work.IndexHeld && h.At.FromEpoch <= epoch && epoch <= h.Deal.LastEpoch
}
