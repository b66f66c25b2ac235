package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

func TestDefaultGenesis(t *testing.T) {
	require.NoError(t, types.DefaultGenesis().Validate())
	require.Equal(t, types.GenesisState{Params: types.DefaultParams(), NextId: 1}, *types.DefaultGenesis())
}

// someGenesis is the state of a chain at height 12 that keeps three rounds.
func someGenesis() types.GenesisState {
	g := types.GenesisState{
		Params: types.DefaultParams(), GenesisChainId: "mesh-1", NextId: 4,
		Revealers: []types.Revealer{types.NewRevealer("a", 1, filled(1), 10, 1), types.NewRevealer("b", 3, filled(2), 10, 1)},
		Newcomers: []types.Newcomer{{Validator: "c", Since: 4, Missed: 1}},
		Applied:   types.Applied{Height: 12, TxHash: filled(3), Value: filled(4)},
		Electorate: types.Electorate{
			Digest: filled(5), Eligible: 2, RecountHeight: 99,
		},
	}
	g.Revealers[0].Next = types.NewChain(filled(6), 20, 99)
	for h := int64(10); h <= 12; h++ {
		g.Rounds = append(g.Rounds, types.Round{
			Height: h, Value: filled(byte(h)), Reach: []types.Reach{{Id: 1, Height: 9}, {Id: 3, Height: 7}}, Eligible: 2,
		})
	}
	return g
}

