package keeper_test

import (
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

func TestUpdateParams(t *testing.T) {
	for _, c := range []struct {
		name   string
		from   string
		change func(*types.Params)
		is     error
		want   string
	}{
		{"ok: every figure", authority, func(p *types.Params) {
			*p = types.DefaultParams()
			p.HistoryBlocks = 30_000
		}, nil, ""},
		{"ok: the same again", authority, func(*types.Params) {}, nil, ""},
		{"ok: a longer history", authority, func(p *types.Params) { p.HistoryBlocks++ }, nil, ""},
		{"fails: anybody", "anybody", func(*types.Params) {}, sdkerrors.ErrUnauthorized,
			"invalid authority: expected the chain's governance, got anybody: unauthorized"},
		{"fails: nobody", "", func(*types.Params) {}, sdkerrors.ErrUnauthorized,
			"invalid authority: expected the chain's governance, got : unauthorized"},
		{"fails: out of bounds", authority, func(p *types.Params) { p.NoTipBlocks = 0 }, types.ErrInvalidParams,
			"no_tip_blocks is 0, it must be 1 to 200000: invalid params"},
		{"fails: a shorter history", authority, func(p *types.Params) { p.HistoryBlocks-- }, types.ErrInvalidParams,
			"history_blocks is 20600 and can only grow: invalid params"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := emptyFixture(t)
			g := f.genesis()
			g.Params.HistoryBlocks = 20_600
			f.init(g)
			p := g.Params
			c.change(&p)
			rsp, err := f.msg.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: c.from, Params: p})
			requireError(t, err, c.is, c.want)
			if c.is != nil {
				require.Nil(t, rsp)
				require.Equal(t, g, f.export())
				require.Empty(t, f.events())
				return
			}
			g.Params = p
			require.Equal(t, g, f.export())
			require.Equal(t, []proto.Message{&types.EventParamsUpdated{Authority: authority}}, f.events())
		})
	}
}
