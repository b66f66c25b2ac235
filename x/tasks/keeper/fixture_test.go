package keeper_test

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/keeper"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

const (
	chainID   = "mesh-test-1"
	payModule = "rewards"
	// gib prices one index at price base units an epoch.
	gib   = 1 << 30
	price = 1_001
	funds = 1_000_000_000
	bond  = 100_000_000
)

// fixture is a keeper over a real store in a small world, at the opening of epoch 1.
type fixture struct {
	t require.TestingT
	w world
	// home is the network whose deals and nodes the steps of a test are about.
	home    uint64
	ctx     sdk.Context
	key     storetypes.StoreKey
	keeper  *keeper.Keeper
	msgs    types.MsgServer
	queries types.QueryServer
	// contents are what clients put into deals, by deal and version.
	contents map[[2]uint64]*content
	// claimedWith are the layouts that were acknowledged when a claim was made, by node, epoch and deal.
	claimedWith map[[3]uint64]types.Layout
}

// newFixture has the network's terms of a devnet, a client and nodes 1 to n of one owner each.
func newFixture(t testing.TB, nodes int) *fixture {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	f := &fixture{t: t, home: seq, key: key, contents: map[[2]uint64]*content{}, claimedWith: map[[3]uint64]types.Layout{}}
	f.w = world{
		ledger: ledger{balances: map[string]sdk.Coins{}}, params: networktypes.DevnetParams().DefaultParams,
		place: newPlace(), other: newPlace(), seedLate: map[int64]int64{}, forgets: 20_000,
	}
	f.w.params.Storage.Price = math.NewInt(price)
	f.ctx = testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx.
		WithChainID(chainID).WithBlockHeight(firstOpening)
	f.keeper = keeper.NewKeeper(codec.NewProtoCodec(codectypes.NewInterfaceRegistry()), runtime.NewKVStoreService(key), keeper.Deps{
		Addresses: addresscodec.NewBech32Codec("mesh"), Bank: &f.w, Networks: &f.w, Nodes: &f.w, Actives: &f.w, Beacon: &f.w,
		PayModule: payModule, Hooks: &f.w,
	})
	f.msgs, f.queries = keeper.NewMsgServer(f.keeper), keeper.NewQueryServer(f.keeper)
	require.NoError(t, f.keeper.InitGenesis(f.ctx, *types.DefaultGenesis()))
	f.w.give(account("client"), funds)
	for id := 1; id <= nodes; id++ {
		f.join(uint64(id), fmt.Sprintf("owner%d", id))
	}
	return f
}

// join registers a node with a bond for an owner.
func (f *fixture) join(id uint64, owner string) {
	nodes := f.w.at(f.home).nodes
	slot := uint64(len(nodes))
	for _, n := range nodes {
		if n.Owner == addr(account(owner)) {
			slot = n.OwnerSlot
		}
	}
	_, token := namesOf(f.home)
	nodes[id] = networktypes.Node{
		Network: f.network(), Id: id, Owner: addr(account(owner)), Operator: f.operator(id), PeerKey: hostKey(id).Public().(ed25519.PublicKey),
		Offer: networktypes.Offer{Region: "eu", StorageBytes: 1 << 40}, Status: networktypes.NODE_STATUS_JOINED,
		OwnBond: math.NewInt(bond), GivenBond: math.ZeroInt(), Weight: math.NewInt(bond), OwnerSlot: slot,
	}
	f.w.giveOf(token, moduleAccount(networktypes.ModuleName), bond)
}

// network returns the id of the home network, and operator the account of one of its nodes.
func (f *fixture) network() string {
	id, _ := namesOf(f.home)
	return id
}

func (f *fixture) operator(node uint64) string {
	if f.home == seq {
		return operator(node)
	}
	return addr(account(fmt.Sprintf("operator%d of %d", node, f.home)))
}

// edit changes a node.
func (f *fixture) edit(id uint64, change func(*networktypes.Node)) {
	nodes := f.w.at(f.home).nodes
	n := nodes[id]
	change(&n)
	nodes[id] = n
}

// tx runs a message as a transaction: what fails leaves nothing behind.
func (f *fixture) tx(run func(context.Context) error) error {
	branch, write := f.ctx.CacheContext()
	before := f.w.clone()
	if err := run(branch); err != nil {
		f.w = before
		return err
	}
	write()
	return nil
}

