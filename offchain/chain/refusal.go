package chain

import (
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	taskstypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// What the chain refuses by name, for errors.Is on a *RejectedError.
var (
	// ErrSeedPending: the beacon has not given the seed yet; a later block will.
	ErrSeedPending = beacontypes.ErrSeedPending
	// ErrWindow: too early or too late.
	ErrWindow = taskstypes.ErrWindow
	// ErrClaimExists: the epoch was claimed before.
	ErrClaimExists = taskstypes.ErrClaimExists
	// ErrClaimNotFound: nothing was claimed that could be proven.
	ErrClaimNotFound = taskstypes.ErrClaimNotFound
	// ErrInvalidClaim: the total is not what the node is owed.
	ErrInvalidClaim = taskstypes.ErrInvalidClaim
	// ErrInvalidProof: the proof does not hold.
	ErrInvalidProof = taskstypes.ErrInvalidProof
	// ErrWrongState: what was asked for does not fit where the deal or the index stands.
	ErrWrongState = taskstypes.ErrWrongState
	// ErrNotYourTurn: the vacant index is for other nodes to take, for now.
	ErrNotYourTurn = taskstypes.ErrNotYourTurn
	// ErrNotLost: the chain sees no reason to call the index lost.
	ErrNotLost = taskstypes.ErrNotLost
	// ErrTooPoor: the client holds less than a deal, or a request, costs.
	ErrTooPoor = taskstypes.ErrInsufficientFunds
	// ErrPriceTooHigh: the network asks more than the client wants to pay.
	ErrPriceTooHigh = taskstypes.ErrPriceTooHigh
	// ErrOwnersExhausted: fewer owners are left than a draw needs.
	ErrOwnersExhausted = networktypes.ErrOwnersExhausted
	// ErrNodeExists: the operator or the peer belongs to a node of the network already.
	ErrNodeExists = networktypes.ErrNodeExists
	// ErrWrongStatus: the node has left, is suspended, or is not.
	ErrWrongStatus = networktypes.ErrWrongStatus
)
