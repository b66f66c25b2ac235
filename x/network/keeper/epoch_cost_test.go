package keeper_test

import (
	"context"
	"slices"
	"testing"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	corestore "cosmossdk.io/core/store"
	"cosmossdk.io/log/v2"
	"cosmossdk.io/math"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	"github.com/cosmos/cosmos-sdk/codec"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/store/v2"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/keeper"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// counter counts what a keeper asks of its store: gets, iterators and the keys they walk are reads,
// sets and removals are writes.
type counter struct {
	inner         corestore.KVStoreService
	reads, writes int
}

func (c *counter) OpenKVStore(ctx context.Context) corestore.KVStore {
	return countedStore{c.inner.OpenKVStore(ctx), c}
}

type countedStore struct {
	corestore.KVStore
	c *counter
}

func (s countedStore) Get(key []byte) ([]byte, error) {
	s.c.reads++
	return s.KVStore.Get(key)
}

func (s countedStore) Has(key []byte) (bool, error) {
	s.c.reads++
	return s.KVStore.Has(key)
}

func (s countedStore) Set(key, value []byte) error {
	s.c.writes++
	return s.KVStore.Set(key, value)
}

func (s countedStore) Delete(key []byte) error {
	s.c.writes++
	return s.KVStore.Delete(key)
}

func (s countedStore) Iterator(start, end []byte) (corestore.Iterator, error) {
	s.c.reads++
	it, err := s.KVStore.Iterator(start, end)
	return countedIterator{it, s.c}, err
}

type countedIterator struct {
	corestore.Iterator
	c *counter
}

func (i countedIterator) Next() {
	i.c.reads++
	i.Iterator.Next()
}

// costs is a keeper over a store of its own that counts, and what each block cost.
type costs struct {
	keeper *keeper.Keeper
	stores storetypes.CommitMultiStore
	ctx    sdk.Context
	count  *counter

	nanos         []int64
	reads, writes []int
}

func newCosts(t testing.TB, kind storetypes.StoreType) *costs {
	t.Helper()
	key, db := storetypes.NewKVStoreKey(types.StoreKey), dbm.NewMemDB()
	c := &costs{stores: store.NewCommitMultiStore(db, log.NewNopLogger()), count: &counter{inner: runtime.NewKVStoreService(key)}}
	c.stores.MountStoreWithDB(key, kind, db)
	require.NoError(t, c.stores.LoadLatestVersion())
	c.ctx = sdk.NewContext(c.stores, cmtproto.Header{ChainID: chainID, Height: height, Time: time.Unix(startTime, 0).UTC()}, false, log.NewNopLogger())
	cdc, bank := codec.NewProtoCodec(codectypes.NewInterfaceRegistry()), &ledger{}
	c.keeper = keeper.NewKeeper(cdc, c.count, addresscodec.NewBech32Codec("mesh"), "", bank, bank, fakeBeacon{})
	return c
}

// init writes a state and commits it.
func (c *costs) init(t testing.TB, g types.GenesisState) {
	t.Helper()
	require.NoError(t, c.keeper.InitGenesis(c.ctx, g))
	c.stores.Commit()
}

// block begins the next block over a cache of the stores, as a node does, and notes what it cost.
func (c *costs) block(t testing.TB) {
	t.Helper()
	cache := c.stores.CacheMultiStore()
	c.ctx = c.ctx.WithBlockHeight(c.ctx.BlockHeight() + 1).WithBlockTime(c.ctx.BlockTime().Add(blockSeconds * time.Second))
	c.count.reads, c.count.writes = 0, 0
	start := time.Now()
	err := c.keeper.BeginBlock(c.ctx.WithMultiStore(cache))
	c.nanos = append(c.nanos, time.Since(start).Nanoseconds())
	require.NoError(t, err)
	c.reads, c.writes = append(c.reads, c.count.reads), append(c.writes, c.count.writes)
	cache.Write()
}

// TestIdleNetworksCostNothing: a block reads and writes the same with 10 sleeping networks and with 1,000.
func TestIdleNetworksCostNothing(t *testing.T) {
	few, many := idleChain(t, 10), idleChain(t, 1_000)
	for range 3 * epochBlocks {
		few.block(t)
		many.block(t)
	}
	require.Equal(t, few.reads, many.reads)
	require.Equal(t, few.writes, many.writes)
	require.Equal(t, []int{2, 0}, []int{slices.Max(many.reads), slices.Max(many.writes)})
}

// TestNodesCostNothing: a block, and an opening, reads and writes the same with 10,000 nodes and with 20,000.
func TestNodesCostNothing(t *testing.T) {
	few, many := nodeChain(t, 10_000), nodeChain(t, 20_000)
	for range 3 * epochBlocks {
		few.block(t)
		many.block(t)
	}
	require.Equal(t, few.reads, many.reads)
	require.Equal(t, few.writes, many.writes)
	require.NotZero(t, slices.Max(many.writes), "an epoch opens")
	e, err := many.keeper.Epoch(many.ctx, 1, 3)
	require.NoError(t, err)
	require.Equal(t, uint64(20_000), e.Nodes)
	require.Equal(t, math.NewInt(20_000*minBond), e.Weight)
}
