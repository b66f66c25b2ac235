// Package keeper holds the state of x/beacon and the roads by which a reveal may and may not
// enter a block.
package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// Keeper is the only writer of the module's store.
type Keeper struct {
	validators address.Codec
	authority  string
	staking    types.StakingKeeper

	schema collections.Schema
	// params holds the rules of the beacon.
	params collections.Item[types.Params]
	// genesisChainID is what signed off-chain bytes are bound to.
	genesisChainID collections.Item[string]
	// nextID is the number the next revealer gets.
	nextID collections.Item[uint64]
	// revealers maps operator address bytes to revealer.
	revealers collections.Map[[]byte, types.Revealer]
	// newcomers maps operator address bytes to a validator without a tip.
	newcomers collections.Map[[]byte, types.Newcomer]
	// applied is the mark of the last reveal.
	applied collections.Item[types.Applied]
	// electorate is the last count of eligible revealers.
	electorate collections.Item[types.Electorate]
	// rounds maps a height to what the beacon knew then.
	rounds collections.Map[int64, types.Round]
}

// NewKeeper returns a keeper over the given store. authority is the account that may change the
// params, as text; validators decodes and encodes operator addresses. It panics if two
// collections share a prefix.
func NewKeeper(cdc codec.BinaryCodec, stores store.KVStoreService, validators address.Codec, authority string, staking types.StakingKeeper) *Keeper {
	sb := collections.NewSchemaBuilder(stores)
	k := &Keeper{
		validators:     validators,
		authority:      authority,
		staking:        staking,
		params:         collections.NewItem(sb, types.ParamsPrefix, "params", codec.CollValue[types.Params](cdc)),
		genesisChainID: collections.NewItem(sb, types.GenesisChainIDPrefix, "genesis_chain_id", collections.StringValue),
		nextID:         collections.NewItem(sb, types.NextIDPrefix, "next_id", collections.Uint64Value),
		revealers:      collections.NewMap(sb, types.RevealersPrefix, "revealers", collections.BytesKey, codec.CollValue[types.Revealer](cdc)),
		newcomers:      collections.NewMap(sb, types.NewcomersPrefix, "newcomers", collections.BytesKey, codec.CollValue[types.Newcomer](cdc)),
		applied:        collections.NewItem(sb, types.AppliedPrefix, "applied", codec.CollValue[types.Applied](cdc)),
		electorate:     collections.NewItem(sb, types.ElectoratePrefix, "electorate", codec.CollValue[types.Electorate](cdc)),
		rounds:         collections.NewMap(sb, types.RoundsPrefix, "rounds", collections.Int64Key, codec.CollValue[types.Round](cdc)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(fmt.Errorf("build the schema of x/%s: %w", types.ModuleName, err))
	}
	k.schema = schema
	return k
}

// operatorOf returns the bytes of an operator address. Text in capitals is an address too, but it
// would be kept and shown as another validator's, so only the one spelling is taken.
func (k *Keeper) operatorOf(validator string) ([]byte, error) {
	operator, err := k.validators.StringToBytes(validator)
	if err != nil {
		return nil, types.ErrInvalidRequest.Wrapf("validator: %s", err)
	}
	if text, err := k.validators.BytesToString(operator); err != nil || text != validator {
		return nil, types.ErrInvalidRequest.Wrapf("validator %q is not spelled as %s", validator, text)
	}
	return operator, nil
}

// GenesisChainID returns the chain id that signed off-chain bytes are bound to. An export keeps it.
func (k *Keeper) GenesisChainID(ctx context.Context) (string, error) {
	return k.genesisChainID.Get(ctx)
}
