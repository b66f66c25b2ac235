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
)

// MaxPage is the largest page a query returns.
const MaxPage = 100
