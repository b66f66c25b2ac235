// Package keeper holds the state of x/network and the rules that guard it: who may create a
// network, what it costs, and what can never change afterwards.
package keeper

import (
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// Keeper is the only writer of the module's store.
type Keeper struct {
	addresses address.Codec
	authority string
	bank      types.BankKeeper
	tokens    types.TokenKeeper
	beacon    types.BeaconKeeper
	hooks     types.Hooks
	bondHooks types.BondHooks
	duties    types.DutyKeeper
	// obligations are asked before a network ends.
	obligations types.ObligationKeeper

	schema collections.Schema
	// params holds the rules of the chain for all networks.
	params collections.Item[types.Params]
	// seq is the state key of the next network.
	seq collections.Item[uint64]
	// networks maps seq to network.
	networks collections.Map[uint64, types.Network]
	// ids maps a network id to seq.
	ids collections.Map[string, uint64]
	// names maps a folded name to seq.
	names collections.Map[string, uint64]

	// terms maps (seq, name of a figure) to a change of it that does not count yet.
	terms collections.Map[collections.Pair[uint64, string], types.PendingTerm]

	// calendars maps seq to what the network does next.
	calendars collections.Map[uint64, types.Calendar]
	// epochs maps (seq, number) to an epoch that has begun.
	epochs collections.Map[collections.Pair[uint64, uint64], types.Epoch]
	// openings holds networks by the height of their next opening.
	openings queue

	// nodes maps (seq, node) to node.
	nodes collections.Map[collections.Pair[uint64, uint64], types.Node]
	// counters maps (seq, node) to what the chain saw the node do.
	counters collections.Map[collections.Pair[uint64, uint64], types.Counters]
	// operators maps (seq, operator) to node.
	operators collections.Map[collections.Pair[uint64, []byte], uint64]
	// peers maps (seq, peer key) to node.
	peers collections.Map[collections.Pair[uint64, []byte], uint64]
	// bootstraps maps (seq, peer key) to where peers may enter.
	bootstraps collections.Map[collections.Pair[uint64, []byte], types.Bootstrap]

	// bonds maps (seq, node, giver) to bond.
	bonds collections.Map[collections.Triple[uint64, uint64, []byte], types.Bond]
	// unbondings maps an id to a bond on its way back.
	unbondings collections.Map[uint64, types.Unbonding]
	// returns holds unbondings by when they are paid back, in Unix seconds.
	returns queue
	// unbondingsByNode holds (seq, node, id) of unbondings.
	unbondingsByNode collections.KeySet[collections.Triple[uint64, uint64, uint64]]
	// nextUnbonding is the id the next unbonding gets.
	nextUnbonding collections.Item[uint64]

	// owners maps (seq, owner) to the owner's slot in the active set.
	owners collections.Map[collections.Pair[uint64, []byte], uint64]
	// ownerSlots maps (seq, slot) to the owner that has it.
	ownerSlots collections.Map[collections.Pair[uint64, uint64], types.OwnerSlot]
	// ownerNodes maps (seq, owner's slot, node's slot) to node.
	ownerNodes collections.Map[collections.Triple[uint64, uint64, uint64], uint64]
	// sumNodes maps the place of an inner node of a sum tree to its sums.
	sumNodes collections.Map[[]byte, types.SumNode]
}

// NewKeeper returns a keeper over the given store. authority is the account that may change the
// params, as text; addresses decodes and encodes accounts. It panics if two collections share a
// prefix.
func NewKeeper(cdc codec.BinaryCodec, stores store.KVStoreService, addresses address.Codec, authority string, bank types.BankKeeper, tokens types.TokenKeeper, beacon types.BeaconKeeper) *Keeper {
	sb := collections.NewSchemaBuilder(stores)
	k := &Keeper{
		addresses: addresses,
		authority: authority,
		bank:      bank,
		tokens:    tokens,
		beacon:    beacon,
		params:    collections.NewItem(sb, types.ParamsPrefix, "params", codec.CollValue[types.Params](cdc)),
		seq:       collections.NewItem(sb, types.SeqPrefix, "seq", collections.Uint64Value),
		networks:  collections.NewMap(sb, types.NetworksPrefix, "networks", collections.Uint64Key, codec.CollValue[types.Network](cdc)),
		ids:       collections.NewMap(sb, types.IDsPrefix, "ids", collections.StringKey, collections.Uint64Value),
		names:     collections.NewMap(sb, types.NamesPrefix, "names", collections.StringKey, collections.Uint64Value),
	}
	k.addNodeState(sb, cdc)
	k.addTimeState(sb, cdc)
	schema, err := sb.Build()
	if err != nil {
		panic(fmt.Errorf("build the schema of x/%s: %w", types.ModuleName, err))
	}
	k.schema = schema
	return k
}

// addNodeState adds the collections about nodes and what they put up.
func (k *Keeper) addNodeState(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) {
	numbers := collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key)
	named := collections.PairKeyCodec(collections.Uint64Key, collections.BytesKey)
	triple := collections.TripleKeyCodec(collections.Uint64Key, collections.Uint64Key, collections.Uint64Key)
	k.nodes = collections.NewMap(sb, types.NodesPrefix, "nodes", numbers, codec.CollValue[types.Node](cdc))
	k.counters = collections.NewMap(sb, types.CountersPrefix, "counters", numbers, codec.CollValue[types.Counters](cdc))
	k.operators = collections.NewMap(sb, types.OperatorsPrefix, "operators", named, collections.Uint64Value)
	k.peers = collections.NewMap(sb, types.PeersPrefix, "peers", named, collections.Uint64Value)
	k.bootstraps = collections.NewMap(sb, types.BootstrapsPrefix, "bootstraps", named, codec.CollValue[types.Bootstrap](cdc))
	k.bonds = collections.NewMap(sb, types.BondsPrefix, "bonds",
		collections.TripleKeyCodec(collections.Uint64Key, collections.Uint64Key, collections.BytesKey), codec.CollValue[types.Bond](cdc))
	k.unbondings = collections.NewMap(sb, types.UnbondingsPrefix, "unbondings", collections.Uint64Key, codec.CollValue[types.Unbonding](cdc))
	k.returns = newQueue(sb, types.UnbondingQueuePrefix, types.UnbondingFirstPrefix, "unbonding_queue")
	k.unbondingsByNode = collections.NewKeySet(sb, types.UnbondingsByNodePrefix, "unbondings_by_node", triple)
	k.nextUnbonding = collections.NewItem(sb, types.NextUnbondingPrefix, "next_unbonding", collections.Uint64Value)
}

