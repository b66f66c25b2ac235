package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

func TestPresetsAreValid(t *testing.T) {
	for _, c := range []struct {
		name   string
		params types.Params
	}{
		{"ok: default", types.DefaultParams()},
		{"ok: devnet", types.DevnetParams()},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.NoError(t, c.params.Validate())
			msg := someMsg()
			_, err := msg.Network(c.params)
			require.NoError(t, err)
		})
	}
}

// TestDevnetFigures holds the devnet against the table of the protocol page.
func TestDevnetFigures(t *testing.T) {
	def, dev := types.DefaultParams(), types.DevnetParams()
	require.Equal(t, uint64(20), dev.MinEpochBlocks)
	require.Equal(t, uint64(60), dev.MinUnbondingSeconds)
	n := dev.DefaultParams
	require.Equal(t, types.EpochParams{
		EpochBlocks: 20, UptimeSlots: 4, ClaimWindowBlocks: 5, SeedDelayBlocks: 2, ProofWindowBlocks: 8, SlackBlocks: 5, StaleEpochs: 3,
	}, n.Epoch)
	require.Equal(t, uint64(60), n.Bond.UnbondingSeconds)
	require.Equal(t, uint64(10), n.Bond.AppealWindowBlocks)
	require.Equal(t, uint32(1), n.Storage.PriceEpochs)
	require.Equal(t, uint32(8), n.Storage.Openings)
	require.Equal(t, uint32(2), n.Storage.LostEpochs)
	require.Equal(t, uint64(20), n.Storage.AnswerBlocks)
	require.Equal(t, uint64(5), n.Storage.RepairTurnBlocks)
	require.Equal(t, uint32(10_000), n.Uptime.YieldPpm)
	require.Equal(t, uint64(60), n.Vote.VotingPeriodBlocks)
	require.Equal(t, "10000000", n.Vote.ProposalStake.String())
	require.Equal(t, uint32(1), n.Vote.MeritPeriodEpochs)
	require.Equal(t, uint32(5), n.Vote.MeritHalfLifePeriods)
	// What the table does not shorten is the same on a devnet.
	require.Equal(t, def.CreateFee, dev.CreateFee)
	require.Equal(t, def.DefaultToken, dev.DefaultToken)
	require.Equal(t, def.DefaultParams.Distribution, n.Distribution)
	pay := def.DefaultParams.Pay
	pay.NoticeBlocks = 20
	require.Equal(t, pay, n.Pay)
	require.Equal(t, def.DefaultParams.Bond.MinBond, n.Bond.MinBond)
}

