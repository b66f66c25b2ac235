// Package keeper holds the state of x/tasks and the rules that guard it: what a deal locks up, who
// holds which index, what a node may claim, what a proof pays, who pays for a loss, what vouchers
// take out of a channel, and what comes of a posted task. It never walks over all deals or all nodes: what a node is owed is a sum that changes with its deals.
package keeper

import (
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// Deps are the neighbours of the keeper.
type Deps struct {
	Addresses address.Codec
	Bank      types.BankKeeper
	Networks  NetworkKeeper
	Nodes     NodeKeeper
	Actives   ActiveSet
	Beacon    BeaconKeeper
	// PayModule is the account that earned fees are moved to, and Hooks its module.
	PayModule string
	Hooks     types.Hooks
}

// Keeper is the only writer of the module's store.
type Keeper struct {
	deps   Deps
	schema collections.Schema

	// nextDeal is the id of the next deal.
	nextDeal collections.Item[uint64]
	// deals maps an id to a deal.
	deals collections.Map[uint64, types.Deal]
	// indices maps (deal, number) to an index.
	indices collections.Map[collections.Pair[uint64, uint64], types.Index]
	// vacant holds (network, deal, number) of the indices that are vacant, for who looks for some to take.
	vacant collections.KeySet[collections.Triple[uint64, uint64, uint64]]
	// stints maps (deal, number, first epoch) to a time an index was held that has ended.
	stints collections.Map[collections.Triple[uint64, uint64, uint64], types.Stint]
	// ended maps (network, node, last epoch, deal) to a stint that has ended, while its epochs' claims are kept.
	ended collections.Map[collections.Quad[uint64, uint64, uint64, uint64], types.EndedStint]
	// dealsByClient holds (client, deal).
	dealsByClient collections.KeySet[collections.Pair[[]byte, uint64]]
	// dealsByNode maps (network, node, deal) to the number of the node's index.
	dealsByNode collections.Map[collections.Triple[uint64, uint64, uint64], uint64]
	// ends holds (network, last epoch, deal) of deals that are not settled.
	ends collections.KeySet[collections.Triple[uint64, uint64, uint64]]
	// settling holds networks with deals that may be settled, pending their number: a block that has none of them reads one key.
	settling collections.KeySet[uint64]
	pending  collections.Item[uint64]

	// owed maps (network, node) to what all deals together owe it.
	owed collections.Map[collections.Pair[uint64, uint64], types.Owed]
	// changes maps (network, node, epoch) to what is added and taken off from that epoch on.
	changes collections.Map[collections.Triple[uint64, uint64, uint64], types.OwedChange]
	// gaps maps (network, node, first epoch) to a run of epochs without an accepted proof.
	gaps collections.Map[collections.Triple[uint64, uint64, uint64], types.Gap]
	// claims maps (network, epoch, node) to a claim.
	claims collections.Map[collections.Triple[uint64, uint64, uint64], types.Claim]
	// windows maps (network, epoch) to when claims and proofs are taken.
	windows collections.Map[collections.Pair[uint64, uint64], types.Window]
	// watchSeeds maps (network, epoch) to the seed that draws who watches.
	watchSeeds collections.Map[collections.Pair[uint64, uint64], types.WatchSeed]
	// repairs holds (network, node, deal) of indices whose rebuilding is not paid yet.
	repairs collections.KeySet[collections.Triple[uint64, uint64, uint64]]

	// nextRequest is the id of the next request to open.
	nextRequest collections.Item[uint64]
	// requests maps an id to a request that is not answered.
	requests collections.Map[uint64, types.OpenRequest]
	// requestsByNode holds (network, node, deadline, request).
	requestsByNode collections.KeySet[collections.Quad[uint64, uint64, uint64, uint64]]
	// requestsByIndex holds (deal, number, request).
	requestsByIndex collections.KeySet[collections.Triple[uint64, uint64, uint64]]

	// nextChannel is the id of the next channel.
	nextChannel collections.Item[uint64]
	// channels maps an id to a channel that is not closed.
	channels collections.Map[uint64, types.Channel]
	// channelsByClient holds (client, channel).
	channelsByClient collections.KeySet[collections.Pair[[]byte, uint64]]
	// channelsByNode holds (network, node, last height, channel).
	channelsByNode collections.KeySet[collections.Quad[uint64, uint64, uint64, uint64]]
	// expiring holds (last height, channel) of channels that a block gives back by itself.
	expiring collections.KeySet[collections.Pair[uint64, uint64]]

	// nextTask is the id of the next posted task.
	nextTask collections.Item[uint64]
	// tasks maps an id to a posted task that is not forgotten.
	tasks collections.Map[uint64, types.Task]
	// tasksByClient holds (client, task).
	tasksByClient collections.KeySet[collections.Pair[[]byte, uint64]]
	// tasksByNode holds (network, node, task) of tasks a node has something at stake for.
	tasksByNode collections.KeySet[collections.Triple[uint64, uint64, uint64]]
	// taskTimes holds (last height, task) of tasks that a block moves on by itself.
	taskTimes collections.KeySet[collections.Pair[uint64, uint64]]
	// stakes maps (network, node) to what the node has at stake for posted tasks.
	stakes collections.Map[collections.Pair[uint64, uint64], math.Int]

	// nextSlash is the id of the next slash.
	nextSlash collections.Item[uint64]
	// slashes maps an id to a slash that is held.
	slashes collections.Map[uint64, types.Slash]
	// slashEnds holds (last height, slash) of slashes that a block ends by itself.
	slashEnds collections.KeySet[collections.Pair[uint64, uint64]]
	// slashesByNetwork holds (network, last height, slash).
	slashesByNetwork collections.KeySet[collections.Triple[uint64, uint64, uint64]]
}

// NewKeeper returns a keeper over the given store. It panics if two collections share a prefix.
func NewKeeper(cdc codec.BinaryCodec, stores store.KVStoreService, deps Deps) *Keeper {
	sb := collections.NewSchemaBuilder(stores)
	k := &Keeper{deps: deps}
	k.addDealState(sb, cdc)
	k.addWorkState(sb, cdc)
	k.addChannelState(sb, cdc)
	k.addTaskState(sb, cdc)
	schema, err := sb.Build()
	if err != nil {
		panic(fmt.Errorf("build the schema of x/%s: %w", types.ModuleName, err))
	}
	k.schema = schema
	return k
}

// addDealState adds the collections about deals and who holds what.
func (k *Keeper) addDealState(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) {
	numbers := collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key)
	triple := collections.TripleKeyCodec(collections.Uint64Key, collections.Uint64Key, collections.Uint64Key)
	quad := collections.QuadKeyCodec(collections.Uint64Key, collections.Uint64Key, collections.Uint64Key, collections.Uint64Key)
	k.nextDeal = collections.NewItem(sb, types.NextDealPrefix, "next_deal", collections.Uint64Value)
	k.deals = collections.NewMap(sb, types.DealsPrefix, "deals", collections.Uint64Key, codec.CollValue[types.Deal](cdc))
	k.indices = collections.NewMap(sb, types.IndicesPrefix, "indices", numbers, codec.CollValue[types.Index](cdc))
	k.vacant = collections.NewKeySet(sb, types.VacantPrefix, "vacant", triple)
	k.stints = collections.NewMap(sb, types.StintsPrefix, "stints", triple, codec.CollValue[types.Stint](cdc))
	k.ended = collections.NewMap(sb, types.EndedPrefix, "ended", quad, codec.CollValue[types.EndedStint](cdc))
	k.dealsByClient = collections.NewKeySet(sb, types.DealsByClientPrefix, "deals_by_client",
		collections.PairKeyCodec(collections.BytesKey, collections.Uint64Key))
	k.dealsByNode = collections.NewMap(sb, types.DealsByNodePrefix, "deals_by_node", triple, collections.Uint64Value)
	k.ends = collections.NewKeySet(sb, types.EndsPrefix, "ends", triple)
	k.settling = collections.NewKeySet(sb, types.SettlingPrefix, "settling", collections.Uint64Key)
	k.pending = collections.NewItem(sb, types.PendingPrefix, "pending", collections.Uint64Value)
	k.nextRequest = collections.NewItem(sb, types.NextRequestPrefix, "next_request", collections.Uint64Value)
	k.requests = collections.NewMap(sb, types.RequestsPrefix, "requests", collections.Uint64Key, codec.CollValue[types.OpenRequest](cdc))
	k.requestsByNode = collections.NewKeySet(sb, types.RequestsByNodePrefix, "requests_by_node", quad)
	k.requestsByIndex = collections.NewKeySet(sb, types.RequestsByIndexPrefix, "requests_by_index", triple)
}

