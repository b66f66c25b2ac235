package keeper_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkaddress "github.com/cosmos/cosmos-sdk/types/address"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/rewards/keeper"
	"github.com/mesh-protocol/mesh/x/rewards/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

const (
	seq       = 7
	networkID = "net_00000007"
	denom     = "net_00000007/ustr"
	// allBonds is what the active set weighs: so much that the bucket, and not the yield, bounds what being there pays.
	allBonds = 80_000_000
)

// ledger is a bank that really counts.
type ledger struct {
	balances map[string]math.Int
	supply   math.Int
}

func newLedger() *ledger { return &ledger{balances: map[string]math.Int{}, supply: math.ZeroInt()} }

func (l *ledger) of(who string) math.Int {
	if b, ok := l.balances[who]; ok {
		return b
	}
	return math.ZeroInt()
}

func (l *ledger) GetSupply(context.Context, string) sdk.Coin { return sdk.NewCoin(denom, l.supply) }

func (l *ledger) MintCoins(_ context.Context, module string, amt sdk.Coins) error {
	l.supply = l.supply.Add(amt.AmountOf(denom))
	l.balances[module] = l.of(module).Add(amt.AmountOf(denom))
	return nil
}

func (l *ledger) SendCoinsFromModuleToAccount(_ context.Context, module string, to sdk.AccAddress, amt sdk.Coins) error {
	amount := amt.AmountOf(denom)
	if l.of(module).LT(amount) {
		return fmt.Errorf("%s has %s, not %s", module, l.of(module), amount)
	}
	l.balances[module] = l.of(module).Sub(amount)
	l.balances[string(to)] = l.of(string(to)).Add(amount)
	return nil
}

// networks is x/network with one network whose epochs all have the same terms.
type networks struct {
	network networktypes.Network
	nodes   map[uint64]networktypes.Node
	bonds   map[uint64][]networktypes.Bond
	// epoch that is open.
	epoch uint64
	// termsOf are the terms of epochs that opened under others than the network's of now.
	termsOf map[uint64]networktypes.NetworkParams
}

func (n *networks) Network(_ context.Context, s uint64) (networktypes.Network, error) {
	if s != seq {
		return networktypes.Network{}, networktypes.ErrNetworkNotFound
	}
	return n.network, nil
}

func (n *networks) NetworkByID(_ context.Context, id string) (networktypes.Network, error) {
	if id != networkID {
		return networktypes.Network{}, networktypes.ErrNetworkNotFound
	}
	return n.network, nil
}

func (n *networks) Epoch(_ context.Context, _, number uint64) (networktypes.Epoch, error) {
	if number+networktypes.KeptEpochs <= n.epoch {
		return networktypes.Epoch{}, networktypes.ErrEpochNotFound
	}
	params, ok := n.termsOf[number]
	if !ok {
		params = n.network.Params
	}
	return networktypes.Epoch{Number: number, Params: params, Weight: math.NewInt(allBonds), Nodes: 2, Owners: 2}, nil
}

func (n *networks) Calendar(context.Context, uint64) (networktypes.Calendar, error) {
	return networktypes.Calendar{Network: seq, Epoch: n.epoch}, nil
}

func (n *networks) Node(_ context.Context, _, id uint64) (networktypes.Node, error) {
	node, ok := n.nodes[id]
	if !ok {
		return node, networktypes.ErrNodeNotFound
	}
	return node, nil
}

func (n *networks) BondsOf(_ context.Context, _, node uint64) ([]networktypes.Bond, error) {
	return n.bonds[node], nil
}

// fixture is a keeper over a real store.
type fixture struct {
	ctx      sdk.Context
	keeper   *keeper.Keeper
	msgs     types.MsgServer
	queries  types.QueryServer
	bank     *ledger
	networks *networks
	key      storetypes.StoreKey
	codec    address.Bech32Codec
}

