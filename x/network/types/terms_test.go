package types_test

import (
	"fmt"
	"math/big"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// term is another value for a figure.
func term(name string, value int64) types.TermChange {
	return types.TermChange{Name: name, Value: math.NewInt(value)}
}

// allFigures finds every figure of a network's terms, by the names the protobuf has, as what can be
// read and set.
func allFigures(p *types.NetworkParams) map[string]reflect.Value {
	list := map[string]reflect.Value{}
	group := reflect.ValueOf(p).Elem()
	for i := range group.NumField() {
		part := group.Field(i)
		for j := range part.NumField() {
			list[protoName(group.Type().Field(i))+"."+protoName(part.Type().Field(j))] = part.Field(j)
		}
	}
	return list
}

// TestFounderMayNotChange: every figure may change but these. A new one must be put on one side.
func TestFounderMayNotChange(t *testing.T) {
	fixed := []string{
		"epoch.epoch_blocks", "epoch.seed_delay_blocks", "vote.voting_period_blocks", "vote.quorum_bps", "vote.threshold_bps",
		"vote.veto_bps", "vote.proposal_stake", "vote.merit_period_epochs", "vote.merit_half_life_periods",
	}
	p := types.DefaultNetworkParams()
	var refused []string
	for name := range allFigures(&p) {
		if _, err := p.With(term(name, 5)); err != nil {
			require.ErrorIs(t, err, types.ErrInvalidParams, name)
			require.ErrorIs(t, p.CheckStep(term(name, 5)), types.ErrInvalidParams, name)
			refused = append(refused, name)
		}
	}
	require.ElementsMatch(t, fixed, refused)
	for _, name := range []string{"", "storage", "price", "token.supply_cap", "halving_epochs", "handover_epoch", "storage.price "} {
		_, err := p.With(term(name, 5))
		require.ErrorIs(t, err, types.ErrInvalidParams, name)
	}
}

// TestWithChangesOneFigure: the one that is named, and the terms it is asked of stay as they are.
func TestWithChangesOneFigure(t *testing.T) {
	for name := range allFigures(new(types.NetworkParams)) {
		p := types.DefaultNetworkParams()
		after, err := p.With(term(name, 7))
		if err != nil {
			continue
		}
		want := types.DefaultNetworkParams()
		switch at := allFigures(&want)[name]; at.Interface().(type) {
		case math.Int:
			at.Set(reflect.ValueOf(math.NewInt(7)))
		default:
			at.SetUint(7)
		}
		require.Equal(t, want, after, name)
		require.Equal(t, types.DefaultNetworkParams(), p, name)
	}
}

func TestWithWantsWhatFits(t *testing.T) {
	p := types.DefaultNetworkParams()
	for name, value := range map[string]math.Int{
		"pay.burn_bps":              math.NewInt(1 << 32),
		"storage.answer_blocks":     math.NewIntFromBigInt(new(big.Int).Lsh(big.NewInt(1), 64)),
		"epoch.claim_window_blocks": math.NewInt(-1),
		"uptime.seats":              math.NewInt(-1),
	} {
		_, err := p.With(types.TermChange{Name: name, Value: value})
		require.ErrorIs(t, err, types.ErrInvalidParams, name)
	}
	after, err := p.With(term("pay.burn_bps", 1<<32-1), types.TermChange{Name: "storage.price", Value: types.MaxAmount()})
	require.NoError(t, err)
	require.Equal(t, uint32(1<<32-1), after.Pay.BurnBps)
	require.Equal(t, types.MaxAmount(), after.Storage.Price)
}

func TestCheckStep(t *testing.T) {
	for _, c := range []struct {
		now, to int64
		ok      bool
	}{
		{100, 125, true}, {100, 126, false}, {100, 75, true}, {100, 74, false}, {100, 101, true}, {100, 100, false}, {100, 0, false},
		{4, 5, true}, {4, 3, true}, {4, 6, false}, {7, 8, true}, {7, 9, false}, {3, 4, false}, {3, 2, false}, {0, 1, false}, {0, 0, false},
	} {
		p := types.DefaultNetworkParams()
		p.Storage.AnswerBlocks = uint64(c.now)
		p.Storage.Price = math.NewInt(c.now)
		for _, name := range []string{"storage.answer_blocks", "storage.price"} {
			err := p.CheckStep(term(name, c.to))
			require.Equal(t, c.ok, err == nil, "%s from %d to %d: %v", name, c.now, c.to, err)
			if !c.ok {
				require.ErrorIs(t, err, types.ErrInvalidParams)
			}
		}
	}
	p := types.DefaultNetworkParams()
	require.EqualError(t, p.CheckStep(term("storage.reserve_bps", 1_000)),
		"storage.reserve_bps is 500 and can change to 375 at the least, 625 at the most: invalid params")
}

// TestAStepIsAQuarter for all amounts.
func TestAStepIsAQuarter(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		p := types.DefaultNetworkParams()
		now, to := drawAmount(rt, "now"), drawAmount(rt, "to")
		if rapid.Bool().Draw(rt, "near") {
			to = new(big.Int).Quo(new(big.Int).Mul(now, big.NewInt(rapid.Int64Range(70, 130).Draw(rt, "percent"))), big.NewInt(100))
		}
		p.Storage.Price = math.NewIntFromBigInt(now)
		step := new(big.Int).Abs(new(big.Int).Sub(to, now))
		ok := step.Sign() > 0 && new(big.Int).Mul(step, big.NewInt(4)).Cmp(now) <= 0
		require.Equal(rt, ok, p.CheckStep(types.TermChange{Name: "storage.price", Value: math.NewIntFromBigInt(to)}) == nil)
	})
}

