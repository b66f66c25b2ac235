package types_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// someMsg names what has no default.
func someMsg() types.MsgCreateNetwork {
	return types.MsgCreateNetwork{Founder: "founder", Name: "StorageNet", TokenName: "Storage", TokenSymbol: "STR", Template: "storage"}
}

// someNetwork is what someMsg asks for under the default params.
func someNetwork() types.Network {
	return types.Network{
		Founder: "founder", Name: "StorageNet", Template: "storage",
		Token: types.Token{
			Name: "Storage", Symbol: "STR", SupplyCap: math.NewInt(1_000_000_000_000_000),
			InitialAllocation: math.NewInt(100_000_000_000_000), HalvingEpochs: 35_040,
		},
		Params: types.DefaultNetworkParams(), HandoverEpoch: 4_320,
	}
}

func TestCreateNetworkFillsIn(t *testing.T) {
	logic := bytes.Repeat([]byte{7}, 32)
	shares := types.TokenDistribution{UptimeBps: 1_000, TasksBps: 9_000}
	for _, c := range []struct {
		name string
		msg  func(*types.MsgCreateNetwork)
		want func(*types.Network)
	}{
		{"ok: defaults", func(*types.MsgCreateNetwork) {}, func(*types.Network) {}},
		{"ok: zero amounts are defaults", func(m *types.MsgCreateNetwork) {
			m.SupplyCap, m.MinBond, m.StoragePrice = math.ZeroInt(), math.ZeroInt(), math.ZeroInt()
		}, func(*types.Network) {}},
		{"ok: names become normal", func(m *types.MsgCreateNetwork) { m.Name, m.TokenName = "Ｎｅｔ", "Cafe\u0301" },
			func(n *types.Network) { n.Name, n.Token.Name = "Net", "Café" }},
		{"ok: symbol as written", func(m *types.MsgCreateNetwork) { m.TokenSymbol = "sTr2" }, func(n *types.Network) { n.Token.Symbol = "sTr2" }},
		{"ok: distribution", func(m *types.MsgCreateNetwork) { m.Distribution = shares }, func(n *types.Network) { n.Params.Distribution = shares }},
		{"ok: template", func(m *types.MsgCreateNetwork) { m.Template = "ml" }, func(n *types.Network) { n.Template = "ml" }},
		{"ok: logic", func(m *types.MsgCreateNetwork) { m.LogicHash = logic }, func(n *types.Network) { n.LogicHash = logic }},
		{"ok: cap", func(m *types.MsgCreateNetwork) { m.SupplyCap = math.NewInt(5_000_000_009) },
			func(n *types.Network) {
				n.Token.SupplyCap, n.Token.InitialAllocation = math.NewInt(5_000_000_009), math.NewInt(500_000_000)
			}},
		{"ok: largest cap", func(m *types.MsgCreateNetwork) { m.SupplyCap = types.MaxAmount() },
			func(n *types.Network) {
				n.Token.SupplyCap, n.Token.InitialAllocation = types.MaxAmount(), types.MaxAmount().QuoRaw(10)
			}},
		{"ok: largest allocation", func(m *types.MsgCreateNetwork) { m.InitialAllocationBps = 2_000 },
			func(n *types.Network) { n.Token.InitialAllocation = math.NewInt(200_000_000_000_000) }},
		{"ok: allocation of exactly one bond", func(m *types.MsgCreateNetwork) { m.MinBond = math.NewInt(100_000_000_000_000) },
			func(n *types.Network) { n.Params.Bond.MinBond = math.NewInt(100_000_000_000_000) }},
		{"ok: halving", func(m *types.MsgCreateNetwork) { m.HalvingEpochs = 1 }, func(n *types.Network) { n.Token.HalvingEpochs = 1 }},
		{"ok: epoch moves the latest hand-over", func(m *types.MsgCreateNetwork) { m.EpochBlocks = 300 },
			func(n *types.Network) { n.Params.Epoch.EpochBlocks, n.HandoverEpoch = 300, 10_368 }},
		{"ok: price of reading", func(m *types.MsgCreateNetwork) { m.ReadPrice = math.NewInt(7) }, func(n *types.Network) { n.Params.Storage.ReadPrice = math.NewInt(7) }},
		{"ok: price", func(m *types.MsgCreateNetwork) { m.StoragePrice = math.OneInt() }, func(n *types.Network) { n.Params.Storage.Price = math.OneInt() }},
		{"ok: burn", func(m *types.MsgCreateNetwork) { m.BurnBps = 5_000 }, func(n *types.Network) { n.Params.Pay.BurnBps = 5_000 }},
		{"ok: early hand-over", func(m *types.MsgCreateNetwork) { m.HandoverEpoch = 1 }, func(n *types.Network) { n.HandoverEpoch = 1 }},
		{"ok: latest hand-over", func(m *types.MsgCreateNetwork) { m.HandoverEpoch = 4_320 }, func(*types.Network) {}},
	} {
		t.Run(c.name, func(t *testing.T) {
			msg, want := someMsg(), someNetwork()
			c.msg(&msg)
			c.want(&want)
			got, err := msg.Network(types.DefaultParams())
			require.NoError(t, err)
			require.Equal(t, want.String(), got.String())
		})
	}
	for _, template := range types.Templates() {
		msg := someMsg()
		msg.Template = template
		_, err := msg.Network(types.DefaultParams())
		require.NoError(t, err, template)
	}
}

