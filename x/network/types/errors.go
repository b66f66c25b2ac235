package types

import errorsmod "cosmossdk.io/errors"

// Errors of the module. Codes start at 2, since 1 is the SDK's internal error, and are never reused.
var (
	// ErrInvalidName is a name of wrong length, with forbidden characters or of mixed scripts.
	ErrInvalidName = errorsmod.Register(ModuleName, 2, "invalid name")
	// ErrNameTaken is a name that folds to the name of another network.
	ErrNameTaken = errorsmod.Register(ModuleName, 3, "name taken")
	// ErrInvalidSymbol is a token symbol of wrong length or with forbidden characters.
	ErrInvalidSymbol = errorsmod.Register(ModuleName, 4, "invalid token symbol")
	// ErrInvalidTemplate is a template name that is not known.
	ErrInvalidTemplate = errorsmod.Register(ModuleName, 5, "invalid template")
	// ErrInvalidLogicHash is a logic hash that is not 32 bytes long.
	ErrInvalidLogicHash = errorsmod.Register(ModuleName, 6, "invalid logic hash")
	// ErrInvalidParams are terms outside their bounds or terms that contradict each other.
	ErrInvalidParams = errorsmod.Register(ModuleName, 7, "invalid params")
	// ErrInvalidAmount is an amount that is negative, missing or over 2^127.
	ErrInvalidAmount = errorsmod.Register(ModuleName, 8, "invalid amount")
	// ErrInsufficientFee is an account that cannot pay the create fee.
	ErrInsufficientFee = errorsmod.Register(ModuleName, 9, "cannot pay the create fee")
	// ErrNetworkNotFound is an id or a name nobody has.
	ErrNetworkNotFound = errorsmod.Register(ModuleName, 10, "network not found")
	// ErrInvalidGenesis is a genesis state that contradicts itself.
	ErrInvalidGenesis = errorsmod.Register(ModuleName, 11, "invalid genesis")
	// ErrInvalidRequest is a message or query that is not well formed.
	ErrInvalidRequest = errorsmod.Register(ModuleName, 12, "invalid request")
	// ErrInvalidSignature is a binding or record its keys have not signed.
	ErrInvalidSignature = errorsmod.Register(ModuleName, 13, "invalid signature")
	// ErrInvalidOffer is an offer out of bounds.
	ErrInvalidOffer = errorsmod.Register(ModuleName, 14, "invalid offer")
	// ErrInvalidBootstrap is a bootstrap record that is not well formed, expired or one too many.
	ErrInvalidBootstrap = errorsmod.Register(ModuleName, 15, "invalid bootstrap record")
	// ErrNodeNotFound is a number, operator or peer without a node.
	ErrNodeNotFound = errorsmod.Register(ModuleName, 16, "node not found")
	// ErrNodeExists is an operator or peer that has a node in the network already.
	ErrNodeExists = errorsmod.Register(ModuleName, 17, "node exists")
	// ErrUnauthorized is an account that may not do this to this node or network.
	ErrUnauthorized = errorsmod.Register(ModuleName, 18, "unauthorized")
	// ErrWrongStatus is a node that stands where this cannot be done.
	ErrWrongStatus = errorsmod.Register(ModuleName, 19, "wrong node status")
	// ErrInsufficientFunds is an account or bond that holds less than is asked for.
	ErrInsufficientFunds = errorsmod.Register(ModuleName, 20, "insufficient funds")
	// ErrLimit is one more than there may be.
	ErrLimit = errorsmod.Register(ModuleName, 21, "limit reached")
	// ErrEpochNotFound is an epoch that has not begun or is no longer kept.
	ErrEpochNotFound = errorsmod.Register(ModuleName, 22, "epoch not found")
	// ErrOwnersExhausted is a draw that found fewer owners than it needs.
	ErrOwnersExhausted = errorsmod.Register(ModuleName, 23, "owners exhausted")
	// ErrChangePending is a second change of a figure before the first one counts.
	ErrChangePending = errorsmod.Register(ModuleName, 24, "a change of this figure is on its way")
	// ErrBondNeeded is a bond that covers what its node is answerable for.
	ErrBondNeeded = errorsmod.Register(ModuleName, 25, "bond needed")
	// ErrNetworkEnded is something that is to be opened or changed in a network after its sunset.
	ErrNetworkEnded = errorsmod.Register(ModuleName, 26, "network ended")
	// ErrOpenObligations is a network that cannot end yet.
	ErrOpenObligations = errorsmod.Register(ModuleName, 27, "open obligations")
)