func TestGenesisValidate(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*types.GenesisState)
		want   string // without the text of ErrInvalidGenesis
	}{
		{"ok: as it is", func(*types.GenesisState) {}, ""},
		{"ok: nothing revealed yet", func(g *types.GenesisState) {
			g.Applied, g.Electorate, g.Rounds = types.Applied{}, types.Electorate{}, nil
		}, ""},
		{"ok: every reveal used", func(g *types.GenesisState) { g.Revealers[0].Current.Used = 10 }, ""},
		{"ok: a round of the first height", func(g *types.GenesisState) { g.Rounds = []types.Round{{Height: 1, Value: filled(1)}} }, ""},
		{"ok: a reach at the height itself", func(g *types.GenesisState) { g.Rounds[0].Reach[0].Height = 10 }, ""},
		{"fails: next_id of 0", func(g *types.GenesisState) { g.NextId, g.Revealers = 0, nil }, "next_id is 0, the first revealer has number 1"},
		{"fails: id of 0", func(g *types.GenesisState) { g.Revealers[0].Id = 0 }, "id 0 of a is taken or not below next_id 4"},
		{"fails: id not below next_id", func(g *types.GenesisState) { g.Revealers[1].Id = 4 }, "id 4 of b is taken or not below next_id 4"},
		{"fails: id twice", func(g *types.GenesisState) { g.Revealers[1].Id = 1 }, "id 1 of b is taken or not below next_id 4"},
		{"fails: revealer twice", func(g *types.GenesisState) { g.Revealers[1].Validator = "a" }, "revealer a occurs twice"},
		{"fails: no current chain", func(g *types.GenesisState) { g.Revealers[0].Current = types.HashChain{} },
			"revealer a: 0 bytes, a tip has 32: invalid tip"},
		{"fails: short head", func(g *types.GenesisState) { g.Revealers[0].Current.Head = filled(1)[1:] },
			"revealer a: head of 31 bytes, 0 of 10 reveals used: invalid tip"},
		{"fails: more used than there are", func(g *types.GenesisState) { g.Revealers[0].Current.Used = 11 },
			"revealer a: head of 32 bytes, 11 of 10 reveals used: invalid tip"},
		{"fails: next chain too short", func(g *types.GenesisState) { g.Revealers[0].Next.Length = 1 },
			"revealer a: a chain of 1 reveals, it must be 2 to 16777216: invalid tip"},
		{"fails: revealer and newcomer", func(g *types.GenesisState) { g.Newcomers[0].Validator = "a" },
			"a is revealer and newcomer, or newcomer twice"},
		{"fails: newcomer twice", func(g *types.GenesisState) { g.Newcomers = append(g.Newcomers, g.Newcomers[0]) },
			"c is revealer and newcomer, or newcomer twice"},
		{"fails: mark without its transaction", func(g *types.GenesisState) { g.Applied.TxHash = nil },
			"the reveal of height 12 has a hash of 0 bytes and a value of 32"},
		{"fails: mark without its value", func(g *types.GenesisState) { g.Applied.Value = filled(1)[1:] },
			"the reveal of height 12 has a hash of 32 bytes and a value of 31"},
		{"fails: digest", func(g *types.GenesisState) { g.Electorate.Digest = []byte{1} }, "the electorate has a digest of 1 bytes"},
		{"fails: round of height 0", func(g *types.GenesisState) { g.Rounds = []types.Round{{Value: filled(1)}} }, "round 0 is out of order"},
		{"fails: a gap", func(g *types.GenesisState) { g.Rounds[2].Height = 13 }, "round 13 is out of order"},
		{"fails: a round twice", func(g *types.GenesisState) { g.Rounds[1].Height = 10 }, "round 10 is out of order"},
		{"fails: descending", func(g *types.GenesisState) { g.Rounds[0], g.Rounds[1] = g.Rounds[1], g.Rounds[0] }, "round 10 is out of order"},
		{"fails: value", func(g *types.GenesisState) { g.Rounds[1].Value = nil }, "round 11 has a value of 0 bytes and a reach of 2"},
		{"fails: reach too long", func(g *types.GenesisState) {
			g.Rounds[0].Reach = []types.Reach{{Id: 1, Height: 9}, {Id: 2, Height: 8}, {Id: 3, Height: 7}, {Id: 4, Height: 6}, {Id: 5, Height: 5}}
		}, "round 10 has a value of 32 bytes and a reach of 5"},
		{"fails: reach after the round", func(g *types.GenesisState) { g.Rounds[0].Reach[0].Height = 11 }, badReach("1", "11")},
		{"fails: reach earliest first", func(g *types.GenesisState) { g.Rounds[0].Reach[1].Height = 9 }, badReach("3", "9")},
		{"fails: reach before the chain", func(g *types.GenesisState) { g.Rounds[0].Reach[1].Height = 0 }, badReach("3", "0")},
		{"fails: reach of nobody", func(g *types.GenesisState) { g.Rounds[0].Reach[1].Id = 0 }, badReach("0", "7")},
		{"fails: reach of one revealer twice", func(g *types.GenesisState) { g.Rounds[0].Reach[1].Id = 1 }, badReach("1", "7")},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := someGenesis()
			c.change(&g)
			if c.want == "" {
				require.NoError(t, g.Validate())
				return
			}
			requireError(t, g.Validate(), types.ErrInvalidGenesis, c.want+": invalid genesis")
		})
	}
}

func badReach(id, height string) string {
	return "round 10 reaches revealer " + id + " at height " + height + ": latest first, each once"
}

func TestGenesisValidateParams(t *testing.T) {
	g := someGenesis()
	g.Params.NoTipBlocks = 0
	requireError(t, g.Validate(), types.ErrInvalidParams, "no_tip_blocks is 0, it must be 1 to 200000: invalid params")
}

// More rounds than history_blocks would never be dropped.
func TestGenesisValidateHistory(t *testing.T) {
	g := types.DefaultGenesis()
	g.Params.HistoryBlocks = types.MinHistoryBlocks
	for h := int64(1); h <= types.MinHistoryBlocks; h++ {
		g.Rounds = append(g.Rounds, types.Round{Height: h, Value: filled(1)})
	}
	require.NoError(t, g.Validate())
	g.Rounds = append(g.Rounds, types.Round{Height: 513, Value: filled(1)})
	requireError(t, g.Validate(), types.ErrInvalidGenesis, "20001 rounds are over history_blocks 20000: invalid genesis")
}
