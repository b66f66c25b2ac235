package types

import (
	"context"

	"cosmossdk.io/math"
)

// Hooks are what x/network tells the modules to its right. A hook fails only where the store does.
type Hooks interface {
	// AfterEpochClosed is called once when an epoch of a network has ended.
	AfterEpochClosed(ctx context.Context, network, epoch uint64) error
}

// BondHooks are told of bonds.
type BondHooks interface {
	// BeforeBondsChanged is called before bonds of a node change, while they stand as they were. It
	// fails only where the store does. An owner's bond with no given one beside it is not told of.
	BeforeBondsChanged(ctx context.Context, network, node uint64) error
}

// MultiHooks calls several hooks in their order and stops at the first error.
type MultiHooks []Hooks

// AfterEpochClosed implements Hooks.
func (m MultiHooks) AfterEpochClosed(ctx context.Context, network, epoch uint64) error {
	for _, h := range m {
		if err := h.AfterEpochClosed(ctx, network, epoch); err != nil {
			return err
		}
	}
	return nil
}

// ObligationKeeper knows what of a network is still open in a module to the right of x/network.
type ObligationKeeper interface {
	// OpenIn says in words what keeps a network from ending that is dormant and in which nothing is bonded or a duty; "" is nothing.
	// Its cost does not grow with what the network ever held. An error is the store's.
	OpenIn(ctx context.Context, network uint64) (string, error)
}

// MultiObligations asks several keepers in their order and returns the first answer.
type MultiObligations []ObligationKeeper

// OpenIn implements ObligationKeeper.
func (m MultiObligations) OpenIn(ctx context.Context, network uint64) (string, error) {
	for _, k := range m {
		if open, err := k.OpenIn(ctx, network); err != nil || open != "" {
			return open, err
		}
	}
	return "", nil
}

// DutyKeeper knows what nodes owe: the modules to the right of x/network answer it.
type DutyKeeper interface {
	// IsStale tells whether a node owed something in each of the last epochs whose duties are over,
	// as many as the network says and all after it came back, and did none of it.
	IsStale(ctx context.Context, network uint64, node Node) (bool, error)
	// Exposure returns the most a node can come to pay for what it is answerable for now, in base
	// units. So much of its bonds may not be taken out.
	Exposure(ctx context.Context, network, node uint64) (math.Int, error)
}