func TestParamsValidate(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*types.Params)
		is     error
		want   string
	}{
		{"ok: no fee", func(p *types.Params) { p.CreateFee.Amount = math.ZeroInt() }, nil, ""},
		{"ok: largest fee", func(p *types.Params) { p.CreateFee.Amount = types.MaxAmount() }, nil, ""},
		{"ok: defaults at the minima", func(p *types.Params) { p.MinEpochBlocks, p.MinUnbondingSeconds = 720, 21*24*3600 }, nil, ""},
		{"ok: hand-over after the first epoch", func(p *types.Params) { p.MaxHandoverBlocks = 720 }, nil, ""},
		{"ok: largest allocation", func(p *types.Params) { p.DefaultToken.InitialAllocationBps = 2_000 }, nil, ""},
		{"ok: smallest allocation", func(p *types.Params) { p.DefaultToken.InitialAllocationBps = 1 }, nil, ""},
		{"ok: default allocation of exactly one bond", func(p *types.Params) { p.DefaultParams.Bond.MinBond = math.NewInt(100_000_000_000_000) }, nil, ""},
		{"fails: fee without an amount", func(p *types.Params) { p.CreateFee.Amount = math.Int{} }, types.ErrInvalidParams,
			"create_fee: amount is nil: invalid params"},
		{"fails: negative fee", func(p *types.Params) { p.CreateFee.Amount = math.NewInt(-1) }, types.ErrInvalidParams,
			"create_fee: negative coin amount: -1: invalid params"},
		{"fails: fee over the limit", func(p *types.Params) { p.CreateFee.Amount = types.MaxAmount().AddRaw(1) }, types.ErrInvalidAmount,
			"create_fee is 170141183460469231731687303715884105729, the largest amount is 2^127: invalid amount"},
		{"fails: fee without a denom", func(p *types.Params) { p.CreateFee.Denom = "" }, types.ErrInvalidParams,
			"create_fee: invalid denom: : invalid params"},
		{"fails: fee in another denom", func(p *types.Params) { p.CreateFee = sdk.NewInt64Coin("uother", 1) }, types.ErrInvalidParams,
			"create_fee is in uother, fees of the chain are in umesh: invalid params"},
		{"fails: no minimum epoch", func(p *types.Params) { p.MinEpochBlocks = 0 }, types.ErrInvalidParams, minima},
		{"fails: no minimum unbonding", func(p *types.Params) { p.MinUnbondingSeconds = 0 }, types.ErrInvalidParams, minima},
		{"fails: no hand-over", func(p *types.Params) { p.MaxHandoverBlocks = 0 }, types.ErrInvalidParams, minima},
		{"fails: no cap", func(p *types.Params) { p.DefaultToken.SupplyCap = math.Int{} }, types.ErrInvalidAmount, "supply cap is missing: invalid amount"},
		{"fails: no halving", func(p *types.Params) { p.DefaultToken.HalvingEpochs = 0 }, types.ErrInvalidParams,
			"halving after 0 epochs, it must be 1 to 43800000: invalid params"},
		{"fails: no allocation", func(p *types.Params) { p.DefaultToken.InitialAllocationBps = 0 }, types.ErrInvalidParams,
			"default_token.initial_allocation_bps is 0, it must be 1 to 2000: invalid params"},
		{"fails: allocation over 20 %", func(p *types.Params) { p.DefaultToken.InitialAllocationBps = 2_001 }, types.ErrInvalidParams,
			"default_token.initial_allocation_bps is 2001, it must be 1 to 2000: invalid params"},
		{"fails: default terms", func(p *types.Params) { p.DefaultParams.Pay.BurnBps = 99 }, types.ErrInvalidParams,
			"pay.burn_bps is 99, it must be 100 to 5000: invalid params"},
		{"fails: default epoch under the minimum", func(p *types.Params) { p.MinEpochBlocks = 721 }, types.ErrInvalidParams,
			"an epoch of 720 blocks is shorter than the chain's minimum of 721: invalid params"},
		{"fails: default unbonding under the minimum", func(p *types.Params) { p.MinUnbondingSeconds = 21*24*3600 + 1 }, types.ErrInvalidParams,
			"an unbonding of 1814400 s is shorter than the chain's minimum of 1814401 s: invalid params"},
		{"fails: hand-over before the first epoch ends", func(p *types.Params) { p.MaxHandoverBlocks = 719 }, types.ErrInvalidParams,
			"an epoch of 720 blocks is longer than the 719 blocks until the latest hand-over: invalid params"},
		{"fails: default allocation under one bond", func(p *types.Params) { p.DefaultParams.Bond.MinBond = math.NewInt(100_000_000_000_001) }, types.ErrInvalidParams,
			"initial allocation 100000000000000 is less than one bond of 100000000000001: nobody could ever run the first node: invalid params"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := types.DefaultParams()
			c.change(&p)
			err := p.Validate()
			if c.is == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, c.is)
			require.EqualError(t, err, c.want)
		})
	}
}

const minima = "min_epoch_blocks, min_unbonding_seconds and max_handover_blocks must be more than 0: invalid params"

func TestMaxHandoverEpoch(t *testing.T) {
	p := types.Params{MaxHandoverBlocks: 100}
	for blocks, want := range map[uint64]uint64{1: 100, 33: 3, 34: 2, 100: 1, 101: 0} {
		require.Equal(t, want, p.MaxHandoverEpoch(blocks), "epochs of %d blocks", blocks)
	}
	require.Equal(t, uint64(4_320), types.DefaultParams().MaxHandoverEpoch(720)) // 180 days of hours
}