// newFixture returns a keeper with two nodes whose owners bonded 100 each.
func newFixture(t testing.TB) *fixture {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx
	f := &fixture{ctx: ctx, key: key, bank: newLedger(), codec: address.Bech32Codec{Bech32Prefix: "mesh"}}
	params := networktypes.DefaultNetworkParams()
	f.networks = &networks{
		network: networktypes.Network{
			Seq: seq, Id: networkID, Params: params,
			Token: networktypes.Token{
				Denom: denom, Symbol: "STR", SupplyCap: math.NewInt(2_000_000), InitialAllocation: math.ZeroInt(), HalvingEpochs: 100,
			},
		},
		nodes: map[uint64]networktypes.Node{}, bonds: map[uint64][]networktypes.Bond{},
	}
	for id := uint64(1); id <= 2; id++ {
		owner := f.account(fmt.Sprintf("owner%d", id))
		f.networks.nodes[id] = networktypes.Node{
			Network: networkID, Id: id, Owner: owner, OwnBond: math.NewInt(100), GivenBond: math.ZeroInt(),
		}
		f.networks.bonds[id] = []networktypes.Bond{{Giver: owner, Amount: math.NewInt(100)}}
	}
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	f.keeper = keeper.NewKeeper(cdc, runtime.NewKVStoreService(key), f.codec, f.bank, f.networks)
	f.msgs, f.queries = keeper.NewMsgServer(f.keeper), keeper.NewQueryServer(f.keeper)
	return f
}

func address20(name string) sdk.AccAddress { return sdkaddress.Module("test", []byte(name))[:20] }

func (f *fixture) account(name string) string {
	text, err := f.codec.BytesToString(address20(name))
	if err != nil {
		panic(err)
	}
	return text
}

// has returns what an account holds.
func (f *fixture) has(name string) math.Int { return f.bank.of(string(address20(name))) }

// fee settles a client's payment of burnt and earned for a node's proof, as x/tasks does in the open epoch.
func (f *fixture) fee(t require.TestingT, node, epoch uint64, earned, burnt int64) {
	f.feeFor(t, tasktypes.FeeProof, node, epoch, earned, burnt)
}

// feeFor settles one for any kind of work.
func (f *fixture) feeFor(t require.TestingT, kind string, node, epoch uint64, earned, burnt int64) {
	f.networks.epoch = epoch
	f.bank.balances[types.ModuleName] = f.bank.of(types.ModuleName).AddRaw(earned)
	f.bank.supply = f.bank.supply.AddRaw(earned)
	require.NoError(t, f.keeper.AfterFeeSettled(f.ctx, tasktypes.Fee{
		Network: seq, Node: node, Kind: kind, Epoch: epoch, Earned: math.NewInt(earned), Burnt: math.NewInt(burnt),
	}))
}

// presence has a node prove, in the open epoch, slots of its uptime and duties in an epoch, as x/tasks does.
func (f *fixture) presence(t require.TestingT, node, settled, epoch uint64, bond int64, slots uint32, duties uint64) {
	f.networks.epoch = settled
	require.NoError(t, f.keeper.AfterPresenceProven(f.ctx, tasktypes.Presence{
		Network: seq, Node: node, Epoch: epoch, Settled: settled, Slots: slots, Duties: duties, Weight: math.NewInt(bond), Others: math.NewInt(allBonds - bond),
	}))
}

// setBond makes the bond of a giver what it says, none for 0, as x/network does.
func (f *fixture) setBond(t require.TestingT, node uint64, giver string, amount int64, commissionBps uint32) {
	require.NoError(t, f.keeper.BeforeBondsChanged(f.ctx, seq, node))
	bonds := slices.DeleteFunc(slices.Clone(f.networks.bonds[node]), func(b networktypes.Bond) bool { return b.Giver == f.account(giver) })
	if amount > 0 {
		bonds = append(bonds, networktypes.Bond{Giver: f.account(giver), Amount: math.NewInt(amount), CommissionBps: commissionBps})
	}
	n := f.networks.nodes[node]
	n.OwnBond, n.GivenBond = math.ZeroInt(), math.ZeroInt()
	for _, b := range bonds {
		if b.Giver == n.Owner {
			n.OwnBond = n.OwnBond.Add(b.Amount)
		} else {
			n.GivenBond = n.GivenBond.Add(b.Amount)
		}
	}
	f.networks.nodes[node], f.networks.bonds[node] = n, bonds
}

// store returns every key of the module's store.
func (f *fixture) store() map[string]string {
	all := map[string]string{}
	it := f.ctx.KVStore(f.key).Iterator(nil, nil)
	defer it.Close()
	for ; it.Valid(); it.Next() {
		all[string(it.Key())] = string(it.Value())
	}
	return all
}

func (f *fixture) closeEpoch(t require.TestingT, epoch uint64) {
	f.networks.epoch = epoch + 1
	require.NoError(t, f.keeper.AfterEpochClosed(f.ctx, seq, epoch))
}

func (f *fixture) withdraw(node uint64) (*types.MsgWithdrawResponse, error) {
	return f.msgs.Withdraw(f.ctx, &types.MsgWithdraw{Sender: f.account("anyone"), Network: networkID, Node: node})
}

func (f *fixture) export(t require.TestingT) types.GenesisState {
	g, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	return *g
}