func TestCreateNetworkRefuses(t *testing.T) {
	tooMuch := types.MaxAmount().AddRaw(1)
	for _, c := range []struct {
		name string
		msg  func(*types.MsgCreateNetwork)
		is   error
		want string
	}{
		{"fails: name", func(m *types.MsgCreateNetwork) { m.Name = "my" }, types.ErrInvalidName, `"my" has 2 characters, a name has 3 to 32`},
		{"fails: token name", func(m *types.MsgCreateNetwork) { m.TokenName = "" }, types.ErrInvalidName, `"" has 0 characters, a name has 3 to 32`},
		{"fails: symbol", func(m *types.MsgCreateNetwork) { m.TokenSymbol = "S" }, types.ErrInvalidSymbol, `"S" has 1 characters, a symbol has 2 to 16`},
		{"fails: no template", func(m *types.MsgCreateNetwork) { m.Template = "" }, types.ErrInvalidTemplate, `"", known are [storage compute ml cdn custom]`},
		{"fails: template in upper case", func(m *types.MsgCreateNetwork) { m.Template = "Storage" }, types.ErrInvalidTemplate,
			`"Storage", known are [storage compute ml cdn custom]`},
		{"fails: 31 bytes of logic hash", func(m *types.MsgCreateNetwork) { m.LogicHash = make([]byte, 31) }, types.ErrInvalidLogicHash,
			"31 bytes, a BLAKE3-256 hash has 32"},
		{"fails: 33 bytes of logic hash", func(m *types.MsgCreateNetwork) { m.LogicHash = make([]byte, 33) }, types.ErrInvalidLogicHash,
			"33 bytes, a BLAKE3-256 hash has 32"},
		{"fails: distribution", func(m *types.MsgCreateNetwork) { m.Distribution.UptimeBps = 1 }, types.ErrInvalidParams,
			"distribution totals 0.01 %, it must total 100 %"},
		{"fails: negative cap", func(m *types.MsgCreateNetwork) { m.SupplyCap = math.NewInt(-1) }, types.ErrInvalidAmount, "supply_cap is -1, it cannot be negative"},
		{"fails: cap over the limit", func(m *types.MsgCreateNetwork) { m.SupplyCap = tooMuch }, types.ErrInvalidAmount,
			"supply_cap is " + tooMuch.String() + ", the largest amount is 2^127"},
		{"fails: negative bond", func(m *types.MsgCreateNetwork) { m.MinBond = math.NewInt(-1) }, types.ErrInvalidAmount, "min_bond is -1, it cannot be negative"},
		{"fails: bond over the limit", func(m *types.MsgCreateNetwork) { m.MinBond = tooMuch }, types.ErrInvalidAmount,
			"min_bond is " + tooMuch.String() + ", the largest amount is 2^127"},
		{"fails: negative price of reading", func(m *types.MsgCreateNetwork) { m.ReadPrice = math.NewInt(-1) }, types.ErrInvalidAmount,
			"read_price is -1, it cannot be negative"},
		{"fails: negative price", func(m *types.MsgCreateNetwork) { m.StoragePrice = math.NewInt(-1) }, types.ErrInvalidAmount,
			"storage_price is -1, it cannot be negative"},
		{"fails: price over the limit", func(m *types.MsgCreateNetwork) { m.StoragePrice = tooMuch }, types.ErrInvalidAmount,
			"storage_price is " + tooMuch.String() + ", the largest amount is 2^127"},
		{"fails: allocation over 20 %", func(m *types.MsgCreateNetwork) { m.InitialAllocationBps = 2_001 }, types.ErrInvalidParams,
			"initial allocation 200100000000000 is over 20 % of the supply cap 1000000000000000"},
		{"fails: largest number as share", func(m *types.MsgCreateNetwork) { m.InitialAllocationBps = 1<<32 - 1 }, types.ErrInvalidParams,
			"initial allocation 429496729500000000000 is over 20 % of the supply cap 1000000000000000"},
		{"fails: largest share of the largest cap", func(m *types.MsgCreateNetwork) {
			m.SupplyCap, m.InitialAllocationBps = types.MaxAmount(), 1<<32-1
		}, types.ErrInvalidAmount, "initial allocation is 73075081849531027564137318462645420611208216, the largest amount is 2^127"},
		{"fails: halving too late", func(m *types.MsgCreateNetwork) { m.HalvingEpochs = 43_800_001 }, types.ErrInvalidParams,
			"halving after 43800001 epochs, it must be 1 to 43800000"},
		{"fails: cap that emits nothing", func(m *types.MsgCreateNetwork) { m.SupplyCap = math.NewInt(70_000) }, types.ErrInvalidParams,
			"supply cap 70000 is too small: an epoch would emit nothing with halving after 35040 epochs"},
		{"fails: allocation under one bond", func(m *types.MsgCreateNetwork) { m.SupplyCap = math.NewInt(999_999_999) }, types.ErrInvalidParams,
			"initial allocation 99999999 is less than one bond of 100000000: nobody could ever run the first node"},
		{"fails: epoch under the chain's minimum", func(m *types.MsgCreateNetwork) { m.EpochBlocks = 299 }, types.ErrInvalidParams,
			"an epoch of 299 blocks is shorter than the chain's minimum of 300"},
		{"fails: epoch shorter than its windows", func(m *types.MsgCreateNetwork) { m.EpochBlocks = 269 }, types.ErrInvalidParams,
			"an epoch of 269 blocks is shorter than its windows, 270 blocks"},
		{"fails: epoch over the limit", func(m *types.MsgCreateNetwork) { m.EpochBlocks = 17_281 }, types.ErrInvalidParams,
			"epoch.epoch_blocks is 17281, it must be 1 to 17280"},
		{"fails: burn under the limit", func(m *types.MsgCreateNetwork) { m.BurnBps = 99 }, types.ErrInvalidParams, "pay.burn_bps is 99, it must be 100 to 5000"},
		{"fails: burn over the limit", func(m *types.MsgCreateNetwork) { m.BurnBps = 5_001 }, types.ErrInvalidParams, "pay.burn_bps is 5001, it must be 100 to 5000"},
		{"fails: hand-over too late", func(m *types.MsgCreateNetwork) { m.HandoverEpoch = 4_321 }, types.ErrInvalidParams,
			"hand-over at epoch 4321, with epochs of 720 blocks it is at epoch 4320 at the latest"},
	} {
		t.Run(c.name, func(t *testing.T) {
			msg := someMsg()
			c.msg(&msg)
			got, err := msg.Network(types.DefaultParams())
			require.ErrorIs(t, err, c.is)
			require.EqualError(t, err, c.want+": "+c.is.Error())
			require.Equal(t, types.Network{}, got)
		})
	}
}
