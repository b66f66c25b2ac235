package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/rewards/types"
)

// paid is a pay with its parts: for proofs, and for being there in one epoch.
func paid(earned, burnt, uptime, duties math.Int) types.Pay {
	p := types.NewPay(0)
	p.AddFee("proof", earned, burnt)
	p.AddPresence(types.PresencePay{Epoch: 1, Slots: 1, Uptime: uptime, Duties: duties})
	return p
}

// A pay is the sum of what it is for, kind by kind and epoch by epoch.
func TestPayTellsWhatItIsFor(t *testing.T) {
	p := types.NewPay(7)
	p.AddFee("task", math.NewInt(80), math.NewInt(20))
	p.AddFee("proof", math.NewInt(8), math.NewInt(2))
	p.AddFee("task", math.NewInt(40), math.NewInt(10))
	p.AddFee("repair", math.NewInt(4), math.NewInt(1))
	p.AddPresence(types.PresencePay{Epoch: 3, Slots: 5, Uptime: math.NewInt(50), Duties: math.NewInt(6)})
	p.AddPresence(types.PresencePay{Epoch: 4, Slots: 6, Uptime: math.NewInt(60), Duties: math.NewInt(0)})
	require.Equal(t, []int64{132, 33, 110, 6, 7}, []int64{p.Earned.Int64(), p.Burnt.Int64(), p.Uptime.Int64(), p.Duties.Int64(), p.Time})
	require.Equal(t, []types.PayKind{
		{Kind: "proof", Earned: math.NewInt(8), Burnt: math.NewInt(2)},
		{Kind: "repair", Earned: math.NewInt(4), Burnt: math.NewInt(1)},
		{Kind: "task", Earned: math.NewInt(120), Burnt: math.NewInt(30)},
	}, p.Kinds)
	require.Len(t, p.Presences, 2)
}

// A genesis whose pays are not what they are for is refused.
func TestPayIsHeldAgainstItsParts(t *testing.T) {
	one, long := math.OneInt(), "more than 16 bytes"
	for name, change := range map[string]func(*types.Pay){
		"ok":                                 func(*types.Pay) {},
		"fails: more earned than kinds say":  func(p *types.Pay) { p.Earned = math.NewInt(2) },
		"fails: more burnt than kinds say":   func(p *types.Pay) { p.Burnt = math.NewInt(2) },
		"fails: more uptime than epochs say": func(p *types.Pay) { p.Uptime = math.NewInt(2) },
		"fails: less duties than epochs say": func(p *types.Pay) { p.Duties = math.ZeroInt() },
		"fails: negative duties":             func(p *types.Pay) { p.Duties = math.NewInt(-1) },
		"fails: missing match":               func(p *types.Pay) { p.Matched = math.Int{} },
		"fails: a kind without a name":       func(p *types.Pay) { p.Kinds[0].Kind = "" },
		"fails: a kind with a long name":     func(p *types.Pay) { p.Kinds[0].Kind = long },
		"fails: kinds out of order": func(p *types.Pay) {
			p.AddFee("answer", one, one)
			p.Kinds[0], p.Kinds[1] = p.Kinds[1], p.Kinds[0]
		},
		"fails: a kind twice":     func(p *types.Pay) { p.AddFee("task", one, one); p.Kinds[1].Kind = "proof" },
		"fails: a negative kind":  func(p *types.Pay) { p.Kinds[0].Earned = math.NewInt(-1) },
		"fails: an empty epoch":   func(p *types.Pay) { p.Presences[0].Uptime = math.Int{} },
		"fails: a negative epoch": func(p *types.Pay) { p.Presences[0].Duties = math.NewInt(-1) },
	} {
		t.Run(name, func(t *testing.T) {
			p := paid(one, one, one, one)
			change(&p)
			g := types.GenesisState{
				Pays: []types.StoredPay{{Network: 1, Node: 1, Epoch: 1, Pay: p}},
			}
			if name == "ok" {
				require.NoError(t, g.Validate())
			} else {
				require.ErrorIs(t, g.Validate(), types.ErrInvalidGenesis)
			}
		})
	}
}