// send runs one message of type M as a transaction and returns its answer.
func send[M, R any](f *fixture, handle func(context.Context, M) (R, error), msg M) (R, error) {
	var rsp R
	err := f.tx(func(ctx context.Context) (err error) {
		rsp, err = handle(ctx, msg)
		return err
	})
	return rsp, err
}

// must runs a message that is accepted.
func must[M, R any](f *fixture, handle func(context.Context, M) (R, error), msg M) R {
	rsp, err := send(f, handle, msg)
	require.NoError(f.t, err)
	return rsp
}

// refuse runs a message that is refused, without the help of a transaction: it must leave store,
// money and world as they were.
func refuse[M, R any](f *fixture, handle func(context.Context, M) (R, error), msg M, want error) {
	before, world := f.snapshot(), f.w.clone()
	_, err := handle(f.ctx, msg)
	require.ErrorIs(f.t, err, want)
	require.Equal(f.t, before, f.snapshot(), "store changed by a refused message")
	require.True(f.t, reflect.DeepEqual(world, f.w), "world changed by a refused message")
}

// to advances block by block to a height; epochs end and blocks end on the way.
func (f *fixture) to(height int64) {
	require.LessOrEqual(f.t, f.ctx.BlockHeight(), height)
	for f.ctx.BlockHeight() < height {
		require.NoError(f.t, f.keeper.EndBlock(f.ctx))
		f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1)
		if e := epochAt(f.ctx.BlockHeight()); e > 1 && f.ctx.BlockHeight() == opening(e) {
			for _, s := range f.w.seqs() {
				require.NoError(f.t, f.keeper.AfterEpochClosed(f.ctx, s, e-1))
			}
		}
	}
}

// toEpoch advances to the opening of an epoch, toProofs to the first height proofs of it are taken at.
func (f *fixture) toEpoch(epoch uint64) { f.to(opening(epoch)) }

func (f *fixture) toProofs(epoch uint64) {
	p := f.w.params.Epoch
	f.to(opening(epoch+1) + int64(p.ClaimWindowBlocks+p.SeedDelayBlocks))
}

// epoch returns the open epoch.
func (f *fixture) epoch() uint64 { return epochOf(f.ctx) }

// snapshot is every key of the store.
func (f *fixture) snapshot() map[string]string {
	s := map[string]string{}
	it := f.ctx.KVStore(f.key).Iterator(nil, nil)
	defer it.Close()
	for ; it.Valid(); it.Next() {
		s[hex.EncodeToString(it.Key())] = hex.EncodeToString(it.Value())
	}
	return s
}

// export returns the whole state.
func (f *fixture) export() *types.GenesisState {
	g, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(f.t, err)
	return g
}

// deal returns a deal with its indices.
func (f *fixture) deal(id uint64) *types.QueryDealResponse {
	rsp, err := f.queries.Deal(f.ctx, &types.QueryDealRequest{Deal: id})
	require.NoError(f.t, err)
	return rsp
}

// owed returns what a node is owed for an epoch.
func (f *fixture) owed(node, epoch uint64) *types.QueryOwedResponse {
	rsp, err := f.queries.Owed(f.ctx, &types.QueryOwedRequest{Network: networkID, Node: node, Epoch: epoch})
	require.NoError(f.t, err)
	return rsp
}

// has returns the balance of an account by its name.
func (f *fixture) has(name string) int64 { return f.w.of(account(name)).Int64() }

// escrowed returns the balance of the module.
func (f *fixture) escrowed() int64 { return f.w.of(moduleAccount(types.ModuleName)).Int64() }

// account returns the same address for the same name.
func account(name string) sdk.AccAddress {
	return sdk.AccAddress(append(make([]byte, 20-len(name)), name...))
}

// addr spells an address as messages carry it.
func addr(a sdk.AccAddress) string {
	s, err := addresscodec.NewBech32Codec("mesh").BytesToString(a)
	if err != nil {
		panic(err)
	}
	return s
}

func client() string { return addr(account("client")) }

func operator(node uint64) string { return addr(account(fmt.Sprintf("operator%d", node))) }

// hostKey returns the libp2p key of a node.
func hostKey(node uint64) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(append(make([]byte, 31), byte(node)))
}
