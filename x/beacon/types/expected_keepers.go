package types

import (
	"context"

	"cosmossdk.io/math"
)

// StakingKeeper is x/staking as the beacon sees it.
type StakingKeeper interface {
	// OperatorOf returns the operator address of the validator with a consensus address, or nil
	// where there is none.
	OperatorOf(ctx context.Context, consensus []byte) ([]byte, error)
	// HasValidator tells whether an operator address belongs to a validator.
	HasValidator(ctx context.Context, operator []byte) (bool, error)
	// SlashProposer takes a fraction of the stake of the validator with a consensus address and
	// returns what it took, in umesh; nothing where the validator has left.
	SlashProposer(ctx context.Context, consensus []byte, height int64, fraction math.LegacyDec) (math.Int, error)
}

// Secrets knows the hash chains of this node's own validator. It is no part of consensus: a node
// without it proposes blocks without a reveal.
type Secrets interface {
	// Preimage returns the value that hashes to the head of the chain after used reveals.
	Preimage(tip []byte, length, used uint64) ([]byte, error)
}
