package types

import "cosmossdk.io/collections"

const (
	// ModuleName names the module, its store and its error codespace. Its account signs reveals
	// for indexers and never holds money.
	ModuleName = "beacon"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
)

// Prefixes of the module's state. A number is never used again for something else.
var (
	// ParamsPrefix holds Params.
	ParamsPrefix = collections.NewPrefix(0)
	// GenesisChainIDPrefix holds the chain id that signed off-chain bytes are bound to.
	GenesisChainIDPrefix = collections.NewPrefix(1)
	// NextIDPrefix holds the number the next revealer gets.
	NextIDPrefix = collections.NewPrefix(2)
	// RevealersPrefix maps operator address bytes to Revealer.
	RevealersPrefix = collections.NewPrefix(3)
	// NewcomersPrefix maps operator address bytes to Newcomer.
	NewcomersPrefix = collections.NewPrefix(4)
	// AppliedPrefix holds the mark of the last reveal.
	AppliedPrefix = collections.NewPrefix(5)
	// ElectoratePrefix holds the last count of eligible revealers.
	ElectoratePrefix = collections.NewPrefix(6)
	// RoundsPrefix maps a height to Round.
	RoundsPrefix = collections.NewPrefix(7)
)

const (
	// RevealGas is what a reveal costs, whatever it reads: a metered read would make gas depend
	// on the length of varints and on the kind of store a node reads the mark from.
	RevealGas = 50_000
	// MaxPage is the largest page a query returns.
	MaxPage = 100
	// MaxOffset is the most entries a page may pass over.
	MaxOffset = 1_000
)
