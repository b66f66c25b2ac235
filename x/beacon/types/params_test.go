package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

func TestDefaultParams(t *testing.T) {
	p := types.DefaultParams()
	require.NoError(t, p.Validate())
	// The design says 0.0001 % of the stake, 1,000 blocks to register, 1,000 until a tip is used.
	require.Equal(t, types.Params{
		MissedReveal: math.LegacyMustNewDecFromStr("0.000001"), RotateDelayBlocks: 1000, NoTipBlocks: 1000, HistoryBlocks: 20_000,
	}, p)
	p.RotateDelayBlocks = 50
	require.Equal(t, p, types.DevnetParams())
	require.NoError(t, types.DevnetParams().Validate())
}

func TestParamsValidate(t *testing.T) {
	const (
		missed  = "missed_reveal must be 0 to 0.01: invalid params"
		history = ", it must be 20000 to 200000: invalid params"
	)
	for _, c := range []struct {
		name   string
		change func(*types.Params)
		want   string
	}{
		{"ok: nothing is slashed", func(p *types.Params) { p.MissedReveal = math.LegacyZeroDec() }, ""},
		{"ok: a hundredth", func(p *types.Params) { p.MissedReveal = math.LegacyMustNewDecFromStr("0.01") }, ""},
		{"ok: smallest", func(p *types.Params) { p.RotateDelayBlocks, p.NoTipBlocks, p.HistoryBlocks = 1, 1, 20_000 }, ""},
		{"ok: greatest", func(p *types.Params) { p.RotateDelayBlocks, p.NoTipBlocks, p.HistoryBlocks = 200_000, 200_000, 200_000 }, ""},
		{"fails: no fraction", func(p *types.Params) { p.MissedReveal = math.LegacyDec{} }, missed},
		{"fails: negative", func(p *types.Params) { p.MissedReveal = math.LegacyMustNewDecFromStr("-0.000000000000000001") }, missed},
		{"fails: over a hundredth", func(p *types.Params) { p.MissedReveal = math.LegacyMustNewDecFromStr("0.010000000000000001") }, missed},
		{"fails: rotate_delay_blocks of 0", func(p *types.Params) { p.RotateDelayBlocks = 0 }, "rotate_delay_blocks is 0, it must be 1 to 200000: invalid params"},
		{"fails: rotate_delay_blocks", func(p *types.Params) { p.RotateDelayBlocks = 200_001 }, "rotate_delay_blocks is 200001, it must be 1 to 200000: invalid params"},
		{"fails: no_tip_blocks of 0", func(p *types.Params) { p.NoTipBlocks = 0 }, "no_tip_blocks is 0, it must be 1 to 200000: invalid params"},
		{"fails: no_tip_blocks", func(p *types.Params) { p.NoTipBlocks = 200_001 }, "no_tip_blocks is 200001, it must be 1 to 200000: invalid params"},
		{"fails: history too short to look for a seed again", func(p *types.Params) { p.HistoryBlocks = 19_999 }, "history_blocks is 19999" + history},
		{"fails: history too long", func(p *types.Params) { p.HistoryBlocks = 200_001 }, "history_blocks is 200001" + history},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := types.DefaultParams()
			c.change(&p)
			if c.want == "" {
				require.NoError(t, p.Validate())
				return
			}
			requireError(t, p.Validate(), types.ErrInvalidParams, c.want)
		})
	}
}