// addChannelState adds the collections about channels.
func (k *Keeper) addChannelState(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) {
	k.nextChannel = collections.NewItem(sb, types.NextChannelPrefix, "next_channel", collections.Uint64Value)
	k.channels = collections.NewMap(sb, types.ChannelsPrefix, "channels", collections.Uint64Key, codec.CollValue[types.Channel](cdc))
	k.channelsByClient = collections.NewKeySet(sb, types.ChannelsByClientPrefix, "channels_by_client",
		collections.PairKeyCodec(collections.BytesKey, collections.Uint64Key))
	k.channelsByNode = collections.NewKeySet(sb, types.ChannelsByNodePrefix, "channels_by_node",
		collections.QuadKeyCodec(collections.Uint64Key, collections.Uint64Key, collections.Uint64Key, collections.Uint64Key))
	k.expiring = collections.NewKeySet(sb, types.ExpiringPrefix, "expiring", collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key))
}

// addTaskState adds the collections about posted tasks.
func (k *Keeper) addTaskState(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) {
	numbers := collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key)
	k.nextTask = collections.NewItem(sb, types.NextTaskPrefix, "next_task", collections.Uint64Value)
	k.tasks = collections.NewMap(sb, types.TasksPrefix, "tasks", collections.Uint64Key, codec.CollValue[types.Task](cdc))
	k.tasksByClient = collections.NewKeySet(sb, types.TasksByClientPrefix, "tasks_by_client",
		collections.PairKeyCodec(collections.BytesKey, collections.Uint64Key))
	k.tasksByNode = collections.NewKeySet(sb, types.TasksByNodePrefix, "tasks_by_node",
		collections.TripleKeyCodec(collections.Uint64Key, collections.Uint64Key, collections.Uint64Key))
	k.taskTimes = collections.NewKeySet(sb, types.TaskTimesPrefix, "task_times", numbers)
	k.stakes = collections.NewMap(sb, types.StakesPrefix, "stakes", numbers, sdk.IntValue)
	k.nextSlash = collections.NewItem(sb, types.NextSlashPrefix, "next_slash", collections.Uint64Value)
	k.slashes = collections.NewMap(sb, types.SlashesPrefix, "slashes", collections.Uint64Key, codec.CollValue[types.Slash](cdc))
	k.slashEnds = collections.NewKeySet(sb, types.SlashEndsPrefix, "slash_ends", numbers)
	k.slashesByNetwork = collections.NewKeySet(sb, types.SlashesByNetworkPrefix, "slashes_by_network",
		collections.TripleKeyCodec(collections.Uint64Key, collections.Uint64Key, collections.Uint64Key))
}

// addWorkState adds the collections about claims, proofs and what is owed.
func (k *Keeper) addWorkState(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) {
	numbers := collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key)
	triple := collections.TripleKeyCodec(collections.Uint64Key, collections.Uint64Key, collections.Uint64Key)
	k.owed = collections.NewMap(sb, types.OwedPrefix, "owed", numbers, codec.CollValue[types.Owed](cdc))
	k.changes = collections.NewMap(sb, types.ChangesPrefix, "changes", triple, codec.CollValue[types.OwedChange](cdc))
	k.gaps = collections.NewMap(sb, types.GapsPrefix, "gaps", triple, codec.CollValue[types.Gap](cdc))
	k.claims = collections.NewMap(sb, types.ClaimsPrefix, "claims", triple, codec.CollValue[types.Claim](cdc))
	k.windows = collections.NewMap(sb, types.WindowsPrefix, "windows", numbers, codec.CollValue[types.Window](cdc))
	k.watchSeeds = collections.NewMap(sb, types.WatchSeedsPrefix, "watch_seeds", numbers, codec.CollValue[types.WatchSeed](cdc))
	k.repairs = collections.NewKeySet(sb, types.RepairsPrefix, "repairs", triple)
}
