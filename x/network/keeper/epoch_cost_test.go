package keeper_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
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

// benchNetwork is a network of short epochs, without asking for money.
func benchNetwork(t testing.TB, seq uint64) types.Network {
	t.Helper()
	addresses := addresscodec.NewBech32Codec("mesh")
	founder, err := addresses.BytesToString(account("founder"))
	require.NoError(t, err)
	msg := types.MsgCreateNetwork{Founder: founder, Name: fmt.Sprintf("Net %d", seq), TokenName: "Storage", TokenSymbol: "STR", Template: "storage", MinBond: math.NewInt(minBond)}
	n, err := msg.Network(types.DevnetParams())
	require.NoError(t, err)
	n.Seq, n.Id = seq, types.NetworkID(chainID, account("founder"), n.Name, nil, seq, 0)
	n.Token.Denom, n.Deposit = types.Denom(n.Id, n.Token.Symbol), sdk.NewInt64Coin("umesh", 0)
	return n
}

// idleChain has so many networks that sleep.
func idleChain(t testing.TB, networks int) *costs {
	t.Helper()
	g := types.GenesisState{Params: types.DevnetParams(), NextSeq: uint64(networks) + 1, NextUnbonding: 1}
	for i := range networks {
		n := benchNetwork(t, uint64(i)+1)
		g.Networks = append(g.Networks, n)
		g.Calendars = append(g.Calendars, types.Calendar{Network: n.Seq, NextNode: 1})
	}
	c := newCosts(t, storetypes.StoreTypeIAVL)
	c.init(t, g)
	return c
}

// nodesEach is the number of nodes of each owner of a nodeChain.
const nodesEach = 5

// nodeChain has one network with so many nodes that count, each with a bond of the minimum. The records
// are written through InitGenesis in portions and the weights by the code of x/network, into a store
// that is a plain ordered map in memory: a Merkle tree of that many records needs minutes.
func nodeChain(t testing.TB, nodes int) *costs {
	t.Helper()
	c, n := newCosts(t, storetypes.StoreTypeDB), benchNetwork(t, 1)
	g := types.GenesisState{Params: types.DevnetParams(), NextSeq: 2, NextUnbonding: 1, Networks: []types.Network{n}}
	g.Calendars = []types.Calendar{{
		Network: 1, RollsAt: height + 1, Nodes: uint64(nodes), NextNode: uint64(nodes) + 1, NextOwnerSlot: uint64(nodes / nodesEach),
	}}
	c.init(t, g)
	g.Networks, g.Calendars = nil, nil
	const portion = 10_000
	for from := 0; from < nodes; from += portion {
		g.Nodes, g.Bonds, g.OwnerSlots = nil, nil, nil
		for i := from; i < from+portion; i++ {
			addNode(t, &g, n, uint64(i))
		}
		c.init(t, g)
		for _, node := range g.Nodes {
			require.NoError(t, c.keeper.SetWeight(c.ctx, 1, 0, node.Node))
		}
	}
	return c
}

// addNode adds a node with its bond, and its owner where it is the owner's first.
func addNode(t testing.TB, g *types.GenesisState, n types.Network, i uint64) {
	t.Helper()
	addresses := addresscodec.NewBech32Codec("mesh")
	owner, err := addresses.BytesToString(binary.BigEndian.AppendUint64(make([]byte, 12), i/nodesEach))
	require.NoError(t, err)
	key := sha256.Sum256(binary.BigEndian.AppendUint64(nil, i))
	operator, err := addresses.BytesToString(key[:20])
	require.NoError(t, err)
	node := types.Node{
		Network: n.Id, Id: i + 1, Owner: owner, Operator: operator, PeerKey: key[:], PeerId: types.PeerID(key[:]),
		Status: types.NODE_STATUS_JOINED, OwnBond: math.NewInt(minBond), GivenBond: math.ZeroInt(), Weight: math.NewInt(minBond),
		OwnerSlot: i / nodesEach, Slot: i % nodesEach,
	}
	g.Nodes = append(g.Nodes, types.NetworkNode{Network: 1, Node: node})
	g.Bonds = append(g.Bonds, types.NodeBond{Network: 1, Node: node.Id, Bond: types.Bond{Giver: owner, Amount: math.NewInt(minBond)}})
	if node.Slot == 0 {
		g.OwnerSlots = append(g.OwnerSlots, types.OwnerSlot{Network: 1, Slot: node.OwnerSlot, Owner: owner, Nodes: nodesEach})
	}
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

// benchBlocks is the number of blocks of a benchmark: 20 epochs.
const benchBlocks = 20 * epochBlocks

// compare runs the same blocks on all chains in turn, so that what disturbs the machine disturbs all,
// and reports of each the median time of a block and what it asked of its store on average.
func compare(b *testing.B, sizes []int, chains []*costs) {
	b.Helper()
	for range benchBlocks {
		for _, c := range chains {
			c.block(b)
		}
	}
	for i, c := range chains {
		// The blocks are over; the loop of the framework has nothing to do.
		b.Run(fmt.Sprintf("n=%d", sizes[i]), func(b *testing.B) {
			nanos := slices.Sorted(slices.Values(c.nanos))
			b.ReportMetric(float64(nanos[len(nanos)/2]), "ns/op")
			b.ReportMetric(mean(c.reads), "reads/op")
			b.ReportMetric(mean(c.writes), "writes/op")
		})
	}
}

func mean(list []int) float64 {
	sum := 0
	for _, v := range list {
		sum += v
	}
	return float64(sum) / float64(len(list))
}

// BenchmarkIdleNetworks is what networks cost a block that nobody is in.
func BenchmarkIdleNetworks(b *testing.B) {
	compare(b, []int{10, 10_000}, []*costs{idleChain(b, 10), idleChain(b, 10_000)})
}

// BenchmarkRegisteredNodes is what nodes cost a block in which they do nothing. One block in 20 opens an epoch.
func BenchmarkRegisteredNodes(b *testing.B) {
	compare(b, []int{10_000, 1_000_000}, []*costs{nodeChain(b, 10_000), nodeChain(b, 1_000_000)})
}