func TestMsgUpdateNetworkValidate(t *testing.T) {
	all := types.DefaultNetworkParams()
	var every []types.TermChange
	for name := range allFigures(&all) {
		if _, err := all.With(term(name, 1)); err == nil {
			every = append(every, term(name, 1))
		}
	}
	for _, c := range []struct {
		name    string
		changes []types.TermChange
		is      error
	}{
		{"ok: one", []types.TermChange{term("storage.price", 1)}, nil},
		{"ok: every figure", every, nil},
		{"fails: none", nil, types.ErrInvalidRequest},
		{"fails: twice", []types.TermChange{term("storage.price", 1), term("pay.burn_bps", 1), term("storage.price", 2)}, types.ErrInvalidRequest},
		{"fails: not the founder's", []types.TermChange{term("epoch.epoch_blocks", 1)}, types.ErrInvalidParams},
		{"fails: unknown", []types.TermChange{term("storage.cost", 1)}, types.ErrInvalidParams},
		{"fails: no value", []types.TermChange{{Name: "storage.price"}}, types.ErrInvalidAmount},
		{"fails: less than nothing", []types.TermChange{term("storage.price", -1)}, types.ErrInvalidAmount},
		{"fails: too much", []types.TermChange{{Name: "storage.price", Value: types.MaxAmount().AddRaw(1)}}, types.ErrInvalidAmount},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := (&types.MsgUpdateNetwork{Changes: c.changes}).Validate()
			if c.is == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, c.is)
		})
	}
}

func TestNoticeSeconds(t *testing.T) {
	for _, c := range []struct{ chain, network, notice int64 }{{60, 60, 60}, {60, 61, 61}, {604_800, 60, 604_800}} {
		p, n := types.DefaultParams(), types.DefaultNetworkParams()
		p.MinUnbondingSeconds, n.Bond.UnbondingSeconds = uint64(c.chain), uint64(c.network)
		require.Equal(t, c.notice, p.NoticeSeconds(n), fmt.Sprint(c))
	}
}

func TestGenesisOfTerms(t *testing.T) {
	pending := func(network uint64, name string, value, due int64) types.PendingTerm {
		return types.PendingTerm{Network: network, Change: term(name, value), Due: due}
	}
	for _, c := range []struct {
		name    string
		pending []types.PendingTerm
		is      error
	}{
		{"ok: one figure each", []types.PendingTerm{
			pending(1, "pay.burn_bps", 2_500, 1), pending(1, "storage.price", 1, 1), pending(2, "pay.burn_bps", 2_500, 9),
		}, nil},
		{"ok: a split", []types.PendingTerm{pending(1, "distribution.tasks_bps", 5_000, 1), pending(1, "distribution.uptime_bps", 3_000, 1)}, nil},
		{"fails: half a split", []types.PendingTerm{pending(1, "distribution.tasks_bps", 5_000, 1)}, types.ErrInvalidGenesis},
		{"fails: twice", []types.PendingTerm{pending(1, "pay.burn_bps", 2_500, 1), pending(1, "pay.burn_bps", 2_500, 2)}, types.ErrInvalidGenesis},
		{"fails: unknown network", []types.PendingTerm{pending(3, "pay.burn_bps", 2_500, 1)}, types.ErrInvalidGenesis},
		{"fails: no time", []types.PendingTerm{pending(1, "pay.burn_bps", 2_500, 0)}, types.ErrInvalidGenesis},
		{"fails: not the founder's", []types.PendingTerm{pending(1, "vote.quorum_bps", 5_000, 1)}, types.ErrInvalidGenesis},
		{"fails: out of bounds", []types.PendingTerm{pending(1, "pay.burn_bps", 99, 1)}, types.ErrInvalidGenesis},
		{"fails: no value", []types.PendingTerm{{Network: 1, Change: types.TermChange{Name: "storage.price"}, Due: 1}}, types.ErrInvalidAmount},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := livedGenesis()
			g.PendingTerms = c.pending
			if c.is == nil {
				require.NoError(t, g.Validate())
				return
			}
			require.ErrorIs(t, g.Validate(), c.is)
		})
	}
}
