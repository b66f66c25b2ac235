package types

import "context"

// Draw is a choice among the owners of an active set, weighted by bond and without replacement.
// It is a pure function of the seed, the set as of the opening and the tag.
type Draw struct {
	// Network is the seq of the network.
	Network uint64
	// Opening is the epoch as of whose opening the set is taken.
	Opening uint64
	// Seed is the beacon's value.
	Seed [32]byte
	// Tag names what is drawn for; two draws with different tags are independent.
	Tag string
	// Accept decides whether a node will do; nil takes every one. An owner whose drawn node will
	// not do counts as drawn.
	Accept func(context.Context, Node) (bool, error)
	// Without are owners that cannot be drawn, by slot.
	Without []uint64
}
