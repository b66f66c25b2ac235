package types

import errorsmod "cosmossdk.io/errors"

// Errors of the module. Codes start at 2, since 1 is the SDK's internal error, and are never reused.
var (
	// ErrInvalidDeal is a deal whose figures are out of bounds.
	ErrInvalidDeal = errorsmod.Register(ModuleName, 2, "invalid deal")
	// ErrDealNotFound is an id without a deal.
	ErrDealNotFound = errorsmod.Register(ModuleName, 3, "deal not found")
	// ErrUnauthorized is an account that may not do this to this deal, index or node.
	ErrUnauthorized = errorsmod.Register(ModuleName, 4, "unauthorized")
	// ErrInsufficientFunds is an account that holds less than is asked for.
	ErrInsufficientFunds = errorsmod.Register(ModuleName, 5, "insufficient funds")
	// ErrPriceTooHigh is a rate above what the client is willing to pay.
	ErrPriceTooHigh = errorsmod.Register(ModuleName, 6, "price too high")
	// ErrWrongState is a deal or index that stands where this cannot be done.
	ErrWrongState = errorsmod.Register(ModuleName, 7, "wrong state")
	// ErrInvalidLayout is a layout that does not fit the deal or does not follow the last one.
	ErrInvalidLayout = errorsmod.Register(ModuleName, 8, "invalid layout")
	// ErrInvalidAck is an acknowledgement that its holder has not made.
	ErrInvalidAck = errorsmod.Register(ModuleName, 9, "invalid acknowledgement")
	// ErrInvalidClaim is a claim of another total than is owed, or not well formed.
	ErrInvalidClaim = errorsmod.Register(ModuleName, 10, "invalid claim")
	// ErrClaimExists is a second claim for an epoch.
	ErrClaimExists = errorsmod.Register(ModuleName, 11, "claim exists")
	// ErrClaimNotFound is a proof without a claim.
	ErrClaimNotFound = errorsmod.Register(ModuleName, 12, "claim not found")
	// ErrWindow is a message that comes too early or too late.
	ErrWindow = errorsmod.Register(ModuleName, 13, "outside the window")
	// ErrInvalidProof is a proof that does not hold.
	ErrInvalidProof = errorsmod.Register(ModuleName, 14, "invalid proof")
	// ErrNotLost is an index whose holder does its duty.
	ErrNotLost = errorsmod.Register(ModuleName, 15, "not lost")
	// ErrNotYourTurn is a node that was not drawn for a vacant index, or not yet.
	ErrNotYourTurn = errorsmod.Register(ModuleName, 16, "not your turn")
	// ErrLimit is one more than there may be.
	ErrLimit = errorsmod.Register(ModuleName, 17, "limit reached")
	// ErrRequestNotFound is an id without a request.
	ErrRequestNotFound = errorsmod.Register(ModuleName, 18, "request not found")
	// ErrInvalidRequest is a message or query that is not well formed.
	ErrInvalidRequest = errorsmod.Register(ModuleName, 19, "invalid request")
	// ErrInvalidGenesis is a genesis state that contradicts itself.
	ErrInvalidGenesis = errorsmod.Register(ModuleName, 20, "invalid genesis")
	// ErrNotOver is a deal that cannot be settled yet.
	ErrNotOver = errorsmod.Register(ModuleName, 21, "not over")
	// ErrChannelNotFound is an id without a channel that is open.
	ErrChannelNotFound = errorsmod.Register(ModuleName, 22, "channel not found")
	// ErrInvalidChannel is a channel whose figures are out of bounds.
	ErrInvalidChannel = errorsmod.Register(ModuleName, 23, "invalid channel")
	// ErrInvalidVoucher is a voucher that its channel's key has not signed, or that the channel cannot pay.
	ErrInvalidVoucher = errorsmod.Register(ModuleName, 24, "invalid voucher")
	// ErrVoucherSpent is a voucher that pays nothing beyond those before.
	ErrVoucherSpent = errorsmod.Register(ModuleName, 25, "voucher spent")
	// ErrTaskNotFound is an id without a posted task.
	ErrTaskNotFound = errorsmod.Register(ModuleName, 26, "task not found")
	// ErrInvalidTask is a posted task whose figures are out of bounds, or that asks for what there is not.
	ErrInvalidTask = errorsmod.Register(ModuleName, 27, "invalid task")
	// ErrInvalidResult is a result that its node has not committed to, or that is not well formed.
	ErrInvalidResult = errorsmod.Register(ModuleName, 28, "invalid result")
)
