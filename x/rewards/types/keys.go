package types

import "cosmossdk.io/collections"

const (
	// ModuleName names the module, its store, its module account and its error codespace.
	ModuleName = "rewards"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
)

// Prefixes of the module's state. A number is never used again for something else.
var (
	// FeesPrefix maps (network, node) to fees that were earned since bonds of the node changed last,
	// and not withdrawn.
	FeesPrefix = collections.NewPrefix(0)
	// PaysPrefix maps (network, node, epoch) to Pay.
	PaysPrefix = collections.NewPrefix(1)
	// ReadyPrefix holds (network, node, epoch) of pays whose match has not been withdrawn.
	ReadyPrefix = collections.NewPrefix(2)
	// BurntPrefix maps (network, epoch) to what was burnt while the epoch is open.
	BurntPrefix = collections.NewPrefix(3)
	// ClosedPrefix maps (network, epoch) to Closed.
	ClosedPrefix = collections.NewPrefix(4)
	// SharingsPrefix maps (network, node, last epoch) to Sharing.
	SharingsPrefix = collections.NewPrefix(5)
	// PresencePrefix maps (network, node) to emission for uptime and duties that was not withdrawn, as FeesPrefix does fees.
	PresencePrefix = collections.NewPrefix(6)
	// DutiesPrefix maps (network, epoch) to what watchers were paid for their duties of it.
	DutiesPrefix = collections.NewPrefix(7)
	// UnmintedPrefix holds (network, node, last epoch) of sharings with emission that was not withdrawn.
	UnmintedPrefix = collections.NewPrefix(8)
)

const (
	// MaxWithdrawn bounds the epochs one withdrawal walks over.
	MaxWithdrawn = 32
	// MaxSharings bounds the changes of bonds one withdrawal walks over, and so how many it pays.
	MaxSharings = 4
	// KeptPays is the number of epochs after which a withdrawn pay is forgotten.
	KeptPays = 64
)
