package app_test

import (
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"

	"github.com/mesh-protocol/mesh/app"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// newNetwork asks for a network with the chain's defaults.
func newNetwork(m member, name string) *networktypes.MsgCreateNetwork {
	return &networktypes.MsgCreateNetwork{Founder: m.text(), Name: name, TokenName: "Storage", TokenSymbol: "STR", Template: "storage"}
}

// withoutInflation keeps x/mint still, so that the supply of MESH moves by what a test does only.
func withoutInflation() edit {
	return change(minttypes.ModuleName, func(s *minttypes.GenesisState) {
		s.Minter.Inflation = math.LegacyZeroDec()
		s.Params.InflationMin, s.Params.InflationMax, s.Params.InflationRateChange = math.LegacyZeroDec(), math.LegacyZeroDec(), math.LegacyZeroDec()
	})
}

// typedEvents returns the typed events of one kind in a list.
func typedEvents[E proto.Message](t *testing.T, events []abci.Event) []E {
	t.Helper()
	var list []E
	var want E
	for _, e := range events {
		if e.Type != proto.MessageName(want) {
			continue
		}
		// The SDK adds the index of the message, or when in a block it was, which are no fields of the event.
		var own []abci.EventAttribute
		for _, a := range e.Attributes {
			if a.Key != "msg_index" && a.Key != "mode" {
				own = append(own, a)
			}
		}
		m, err := sdk.ParseTypedEvent(abci.Event{Type: e.Type, Attributes: own})
		require.NoError(t, err)
		list = append(list, m.(E))
	}
	return list
}

// supply is what exists of a denom.
func (c *chain) supply(denom string) math.Int {
	return c.Keepers.Bank.GetSupply(c.NewContext(true), denom).Amount
}

// balance is what an account has of a denom.
func (c *chain) balance(addr sdk.AccAddress, denom string) math.Int {
	return c.Keepers.Bank.GetBalance(c.NewContext(true), addr, denom).Amount
}

// TestCreateNetwork makes a network by a signed transaction and follows the money and the token
// through x/bank.
func TestCreateNetwork(t *testing.T) {
	c := newChain(t, withoutInflation())
	c.block()
	founder := who("founder")
	before := c.supply(app.BondDenom)
	res := c.mustDeliver(founder, newNetwork(founder, "StorageNet"))

	id := networktypes.NetworkID(chainID, founder.addr, "StorageNet", nil, 1, 0)
	denom := id + "/ustr"
	var data sdk.TxMsgData
	require.NoError(t, proto.Unmarshal(res.Data, &data))
	var made networktypes.MsgCreateNetworkResponse
	require.NoError(t, made.Unmarshal(data.MsgResponses[0].Value))
	require.Equal(t, networktypes.MsgCreateNetworkResponse{Seq: 1, Id: id, Denom: denom}, made)

	half, allocation := sdk.NewInt64Coin(app.BondDenom, 50_000_000), sdk.NewInt64Coin(denom, 100_000_000_000_000)
	require.Equal(t, []*networktypes.EventNetworkCreated{{
		Seq: 1, Id: id, Founder: founder.text(), Name: "StorageNet", Allocated: allocation, Burnt: half, Deposit: half,
	}}, typedEvents[*networktypes.EventNetworkCreated](t, res.Events))

	require.Equal(t, before.Sub(half.Amount), c.supply(app.BondDenom))
	require.Equal(t, math.NewInt(funds-100_000_000-txFee), c.balance(founder.addr, app.BondDenom))
	require.Equal(t, half.Amount, c.balance(authtypes.NewModuleAddress(networktypes.ModuleName), app.BondDenom))
	require.Equal(t, allocation.Amount, c.supply(denom))
	require.Equal(t, allocation.Amount, c.balance(founder.addr, denom))

	var meta banktypes.QueryDenomMetadataByQueryStringResponse
	require.True(t, c.ask("/cosmos.bank.v1beta1.Query/DenomMetadataByQueryString", 0, &banktypes.QueryDenomMetadataByQueryStringRequest{Denom: denom}, &meta).IsOK())
	require.Equal(t, banktypes.Metadata{
		Description: "Token of a Mesh network, earned by the work of its nodes.",
		DenomUnits:  []*banktypes.DenomUnit{{Denom: denom}, {Denom: id + "/str", Exponent: 6}},
		Base:        denom, Display: id + "/str", Name: "Storage", Symbol: "STR",
	}, meta.Metadata)
	require.NoError(t, meta.Metadata.Validate())

	var got networktypes.QueryNetworkResponse
	require.True(t, c.ask("/mesh.network.v1.Query/NetworkByName", 0, &networktypes.QueryNetworkByNameRequest{Name: "STORAGENET"}, &got).IsOK())
	require.Equal(t, id, got.Network.Id)
	require.Equal(t, int64(2), got.Network.CreatedHeight)
	require.Equal(t, allocation, got.Supply)
}

// TestTokenIsMoney: the token of a network is sent like any other coin.
func TestTokenIsMoney(t *testing.T) {
	c := newChain(t)
	founder, client := who("founder"), who("client")
	c.block()
	c.mustDeliver(founder, newNetwork(founder, "StorageNet"))
	denom := networktypes.NetworkID(chainID, founder.addr, "StorageNet", nil, 1, 0) + "/ustr"
	c.mustDeliver(founder, banktypes.NewMsgSend(founder.addr, client.addr, sdk.NewCoins(sdk.NewInt64Coin(denom, 7))))
	require.Equal(t, math.NewInt(7), c.balance(client.addr, denom))
}

// TestRefusedNetworkCostsTheFeeOnly: what fails in the handler leaves nothing but the price of the
// transaction, also where the money was short after other messages of the same transaction.
func TestRefusedNetworkCostsTheFeeOnly(t *testing.T) {
	c := newChain(t, withoutInflation())
	founder := who("founder")
	c.block()
	c.mustDeliver(founder, newNetwork(founder, "StorageNet"))
	before, had := c.supply(app.BondDenom), c.balance(founder.addr, app.BondDenom)

	res := c.deliver(founder, newNetwork(founder, "Other"), newNetwork(founder, "STORAGENET"))
	require.Equal(t, result{"network", 3}, resultOf(res), res.Log)
	require.Empty(t, typedEvents[*networktypes.EventNetworkCreated](t, res.Events))
	require.Equal(t, before, c.supply(app.BondDenom))
	require.Equal(t, had.SubRaw(txFee), c.balance(founder.addr, app.BondDenom))
	var list networktypes.QueryNetworksResponse
	require.True(t, c.ask("/mesh.network.v1.Query/Networks", 0, &networktypes.QueryNetworksRequest{}, &list).IsOK())
	require.Len(t, list.Networks, 1)

	poor := who("poor")
	c.mustDeliver(founder, banktypes.NewMsgSend(founder.addr, poor.addr, sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, 100_000_000))))
	res = c.deliver(poor, newNetwork(poor, "Other"))
	require.Equal(t, result{"network", 9}, resultOf(res), res.Log)
	require.Equal(t, math.NewInt(100_000_000-txFee), c.balance(poor.addr, app.BondDenom))
}

// result is what a transaction came to.
type result struct {
	codespace string
	code      uint32
}

func resultOf(r *abci.ExecTxResult) result { return result{r.Codespace, r.Code} }
