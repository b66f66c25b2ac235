package keeper_test

import (
	"context"
	"encoding/hex"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/core/address"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/keeper"
	"github.com/mesh-protocol/mesh/x/network/types"
)

const (
	chainID = "mesh-test-2"
	// genesisChainID is the chain the chain of the tests continues.
	genesisChainID = "mesh-test-1"
	height         = 42
	// founderFunds pays ten networks.
	founderFunds = 1_000_000_000
)

// fixture is a keeper over a real store and a ledger, with the default genesis and one founder.
type fixture struct {
	ctx       sdk.Context
	key       storetypes.StoreKey
	addresses address.Codec
	keeper    *keeper.Keeper
	msgs      types.MsgServer
	queries   types.QueryServer
	bank      *ledger
	authority string
	founder   sdk.AccAddress
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	f := &fixture{
		key: key, addresses: addresscodec.NewBech32Codec("mesh"), founder: account("founder"),
		ctx: testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx,
		bank: &ledger{
			balances: map[string]sdk.Coins{string(account("founder")): coins("umesh", founderFunds)},
			supply:   coins("umesh", founderFunds),
			metadata: map[string]string{},
		},
	}
	f.ctx = f.ctx.WithChainID(chainID).WithBlockHeight(height)
	f.authority = f.text(t, account("gov"))
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	f.keeper = keeper.NewKeeper(cdc, runtime.NewKVStoreService(key), f.addresses, f.authority, f.bank, f.bank, fakeBeacon{})
	f.msgs, f.queries = keeper.NewMsgServer(f.keeper), keeper.NewQueryServer(f.keeper)
	require.NoError(t, f.keeper.InitGenesis(f.ctx, *types.DefaultGenesis()))
	return f
}

// text returns an address as messages carry it.
func (f *fixture) text(t require.TestingT, addr sdk.AccAddress) string {
	s, err := f.addresses.BytesToString(addr)
	require.NoError(t, err)
	return s
}

// msg asks for a network of the founder with the chain's defaults.
func (f *fixture) msg(t require.TestingT, name string) *types.MsgCreateNetwork {
	return &types.MsgCreateNetwork{Founder: f.text(t, f.founder), Name: name, TokenName: "Storage", TokenSymbol: "STR", Template: "storage"}
}

// create makes a network with the chain's defaults.
func (f *fixture) create(t require.TestingT, name string) *types.MsgCreateNetworkResponse {
	res, err := f.msgs.CreateNetwork(f.ctx, f.msg(t, name))
	require.NoError(t, err)
	return res
}

// setFee changes the create fee.
func (f *fixture) setFee(t require.TestingT, umesh int64) {
	p := types.DefaultParams()
	p.CreateFee.Amount = math.NewInt(umesh)
	_, err := f.msgs.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority, Params: p})
	require.NoError(t, err)
}

// export returns the state as the module exports it.
func (f *fixture) export(t require.TestingT) *types.GenesisState {
	g, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	return g
}

// snapshot is all that a message can change: every key of the store, the money, the events.
type snapshot struct {
	store    map[string]string
	balances map[string]sdk.Coins
	supply   sdk.Coins
	metadata map[string]string
	events   sdk.Events
}

func (f *fixture) snapshot() snapshot {
	s := snapshot{
		store: map[string]string{}, events: f.ctx.EventManager().Events(),
		balances: maps.Clone(f.bank.balances), supply: f.bank.supply, metadata: maps.Clone(f.bank.metadata),
	}
	it := f.ctx.KVStore(f.key).Iterator(nil, nil)
	defer it.Close()
	for ; it.Valid(); it.Next() {
		s.store[hex.EncodeToString(it.Key())] = hex.EncodeToString(it.Value())
	}
	return s
}

// withEvents returns the context with a fresh list of events, which the second result reads.
func (f *fixture) withEvents() (context.Context, func() sdk.Events) {
	m := sdk.NewEventManager()
	return f.ctx.WithEventManager(m), m.Events
}

// account returns the same address for the same name.
func account(name string) sdk.AccAddress {
	return sdk.AccAddress(append(make([]byte, 20-len(name)), name...))
}

func coins(denom string, amount int64) sdk.Coins {
	return sdk.NewCoins(sdk.NewInt64Coin(denom, amount))
}
