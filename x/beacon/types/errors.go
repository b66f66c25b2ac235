package types

import errorsmod "cosmossdk.io/errors"

// Errors of the module. Codes start at 2, since 1 is the SDK's internal error, and are never reused.
var (
	// ErrInvalidReveal is a reveal that is not the proposer's next preimage in its one encoding.
	ErrInvalidReveal = errorsmod.Register(ModuleName, 2, "invalid reveal")
	// ErrRevealRefused is a reveal that came by any other road than the proposer's own block.
	ErrRevealRefused = errorsmod.Register(ModuleName, 3, "reveal refused")
	// ErrInvalidTip is a tip that is not 32 bytes long or a length out of bounds.
	ErrInvalidTip = errorsmod.Register(ModuleName, 4, "invalid tip")
	// ErrUnknownValidator is an operator address without a validator.
	ErrUnknownValidator = errorsmod.Register(ModuleName, 5, "unknown validator")
	// ErrNotFound is a height without a round or a validator that never registered.
	ErrNotFound = errorsmod.Register(ModuleName, 6, "not found")
	// ErrSeedPending is a seed that is not fixed yet.
	ErrSeedPending = errorsmod.Register(ModuleName, 7, "seed not fixed yet")
	// ErrSeedExpired is a seed whose heights the beacon no longer keeps.
	ErrSeedExpired = errorsmod.Register(ModuleName, 8, "seed too old")
	// ErrInvalidParams are params out of bounds.
	ErrInvalidParams = errorsmod.Register(ModuleName, 9, "invalid params")
	// ErrInvalidGenesis is a genesis state that contradicts itself.
	ErrInvalidGenesis = errorsmod.Register(ModuleName, 10, "invalid genesis")
	// ErrInvalidRequest is a message or query that is not well formed.
	ErrInvalidRequest = errorsmod.Register(ModuleName, 11, "invalid request")
)
