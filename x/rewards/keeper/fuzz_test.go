package keeper_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/fuzzed"
	"github.com/mesh-protocol/mesh/x/rewards/types"
)

// apart runs on a copy of all that messages and the calls of other modules can change.
func (f *fixture) apart(run func()) {
	ctx, bank, around := f.ctx, *f.bank, *f.networks
	defer func() { f.ctx, *f.bank, *f.networks = ctx, bank, around }()
	f.ctx, _ = ctx.CacheContext()
	f.bank.balances = maps.Clone(bank.balances)
	f.networks.nodes, f.networks.bonds = maps.Clone(around.nodes), maps.Clone(around.bonds)
	run()
}

// worked is a fixture in which node 1 shares its pay with givers that came and went, one epoch is open, one is closed
// and withdrawn by one node, and one is closed.
func worked(t testing.TB) *fixture {
	t.Helper()
	f := newFixture(t)
	f.setBond(t, 1, "giver", 300, 4_000)
	f.fee(t, 1, 1, 800, 200)
	f.fee(t, 2, 1, 400, 100)
	f.closeEpoch(t, 1)
	_, err := f.withdraw(2)
	require.NoError(t, err)
	f.fee(t, 1, 2, 900, 300)
	f.setBond(t, 1, "other", 100, 5_000)
	f.closeEpoch(t, 2)
	f.setBond(t, 1, "giver", 0, 0)
	f.fee(t, 2, 3, 400, 100)
	return f
}

// check holds that the state is valid, that it comes back from an export as it was, and that the fees that it
// says can be withdrawn are in the module's account. Other money is not: a match is minted when it is withdrawn.
func (f *fixture) check(t *testing.T) {
	t.Helper()
	g := f.export(t)
	require.NoError(t, g.Validate())
	other := newFixture(t)
	require.NoError(t, other.keeper.InitGenesis(other.ctx, g))
	require.Equal(t, g, other.export(t))
	require.Equal(t, f.store(), other.store())
	fees, all := math.ZeroInt(), math.ZeroInt()
	for _, s := range g.Fees {
		fees = fees.Add(s.Amount)
	}
	for _, s := range g.Sharings {
		fees = fees.Add(s.Sharing.Fees)
	}
	for _, amount := range f.bank.balances {
		all = all.Add(amount)
	}
	require.Equal(t, fees.String(), f.bank.of(types.ModuleName).String(), "balance of the module")
	require.Equal(t, f.bank.supply.String(), all.String(), "supply")
}

// deliver sends a message. Refused, it leaves store and money as they were, without the help of a transaction.
// Accepted, it leaves a state that holds: see check.
func (f *fixture) deliver(t *testing.T, msg *types.MsgWithdraw) {
	t.Helper()
	before, balances, supply := f.store(), maps.Clone(f.bank.balances), f.bank.supply
	if _, err := f.msgs.Withdraw(f.ctx, msg); err != nil {
		require.Equal(t, before, f.store())
		require.Equal(t, []any{balances, supply}, []any{f.bank.balances, f.bank.supply})
		return
	}
	f.check(t)
}

// FuzzMsg sends any bytes that decode as a message: see deliver.
func FuzzMsg(f *testing.F) {
	w := worked(f)
	for node := range uint64(4) {
		bz, err := (&types.MsgWithdraw{Sender: w.account("anyone"), Network: networkID, Node: node}).Marshal()
		require.NoError(f, err)
		f.Add(bz)
	}
	f.Fuzz(func(t *testing.T, bz []byte) {
		if msg := (&types.MsgWithdraw{}); msg.Unmarshal(bz) == nil {
			w.apart(func() { w.deliver(t, msg) })
		}
	})
}

// FuzzMsgFields sends a withdrawal of any sender, network and node: see deliver.
func FuzzMsgFields(f *testing.F) {
	w := worked(f)
	f.Add(w.account("anyone"), networkID, uint64(1))
	f.Add(w.account("owner2"), networkID, uint64(2))
	f.Add("", networkID, uint64(1))
	f.Add(w.account("anyone"), "net_00000008", uint64(1))
	f.Fuzz(func(t *testing.T, sender, network string, node uint64) {
		w.apart(func() { w.deliver(t, &types.MsgWithdraw{Sender: sender, Network: network, Node: node}) })
	})
}

// FuzzHistory pays, bonds, closes epochs and withdraws in any order with any amounts, and holds the state after each
// step: see check. Each byte is a step; its upper half says who and how much.
func FuzzHistory(f *testing.F) {
	f.Add([]byte{2, 0x10, 1, 3, 0x12, 0, 1, 3, 0x13}, uint64(800), uint64(200), uint64(300), uint16(4_000))
	f.Add([]byte{0, 2, 0, 1, 0x22, 0, 1, 0x32, 0, 1, 0x42, 0, 1, 0x52, 0, 1, 3, 3, 3}, uint64(1)<<62, uint64(1)<<62, uint64(1)<<62, uint16(5_000))
	f.Add([]byte{0, 0x10, 1, 3, 0x13, 3}, uint64(0), uint64(1), uint64(1), uint16(1))
	f.Fuzz(func(t *testing.T, steps []byte, earned, burnt, bond uint64, commission uint16) {
		w, epoch := newFixture(t), uint64(1)
		w.networks.epoch = epoch
		for _, step := range steps[:min(len(steps), 48)] {
			who := step >> 4
			node := uint64(who%2) + 1
			switch step % 4 {
			case 0:
				w.fee(t, node, epoch, int64(earned>>who>>1), int64(burnt>>who>>1))
			case 1:
				w.closeEpoch(t, epoch)
				epoch++
			case 2:
				w.setBond(t, node, fmt.Sprintf("giver%d", who), int64(bond>>who>>1), uint32(commission%5_001))
			case 3:
				w.deliver(t, &types.MsgWithdraw{Sender: w.account("anyone"), Network: networkID, Node: node})
			}
			w.check(t)
		}
	})
}

// FuzzGenesis imports states: see fuzzed.ImportStates.
func FuzzGenesis(f *testing.F) {
	g := worked(f).export(f)
	bz, err := g.Marshal()
	require.NoError(f, err)
	for field := range uint16(fuzzed.Fields(&g)) {
		f.Add(bz, field, uint64(1), "mesh1", bz[:32])
	}
	fresh := newFixture(f)
	fuzzed.ImportStates(f, func() *types.GenesisState { return &types.GenesisState{} }, fresh.imported)
}

// imported exports what was imported into an empty store; ok is false for a state that is refused.
func (f *fixture) imported(t *testing.T, g *types.GenesisState) (again *types.GenesisState, ok bool) {
	t.Helper()
	f.apart(func() {
		if ok = f.keeper.InitGenesis(f.ctx, *g) == nil; ok {
			g := f.export(t)
			again = &g
		}
	})
	return again, ok
}
