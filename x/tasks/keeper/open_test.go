package keeper_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

func TestOpenDeal(t *testing.T) {
	f := newFixture(t, 3)
	supply := f.w.supply.AmountOf(denom).Int64()
	rsp := must(f, f.msgs.OpenDeal, openMsg(10))
	require.Equal(t, uint64(1), rsp.Deal)
	require.Equal(t, int64(price), rsp.Rate.Int64())
	// 3 × 1,001 × 10 for the rates, 5 % of it rounded up for repairs, 20 % of one epoch's 3,003 burnt.
	const escrow, reserve, burnt = 30_030, 1_502, 601
	require.Equal(t, int64(escrow+reserve+burnt), rsp.Deposit.Int64())
	require.Equal(t, int64(funds-escrow-reserve-burnt), f.has("client"))
	require.Equal(t, int64(escrow+reserve), f.escrowed())
	require.Equal(t, supply-burnt, f.w.supply.AmountOf(denom).Int64())
	require.Equal(t, 1, f.w.duties)

	d := f.deal(1)
	require.Equal(t, types.Deal{
		Id: 1, Network: networkID, Client: client(), Profile: types.Profile{K: 1, N: 3}, Space: gib, Rate: sdkmath.NewInt(price),
		FirstEpoch: 2, LastEpoch: 11, Escrow: sdkmath.NewInt(escrow), Reserve: sdkmath.NewInt(reserve), Spent: sdkmath.ZeroInt(),
		Status: types.DEAL_STATUS_OPEN, OpenedHeight: firstOpening,
	}, d.Deal)
	require.Len(t, d.Indices, 3)
	for _, i := range d.Indices {
		require.Equal(t, types.NewIndex(1, firstOpening), i)
	}
	opened := eventsOf[*types.EventDealOpened](f.events())
	require.Len(t, opened, 1)
	require.Equal(t, int64(burnt), opened[0].Burnt.Int64())
	require.Equal(t, uint64(2), f.open(1), "the next deal has the next id")
}

func TestOpenDealIsRefused(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*types.MsgOpenDeal)
		want   error
	}{
		{"fails: no k", func(m *types.MsgOpenDeal) { m.Profile.K = 0 }, types.ErrInvalidDeal},
		{"fails: k is n", func(m *types.MsgOpenDeal) { m.Profile.K = 3 }, types.ErrInvalidDeal},
		{"fails: n over 128", func(m *types.MsgOpenDeal) { m.Profile.N = 129 }, types.ErrInvalidDeal},
		{"fails: no space", func(m *types.MsgOpenDeal) { m.Space = 0 }, types.ErrInvalidDeal},
		{"fails: too much space", func(m *types.MsgOpenDeal) { m.Space = types.MaxSpace + 1 }, types.ErrInvalidDeal},
		{"fails: no epochs", func(m *types.MsgOpenDeal) { m.Epochs = 0 }, types.ErrInvalidDeal},
		{"fails: too many epochs", func(m *types.MsgOpenDeal) { m.Epochs = types.MaxEpochs + 1 }, types.ErrInvalidDeal},
		{"fails: epochs that wrap", func(m *types.MsgOpenDeal) { m.Epochs = math.MaxUint64 }, types.ErrInvalidDeal},
		{"fails: no price", func(m *types.MsgOpenDeal) { m.MaxRate = sdkmath.Int{} }, types.ErrInvalidDeal},
		{"fails: negative price", func(m *types.MsgOpenDeal) { m.MaxRate = sdkmath.NewInt(-1) }, types.ErrInvalidDeal},
		{"fails: price over 2^127", func(m *types.MsgOpenDeal) { m.MaxRate = types.MaxAmount().AddRaw(1) }, types.ErrInvalidDeal},
		{"fails: price one too low", func(m *types.MsgOpenDeal) { m.MaxRate = sdkmath.NewInt(price - 1) }, types.ErrPriceTooHigh},
		{"fails: long region", func(m *types.MsgOpenDeal) { m.Region = strings.Repeat("a", 17) }, types.ErrInvalidDeal},
		{"fails: 17 refused owners", func(m *types.MsgOpenDeal) { m.Without = make([]string, 17) }, types.ErrInvalidDeal},
		{"fails: refused owner is no address", func(m *types.MsgOpenDeal) { m.Without = []string{"mesh1"} }, types.ErrInvalidRequest},
		{"fails: refused owner in capitals", func(m *types.MsgOpenDeal) { m.Without = []string{strings.ToUpper(client())} }, types.ErrInvalidRequest},
		{"fails: client in capitals", func(m *types.MsgOpenDeal) { m.Client = strings.ToUpper(client()) }, types.ErrInvalidRequest},
		{"fails: no network id", func(m *types.MsgOpenDeal) { m.Network = "net" }, networktypes.ErrInvalidRequest},
		{"fails: unknown network", func(m *types.MsgOpenDeal) { m.Network = "net_00000002" }, networktypes.ErrNetworkNotFound},
		{"fails: poor client", func(m *types.MsgOpenDeal) { m.Client = addr(account("poor")) }, types.ErrInsufficientFunds},
		{"fails: dearer than the client has", func(m *types.MsgOpenDeal) { m.Space, m.Epochs, m.MaxRate = 1<<40, 400, types.MaxAmount() }, types.ErrInsufficientFunds},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, 3)
			msg := openMsg(10)
			tc.change(msg)
			refuse(f, f.msgs.OpenDeal, msg, tc.want)
		})
	}
	t.Run("fails: no epoch yet", func(t *testing.T) {
		f := newFixture(t, 3)
		f.ctx = f.ctx.WithBlockHeight(firstOpening - 1)
		refuse(f, f.msgs.OpenDeal, openMsg(10), types.ErrWrongState)
	})
	t.Run("fails: costs over 2^127", func(t *testing.T) {
		f := newFixture(t, 3)
		f.w.params.Storage.Price = types.MaxAmount()
		msg := openMsg(10)
		msg.MaxRate = types.MaxAmount()
		refuse(f, f.msgs.OpenDeal, msg, types.ErrInvalidDeal)
	})
}

// A deal costs what the client has to the unit, and one unit less does not do.
func TestOpenDealWithTheLastUnit(t *testing.T) {
	f := newFixture(t, 3)
	const cost = 30_030 + 1_502 + 601
	f.w.give(account("exact"), cost)
	f.w.give(account("short"), cost-1)
	msg := openMsg(10)
	msg.Client = addr(account("short"))
	refuse(f, f.msgs.OpenDeal, msg, types.ErrInsufficientFunds)
	msg.Client = addr(account("exact"))
	must(f, f.msgs.OpenDeal, msg)
	require.Zero(t, f.has("exact"))
}
