package keeper_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// TestCreateNetwork follows every unit and every record of one creation.
func TestCreateNetwork(t *testing.T) {
	f := newFixture(t)
	msg := f.msg(t, "Ｓtorage Net")
	msg.LogicHash = bytes.Repeat([]byte{9}, 32)
	ctx, events := f.withEvents()
	res, err := f.msgs.CreateNetwork(ctx, msg)
	require.NoError(t, err)

	id := types.NetworkID(chainID, f.founder, "Storage Net", msg.LogicHash, 1, 0)
	denom := id + "/ustr"
	require.Equal(t, types.MsgCreateNetworkResponse{Seq: 1, Id: id, Denom: denom}, *res)

	const allocation = 100_000_000_000_000
	require.Equal(t, sdk.NewCoins(sdk.NewInt64Coin("umesh", 900_000_000), sdk.NewInt64Coin(denom, allocation)), f.bank.balances[string(f.founder)])
	require.Equal(t, coins("umesh", 50_000_000), f.bank.balances[string(moduleAccount("network"))])
	require.Equal(t, sdk.NewCoins(sdk.NewInt64Coin("umesh", 950_000_000), sdk.NewInt64Coin(denom, allocation)), f.bank.supply)
	require.Len(t, f.bank.balances, 2)
	require.Equal(t, map[string]string{denom: id + "/str Storage STR"}, f.bank.metadata)

	want, err := msg.Network(types.DefaultParams())
	require.NoError(t, err)
	want.Seq, want.Id, want.Token.Denom, want.CreatedHeight = 1, id, denom, height
	want.Deposit = sdk.NewInt64Coin("umesh", 50_000_000)
	state := *types.DefaultGenesis()
	state.NextSeq, state.Networks = 2, []types.Network{want}
	state.Calendars = []types.Calendar{{Network: 1, NextNode: 1}}
	require.Equal(t, state.String(), f.export(t).String())
	require.NoError(t, state.Validate())

	event, err := sdk.TypedEventToEvent(&types.EventNetworkCreated{
		Seq: 1, Id: id, Founder: msg.Founder, Name: "Storage Net", Allocated: sdk.NewInt64Coin(denom, allocation),
		Burnt: sdk.NewInt64Coin("umesh", 50_000_000), Deposit: sdk.NewInt64Coin("umesh", 50_000_000),
	})
	require.NoError(t, err)
	require.Equal(t, sdk.Events{event}, events())
}

// TestCreateFee halves the fee: what does not divide is burnt.
func TestCreateFee(t *testing.T) {
	for _, c := range []struct {
		name                string
		fee, burnt, deposit int64
	}{
		{"ok: nothing", 0, 0, 0},
		{"ok: one unit", 1, 1, 0},
		{"ok: even", 100, 50, 50},
		{"ok: odd", 101, 51, 50},
		{"ok: all the founder has", founderFunds, founderFunds / 2, founderFunds / 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			f.setFee(t, c.fee)
			ctx, events := f.withEvents()
			_, err := f.msgs.CreateNetwork(ctx, f.msg(t, "StorageNet"))
			require.NoError(t, err)

			require.Equal(t, math.NewInt(founderFunds-c.fee), f.bank.balances[string(f.founder)].AmountOf("umesh"))
			require.Equal(t, math.NewInt(c.deposit), f.bank.balances[string(moduleAccount("network"))].AmountOf("umesh"))
			require.Equal(t, math.NewInt(founderFunds-c.burnt), f.bank.supply.AmountOf("umesh"))
			require.Equal(t, sdk.NewInt64Coin("umesh", c.deposit), f.export(t).Networks[0].Deposit)
			event, err := sdk.ParseTypedEvent(events().ToABCIEvents()[0])
			require.NoError(t, err)
			require.Equal(t, sdk.NewInt64Coin("umesh", c.burnt), event.(*types.EventNetworkCreated).Burnt)
			require.Equal(t, sdk.NewInt64Coin("umesh", c.deposit), event.(*types.EventNetworkCreated).Deposit)
		})
	}
}

