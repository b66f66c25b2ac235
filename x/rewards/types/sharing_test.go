package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/rewards/types"
)

func part(bond int64, commissionBps uint32) types.Part {
	return types.Part{Giver: "giver", Bond: math.NewInt(bond), CommissionBps: commissionBps}
}

func TestNewSharing(t *testing.T) {
	s := types.NewSharing(math.NewInt(5), math.NewInt(6), math.NewInt(100), []types.Part{part(10, 0), part(20, 1), part(30, 5_000)})
	require.Equal(t, []types.Part{part(20, 1), part(30, 5_000)}, s.Parts, "a bond without a commission has no part")
	require.Equal(t, "150", s.Commission(math.NewInt(1_000), s.Parts[1]).String())
	require.NoError(t, s.Validate())
}

func TestSharingValidate(t *testing.T) {
	many := make([]types.Part, types.MaxParts+1)
	for i := range many {
		many[i] = part(1, 1)
	}
	none := types.Sharing{Fees: math.ZeroInt(), Presence: math.ZeroInt(), Bonds: math.ZeroInt()}
	for _, c := range []struct {
		name string
		set  func(*types.Sharing)
		ok   bool
	}{
		{"ok: of nothing", func(s *types.Sharing) { *s = none }, true},
		{"ok: all bonds are given", func(s *types.Sharing) { s.Parts = many[1:]; s.Bonds = math.NewInt(types.MaxParts) }, true},
		{"fails: no fees", func(s *types.Sharing) { s.Fees = math.Int{} }, false},
		{"fails: negative fees", func(s *types.Sharing) { s.Fees = math.NewInt(-1) }, false},
		{"fails: no presence", func(s *types.Sharing) { s.Presence = math.Int{} }, false},
		{"fails: negative presence", func(s *types.Sharing) { s.Presence = math.NewInt(-1) }, false},
		{"fails: no bonds", func(s *types.Sharing) { s.Bonds = math.Int{} }, false},
		{"fails: negative bonds", func(s *types.Sharing) { s.Bonds, s.Parts = math.NewInt(-1), nil }, false},
		{"fails: too many parts", func(s *types.Sharing) { s.Parts = many }, false},
		{"fails: a part of nothing", func(s *types.Sharing) { s.Parts = []types.Part{part(0, 1)} }, false},
		{"fails: a part of no bond", func(s *types.Sharing) { s.Parts = []types.Part{{CommissionBps: 1}} }, false},
		{"fails: no commission", func(s *types.Sharing) { s.Parts = []types.Part{part(1, 0)} }, false},
		{"fails: over all", func(s *types.Sharing) { s.Parts = []types.Part{part(1, 10_001)} }, false},
		{"fails: more than all bonds", func(s *types.Sharing) { s.Parts = []types.Part{part(60, 1), part(41, 1)} }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := types.Sharing{Fees: math.OneInt(), Presence: math.OneInt(), Bonds: math.NewInt(100), Parts: []types.Part{part(60, 1), part(40, 1)}}
			c.set(&s)
			g := types.GenesisState{Sharings: []types.StoredSharing{{Network: 1, Node: 1, Epoch: 1, Sharing: s}}}
			if err := g.Validate(); c.ok {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, types.ErrInvalidGenesis)
			}
		})
	}
}
