package types

import "cosmossdk.io/collections"

const (
	// ModuleName names the module, its store, its module account and its error codespace.
	ModuleName = "network"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
)

// Prefixes of the module's state. A number is never used again for something else.
var (
	// ParamsPrefix holds Params.
	ParamsPrefix = collections.NewPrefix(0)
	// SeqPrefix holds the state key of the next network.
	SeqPrefix = collections.NewPrefix(1)
	// NetworksPrefix maps seq to Network.
	NetworksPrefix = collections.NewPrefix(2)
	// IDsPrefix maps a network id to seq.
	IDsPrefix = collections.NewPrefix(3)
	// NamesPrefix maps a folded name to seq.
	NamesPrefix = collections.NewPrefix(4)
	// CalendarsPrefix maps seq to Calendar.
	CalendarsPrefix = collections.NewPrefix(5)
	// EpochsPrefix maps (seq, number) to Epoch.
	EpochsPrefix = collections.NewPrefix(6)
	// EpochQueuePrefix holds (height, seq) of the next openings.
	EpochQueuePrefix = collections.NewPrefix(7)
	// NodesPrefix maps (seq, node) to Node.
	NodesPrefix = collections.NewPrefix(8)
	// CountersPrefix maps (seq, node) to Counters.
	CountersPrefix = collections.NewPrefix(9)
	// OperatorsPrefix maps (seq, operator) to node.
	OperatorsPrefix = collections.NewPrefix(10)
	// PeersPrefix maps (seq, peer key) to node.
	PeersPrefix = collections.NewPrefix(11)
	// OwnersPrefix maps (seq, owner) to the owner's slot.
	OwnersPrefix = collections.NewPrefix(12)
	// OwnerSlotsPrefix maps (seq, slot) to OwnerSlot.
	OwnerSlotsPrefix = collections.NewPrefix(13)
	// OwnerNodesPrefix maps (seq, owner's slot, node's slot) to node.
	OwnerNodesPrefix = collections.NewPrefix(14)
	// BondsPrefix maps (seq, node, giver) to Bond.
	BondsPrefix = collections.NewPrefix(15)
	// UnbondingsPrefix maps id to Unbonding.
	UnbondingsPrefix = collections.NewPrefix(16)
	// UnbondingQueuePrefix holds (Unix seconds, id) of unbondings.
	UnbondingQueuePrefix = collections.NewPrefix(17)
	// UnbondingsByNodePrefix holds (seq, node, id) of unbondings.
	UnbondingsByNodePrefix = collections.NewPrefix(18)
	// NextUnbondingPrefix holds the id of the next unbonding.
	NextUnbondingPrefix = collections.NewPrefix(19)
	// SumNodesPrefix maps the place of a sum node to SumNode.
	SumNodesPrefix = collections.NewPrefix(20)
	// BootstrapsPrefix maps (seq, peer key) to Bootstrap.
	BootstrapsPrefix = collections.NewPrefix(21)
	// TermsPrefix maps (seq, name of a figure) to PendingTerm.
	TermsPrefix = collections.NewPrefix(22)
	// EpochFirstPrefix holds the height of the first of the next openings.
	EpochFirstPrefix = collections.NewPrefix(23)
	// UnbondingFirstPrefix holds when the first of the unbondings is paid back, in Unix seconds.
	UnbondingFirstPrefix = collections.NewPrefix(24)
)

// MaxPage is the largest page a query returns.
const MaxPage = 100
