package types

import errorsmod "cosmossdk.io/errors"

// Errors of the module. Codes start at 2, since 1 is the SDK's internal error, and are never reused.
var (
	// ErrNothingToWithdraw is a node that has earned nothing since its last withdrawal.
	ErrNothingToWithdraw = errorsmod.Register(ModuleName, 2, "nothing to withdraw")
	// ErrInvalidRequest is a message or query that is not well formed.
	ErrInvalidRequest = errorsmod.Register(ModuleName, 3, "invalid request")
	// ErrInvalidGenesis is a genesis state that contradicts itself.
	ErrInvalidGenesis = errorsmod.Register(ModuleName, 4, "invalid genesis")
	// ErrOverCap is a match that would lift the supply over its cap, which no schedule does.
	ErrOverCap = errorsmod.Register(ModuleName, 5, "over the supply cap")
)
