package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/rewards/types"
)

func TestGenesisHoldsTogether(t *testing.T) {
	huge := math.NewInt(2).ToLegacyDec().Power(255).TruncateInt()
	for name, spoil := range map[string]func(*types.GenesisState){
		"ok: one of everything":         nil,
		"fails: two fees of a node":     func(g *types.GenesisState) { g.Fees = append(g.Fees, g.Fees[0]) },
		"fails: two pays of an epoch":   func(g *types.GenesisState) { g.Pays[2].Node = 1 },
		"fails: two burnt of an epoch":  func(g *types.GenesisState) { g.Burnt = append(g.Burnt, g.Burnt[0]) },
		"fails: an epoch closed twice":  func(g *types.GenesisState) { g.Closed = append(g.Closed, g.Closed[0]) },
		"fails: two sharings":           func(g *types.GenesisState) { g.Sharings = append(g.Sharings, g.Sharings[0]) },
		"fails: huge fee":               func(g *types.GenesisState) { g.Fees[0].Amount = huge },
		"fails: huge burn":              func(g *types.GenesisState) { g.Pays[0].Pay.Burnt, g.Pays[2].Pay.Burnt = huge, huge },
		"fails: huge bucket":            func(g *types.GenesisState) { g.Closed[0].Closed.Bucket = huge },
		"fails: huge bonds":             func(g *types.GenesisState) { g.Sharings[0].Sharing.Bonds = huge },
		"fails: huge part":              func(g *types.GenesisState) { g.Sharings[0].Sharing.Parts[0].Bond = huge },
		"fails: negative fee":           func(g *types.GenesisState) { g.Fees[0].Amount = math.NewInt(-1) },
		"fails: no burn":                func(g *types.GenesisState) { g.Burnt[0].Amount = math.Int{} },
		"fails: match above all":        func(g *types.GenesisState) { g.Closed[0].Closed.MatchCapBps = 10_001 },
		"fails: more open than burnt":   func(g *types.GenesisState) { g.Closed[0].Closed.Burnt = math.ZeroInt() },
		"fails: less open than is due":  func(g *types.GenesisState) { g.Closed[0].Closed.Open = math.ZeroInt() },
		"fails: burnt that nobody paid": func(g *types.GenesisState) { g.Burnt[0].Epoch = 3 },
	} {
		t.Run(name, func(t *testing.T) {
			g := someGenesis()
			if spoil == nil {
				require.NoError(t, g.Validate())
				return
			}
			spoil(g)
			require.ErrorIs(t, g.Validate(), types.ErrInvalidGenesis)
		})
	}
}
