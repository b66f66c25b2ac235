// Package keeper holds the state of x/network and the rules that guard it: who may create a
// network, what it costs, and what can never change afterwards.
package keeper

import (
	"context"
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
}

// NewKeeper returns a keeper over the given store. authority is the account that may change the
// params, as text; addresses decodes and encodes accounts. It panics if two collections share a
// prefix.
func NewKeeper(cdc codec.BinaryCodec, stores store.KVStoreService, addresses address.Codec, authority string, bank types.BankKeeper, tokens types.TokenKeeper) *Keeper {
	sb := collections.NewSchemaBuilder(stores)
	k := &Keeper{
		addresses: addresses,
		authority: authority,
		bank:      bank,
		tokens:    tokens,
		params:    collections.NewItem(sb, types.ParamsPrefix, "params", codec.CollValue[types.Params](cdc)),
		seq:       collections.NewItem(sb, types.SeqPrefix, "seq", collections.Uint64Value),
		networks:  collections.NewMap(sb, types.NetworksPrefix, "networks", collections.Uint64Key, codec.CollValue[types.Network](cdc)),
		ids:       collections.NewMap(sb, types.IDsPrefix, "ids", collections.StringKey, collections.Uint64Value),
		names:     collections.NewMap(sb, types.NamesPrefix, "names", collections.StringKey, collections.Uint64Value),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(fmt.Errorf("build the schema of x/%s: %w", types.ModuleName, err))
	}
	k.schema = schema
	return k
}

// Params returns the rules of the chain for all networks.
func (k *Keeper) Params(ctx context.Context) (types.Params, error) {
	return k.params.Get(ctx)
}

// account decodes an address. It returns ErrInvalidRequest unless the address is spelled as the
// chain spells it: bech32 also reads capitals, and the same account under two spellings would be
// two founders to everyone who compares text. what names the address in the error.
func (k *Keeper) account(what, text string) (sdk.AccAddress, error) {
	addr, err := k.addresses.StringToBytes(text)
	if err != nil {
		return nil, types.ErrInvalidRequest.Wrapf("%s: %s", what, err)
	}
	canonical, err := k.addresses.BytesToString(addr)
	if err != nil {
		return nil, types.ErrInvalidRequest.Wrapf("%s: %s", what, err)
	}
	if text != canonical {
		return nil, types.ErrInvalidRequest.Wrapf("%s: %s is spelled %s", what, text, canonical)
	}
	return addr, nil
}
