package keeper_test

import (
	"strings"
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// otherParams differ from the default in every part.
func otherParams() types.Params {
	p := types.DevnetParams()
	p.CreateFee.Amount = math.NewInt(7)
	p.MaxHandoverBlocks = 1_000
	p.DefaultToken.HalvingEpochs = 9
	return p
}

func TestUpdateParams(t *testing.T) {
	f := newFixture(t)
	f.create(t, "Before")
	before := f.export(t)
	ctx, events := f.withEvents()
	res, err := f.msgs.UpdateParams(ctx, &types.MsgUpdateParams{Authority: f.authority, Params: otherParams()})
	require.NoError(t, err)
	require.Equal(t, types.MsgUpdateParamsResponse{}, *res)

	require.Equal(t, otherParams(), f.export(t).Params)
	event, err := sdk.TypedEventToEvent(&types.EventParamsUpdated{Authority: f.authority})
	require.NoError(t, err)
	require.Equal(t, sdk.Events{event}, events())

	// A network that exists keeps its terms; the next one is made under the new ones.
	after := f.export(t)
	require.Equal(t, before.Networks, after.Networks)
	f.create(t, "After")
	require.Equal(t, uint64(20), f.export(t).Networks[1].Params.Epoch.EpochBlocks)
	require.Equal(t, sdk.NewInt64Coin("umesh", 3), f.export(t).Networks[1].Deposit)
}

func TestUpdateParamsRefuses(t *testing.T) {
	const unauthorized = "invalid authority: expected %gov, got %got: unauthorized"
	for _, c := range []struct {
		name string
		msg  func(*fixture) *types.MsgUpdateParams
		is   error
		want string
	}{
		{"fails: a founder", func(f *fixture) *types.MsgUpdateParams {
			return &types.MsgUpdateParams{Authority: f.text(t, f.founder), Params: otherParams()}
		}, sdkerrors.ErrUnauthorized, unauthorized},
		{"fails: nobody", func(*fixture) *types.MsgUpdateParams { return &types.MsgUpdateParams{Params: otherParams()} },
			sdkerrors.ErrUnauthorized, unauthorized},
		{"fails: governance in upper case", func(f *fixture) *types.MsgUpdateParams {
			return &types.MsgUpdateParams{Authority: strings.ToUpper(f.authority), Params: otherParams()}
		}, sdkerrors.ErrUnauthorized, unauthorized},
		{"fails: no params", func(f *fixture) *types.MsgUpdateParams { return &types.MsgUpdateParams{Authority: f.authority} },
			types.ErrInvalidParams, "create_fee: invalid denom: : invalid params"},
		{"fails: invalid params", func(f *fixture) *types.MsgUpdateParams {
			p := otherParams()
			p.MaxHandoverBlocks = 0
			return &types.MsgUpdateParams{Authority: f.authority, Params: p}
		}, types.ErrInvalidParams, "min_epoch_blocks, min_unbonding_seconds and max_handover_blocks must be more than 0: invalid params"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			msg := c.msg(f)
			before := f.snapshot()
			res, err := f.msgs.UpdateParams(f.ctx, msg)
			require.ErrorIs(t, err, c.is)
			require.EqualError(t, err, strings.NewReplacer("%gov", f.authority, "%got", msg.Authority).Replace(c.want))
			require.Nil(t, res)
			require.Equal(t, before, f.snapshot())
		})
	}
}

// TestUpdateParamsFollowsTheChainsAuthority: consensus params may name another authority than
// governance, and then only that one.
func TestUpdateParamsFollowsTheChainsAuthority(t *testing.T) {
	f := newFixture(t)
	council := f.text(t, account("council"))
	ctx := f.ctx.WithConsensusParams(cmtproto.ConsensusParams{Authority: &cmtproto.AuthorityParams{Authority: council}})
	_, err := f.msgs.UpdateParams(ctx, &types.MsgUpdateParams{Authority: f.authority, Params: otherParams()})
	require.ErrorIs(t, err, sdkerrors.ErrUnauthorized)
	_, err = f.msgs.UpdateParams(ctx, &types.MsgUpdateParams{Authority: council, Params: otherParams()})
	require.NoError(t, err)
}

// TestNoStateNoNetworks: without params the module does nothing and says why.
func TestNoStateNoNetworks(t *testing.T) {
	f := newFixture(t)
	require.NoError(t, f.keeper.DropParams(f.ctx))
	before := f.snapshot()
	_, err := f.msgs.CreateNetwork(f.ctx, f.msg(t, "StorageNet"))
	require.ErrorIs(t, err, collections.ErrNotFound)
	_, err = f.keeper.ExportGenesis(f.ctx)
	require.ErrorIs(t, err, collections.ErrNotFound)
	require.Equal(t, before, f.snapshot())
}