// addTimeState adds the collections about epochs, changes of terms, and the active set as of openings.
func (k *Keeper) addTimeState(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) {
	numbers := collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key)
	named := collections.PairKeyCodec(collections.Uint64Key, collections.BytesKey)
	triple := collections.TripleKeyCodec(collections.Uint64Key, collections.Uint64Key, collections.Uint64Key)
	k.calendars = collections.NewMap(sb, types.CalendarsPrefix, "calendars", collections.Uint64Key, codec.CollValue[types.Calendar](cdc))
	k.epochs = collections.NewMap(sb, types.EpochsPrefix, "epochs", numbers, codec.CollValue[types.Epoch](cdc))
	k.terms = collections.NewMap(sb, types.TermsPrefix, "terms",
		collections.PairKeyCodec(collections.Uint64Key, collections.StringKey), codec.CollValue[types.PendingTerm](cdc))
	k.openings = newQueue(sb, types.EpochQueuePrefix, types.EpochFirstPrefix, "epoch_queue")
	k.owners = collections.NewMap(sb, types.OwnersPrefix, "owners", named, collections.Uint64Value)
	k.ownerSlots = collections.NewMap(sb, types.OwnerSlotsPrefix, "owner_slots", numbers, codec.CollValue[types.OwnerSlot](cdc))
	k.ownerNodes = collections.NewMap(sb, types.OwnerNodesPrefix, "owner_nodes", triple, collections.Uint64Value)
	k.sumNodes = collections.NewMap(sb, types.SumNodesPrefix, "sum_nodes", collections.BytesKey, codec.CollValue[types.SumNode](cdc))
}

// Connect names the modules to the right, which are made after this one. It is called once, before
// the first block.
func (k *Keeper) Connect(hooks types.Hooks, bondHooks types.BondHooks, duties types.DutyKeeper, obligations types.ObligationKeeper) {
	k.hooks, k.bondHooks, k.duties, k.obligations = hooks, bondHooks, duties, obligations
}

// account decodes an address. It returns ErrInvalidRequest unless the address is spelled as the
// chain spells it: bech32 also reads capitals, and the same account under two spellings would be
// two founders to everyone who compares text. what names the address in the error.
func (k *Keeper) account(what, text string) (sdk.AccAddress, error) {
	addr, err := types.Account(k.addresses, text)
	if err != nil {
		return nil, types.ErrInvalidRequest.Wrapf("%s: %s", what, err)
	}
	return addr, nil
}
