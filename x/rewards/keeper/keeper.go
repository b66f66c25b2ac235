// Package keeper holds the state of x/rewards: what nodes have earned and not withdrawn, and what
// each epoch may still emit. Nothing is minted before it is withdrawn, and nothing walks over all
// nodes: an epoch closes by writing one record.
package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/rewards/types"
)

// NetworkKeeper knows networks, their terms, their nodes and who bonded for them.
type NetworkKeeper interface {
	Network(ctx context.Context, seq uint64) (networktypes.Network, error)
	NetworkByID(ctx context.Context, id string) (networktypes.Network, error)
	Epoch(ctx context.Context, seq, number uint64) (networktypes.Epoch, error)
	Calendar(ctx context.Context, seq uint64) (networktypes.Calendar, error)
	Node(ctx context.Context, seq, id uint64) (networktypes.Node, error)
	BondsOf(ctx context.Context, seq, node uint64) ([]networktypes.Bond, error)
}

// Keeper is the only writer of the module's store.
type Keeper struct {
	addresses address.Codec
	bank      types.BankKeeper
	networks  NetworkKeeper

	schema collections.Schema
	// fees maps (network, node) to fees that were earned since bonds of the node changed last, and not withdrawn.
	fees amounts
	// presence maps (network, node) to emission for uptime and duties since then that was not withdrawn.
	presence amounts
	// pays maps (network, node, epoch) to what clients paid the node.
	pays collections.Map[collections.Triple[uint64, uint64, uint64], types.Pay]
	// ready holds (network, node, epoch) of pays whose match has not been withdrawn.
	ready collections.KeySet[collections.Triple[uint64, uint64, uint64]]
	// duties maps (network, epoch) to what watchers were paid for their duties of the epoch.
	duties collections.Map[collections.Pair[uint64, uint64], math.Int]
	// burnt maps (network, epoch) to what all nodes burnt while the epoch is open.
	burnt collections.Map[collections.Pair[uint64, uint64], math.Int]
	// closed maps (network, epoch) to what a closed epoch has left to emit.
	closed collections.Map[collections.Pair[uint64, uint64], types.Closed]
	// sharings maps (network, node, last epoch) to how pay up to that epoch is shared, where bonds changed in it.
	sharings collections.Map[nodeEpoch, types.Sharing]
	// unminted holds the keys of sharings with emission for uptime and duties that was not withdrawn.
	unminted collections.KeySet[nodeEpoch]
}

// NewKeeper returns a keeper over the given store. It panics if two collections share a prefix.
func NewKeeper(cdc codec.BinaryCodec, stores store.KVStoreService, addresses address.Codec, bank types.BankKeeper, networks NetworkKeeper) *Keeper {
	sb := collections.NewSchemaBuilder(stores)
	numbers := collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key)
	triple := collections.TripleKeyCodec(collections.Uint64Key, collections.Uint64Key, collections.Uint64Key)
	k := &Keeper{
		addresses: addresses,
		bank:      bank,
		networks:  networks,
		fees:      collections.NewMap(sb, types.FeesPrefix, "fees", numbers, sdk.IntValue),
		presence:  collections.NewMap(sb, types.PresencePrefix, "presence", numbers, sdk.IntValue),
		pays:      collections.NewMap(sb, types.PaysPrefix, "pays", triple, codec.CollValue[types.Pay](cdc)),
		ready:     collections.NewKeySet(sb, types.ReadyPrefix, "ready", triple),
		duties:    collections.NewMap(sb, types.DutiesPrefix, "duties", numbers, sdk.IntValue),
		burnt:     collections.NewMap(sb, types.BurntPrefix, "burnt", numbers, sdk.IntValue),
		closed:    collections.NewMap(sb, types.ClosedPrefix, "closed", numbers, codec.CollValue[types.Closed](cdc)),
		sharings:  collections.NewMap(sb, types.SharingsPrefix, "sharings", triple, codec.CollValue[types.Sharing](cdc)),
		unminted:  collections.NewKeySet(sb, types.UnmintedPrefix, "unminted", triple),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(fmt.Errorf("build the schema of x/%s: %w", types.ModuleName, err))
	}
	k.schema = schema
	return k
}