// TestRefusalsChangeNothing: the keeper checks everything before it writes, so a refusal leaves
// store, money and events as they were even without the undoing of a transaction.
func TestRefusalsChangeNothing(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*testing.T, *fixture, *types.MsgCreateNetwork)
		is     error
		want   string
	}{
		{"fails: no founder", func(_ *testing.T, _ *fixture, m *types.MsgCreateNetwork) { m.Founder = "" }, types.ErrInvalidRequest,
			"founder: empty address string is not allowed: invalid request"},
		{"fails: founder of another chain", func(_ *testing.T, _ *fixture, m *types.MsgCreateNetwork) {
			m.Founder = "cosmos1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a"
		}, types.ErrInvalidRequest, "founder: hrp does not match bech32 prefix: expected 'mesh' got 'cosmos': internal logic error: invalid request"},
		{"fails: founder in upper case", func(_ *testing.T, _ *fixture, m *types.MsgCreateNetwork) { m.Founder = strings.ToUpper(m.Founder) }, types.ErrInvalidRequest,
			"founder: MESH1QQQQQQQQQQQQQQQQQQQQQEN0W4HXGETJJALFDY is spelled mesh1qqqqqqqqqqqqqqqqqqqqqen0w4hxgetjjalfdy: invalid request"},
		{"fails: symbol of the chain's own token", func(_ *testing.T, _ *fixture, m *types.MsgCreateNetwork) { m.TokenSymbol = "Mesh" }, types.ErrInvalidSymbol,
			`"Mesh" is what the chain's own token is called, for which this one would be taken: invalid token symbol`},
		{"fails: invalid message", func(_ *testing.T, _ *fixture, m *types.MsgCreateNetwork) { m.Template = "other" }, types.ErrInvalidTemplate,
			`"other", known are [storage compute ml cdn custom]: invalid template`},
		{"fails: name taken", func(_ *testing.T, _ *fixture, m *types.MsgCreateNetwork) { m.Name = "Taken Name" }, types.ErrNameTaken,
			`"Taken Name" reads as "Taken Name" of network ` + takenID() + `; choose another name: name taken`},
		{"fails: name that reads like a taken one", func(_ *testing.T, _ *fixture, m *types.MsgCreateNetwork) { m.Name = "ＴＡＫＥＮ NAME" }, types.ErrNameTaken,
			`"TAKEN NAME" reads as "Taken Name" of network ` + takenID() + `; choose another name: name taken`},
		{"fails: one unit short of the fee", func(t *testing.T, f *fixture, _ *types.MsgCreateNetwork) { f.setFee(t, founderFunds-100_000_000+1) }, types.ErrInsufficientFee,
			"account mesh1qqqqqqqqqqqqqqqqqqqqqen0w4hxgetjjalfdy has 900000000umesh and creating a network costs 900000001umesh" + howToGetIt},
		{"fails: no money at all", func(t *testing.T, f *fixture, m *types.MsgCreateNetwork) { m.Founder = f.text(t, account("poor")) }, types.ErrInsufficientFee,
			"account mesh1qqqqqqqqqqqqqqqqqqqqqqqqqpcx7mmjddu4rl has 0umesh and creating a network costs 100000000umesh" + howToGetIt},
		{"fails: no free id", func(t *testing.T, f *fixture, m *types.MsgCreateNetwork) { takeIDs(t, f, m.Name, types.MaxIDTries) }, types.ErrInvalidRequest,
			"no free network id after 64 tries; choose another name: invalid request"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			require.Equal(t, takenID(), f.create(t, "Taken Name").Id)
			msg := f.msg(t, "StorageNet")
			c.change(t, f, msg)
			before, exported := f.snapshot(), f.export(t)
			res, err := f.msgs.CreateNetwork(f.ctx, msg)
			require.ErrorIs(t, err, c.is)
			require.EqualError(t, err, c.want)
			require.Nil(t, res)
			require.Equal(t, before, f.snapshot())
			require.Equal(t, exported, f.export(t))
		})
	}
}

const howToGetIt = "; have somebody send it the difference (a devnet's faucet does): cannot pay the create fee"

// takenID is the id of the first network of the fixture's founder, called Taken Name.
func takenID() string { return types.NetworkID(chainID, account("founder"), "Taken Name", nil, 1, 0) }

// takeIDs takes the first ids that the founder's next network could get, the second of the chain.
func takeIDs(t *testing.T, f *fixture, name string, tries uint64) {
	t.Helper()
	for i := range tries {
		require.NoError(t, f.keeper.TakeID(f.ctx, types.NetworkID(chainID, f.founder, name, nil, 2, i)))
	}
}

// TestIDCollision: a taken id is passed over for the next of the series.
func TestIDCollision(t *testing.T) {
	for _, tries := range []uint64{0, 1, types.MaxIDTries - 1} {
		f := newFixture(t)
		f.create(t, "First")
		takeIDs(t, f, "StorageNet", tries)
		res := f.create(t, "StorageNet")
		want := types.NetworkID(chainID, f.founder, "StorageNet", nil, 2, tries)
		require.Equal(t, types.MsgCreateNetworkResponse{Seq: 2, Id: want, Denom: want + "/ustr"}, *res)
		require.Equal(t, math.NewInt(100_000_000_000_000), f.bank.supply.AmountOf(want+"/ustr"))
	}
}

// TestLedgerErrorsAreReturned: no error of x/bank is swallowed, whichever call it comes from.
func TestLedgerErrorsAreReturned(t *testing.T) {
	for _, method := range []string{"SendCoinsFromAccountToModule", "BurnCoins", "MintCoins", "SendCoinsFromModuleToAccount"} {
		t.Run("fails: "+method, func(t *testing.T) {
			f := newFixture(t)
			f.bank.fail = method
			ctx, events := f.withEvents()
			res, err := f.msgs.CreateNetwork(ctx, f.msg(t, "StorageNet"))
			require.Equal(t, errLedger, err)
			require.Nil(t, res)
			require.Empty(t, events())
		})
	}
}
