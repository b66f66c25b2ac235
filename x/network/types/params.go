package types

import (
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// FeeDenom is the denomination of the chain's own money, which pays gas and the create fee.
const FeeDenom = "umesh"

// DefaultParams returns the rules of a chain with 5 s blocks.
func DefaultParams() Params {
	return Params{
		CreateFee:           sdk.NewCoin(FeeDenom, math.NewInt(100*oneToken)),
		MinEpochBlocks:      300,
		MinUnbondingSeconds: 7 * 24 * 3600,
		MaxHandoverBlocks:   180 * 24 * 720,
		DefaultToken: TokenDefaults{
			SupplyCap:            math.NewInt(1_000_000_000).MulRaw(oneToken),
			InitialAllocationBps: 1_000,
			HalvingEpochs:        35_040,
		},
		DefaultParams: DefaultNetworkParams(),
	}
}

// DevnetParams returns the rules of a devnet: epochs of 20 blocks, an unbonding of one minute,
// so that everything can be seen to happen within minutes.
func DevnetParams() Params {
	p := DefaultParams()
	p.MinEpochBlocks = 20
	p.MinUnbondingSeconds = 60
	n := &p.DefaultParams
	n.Epoch = EpochParams{
		EpochBlocks: 20, UptimeSlots: 4, ClaimWindowBlocks: 5, SeedDelayBlocks: 2,
		ProofWindowBlocks: 8, SlackBlocks: 5, StaleEpochs: 3,
	}
	n.Bond.UnbondingSeconds = 60
	n.Bond.AppealWindowBlocks = 10
	n.Pay.NoticeBlocks = 20
	n.Storage.PriceEpochs = 1
	n.Storage.Openings = 8
	n.Storage.LostEpochs = 2
	n.Storage.AnswerBlocks = 20
	n.Storage.RepairTurnBlocks = 5
	n.Uptime.YieldPpm = 10_000
	n.Vote.VotingPeriodBlocks = 60
	n.Vote.ProposalStake = math.NewInt(10 * oneToken)
	n.Vote.MeritPeriodEpochs = 1
	n.Vote.MeritHalfLifePeriods = 5
	return p
}

// Validate returns an error unless the params can hold, and a network made of the defaults alone
// would be valid under them.
func (p Params) Validate() error {
	if err := p.CreateFee.Validate(); err != nil {
		return ErrInvalidParams.Wrapf("create_fee: %s", err)
	}
	if p.CreateFee.Denom != FeeDenom {
		return ErrInvalidParams.Wrapf("create_fee is in %s, fees of the chain are in %s", p.CreateFee.Denom, FeeDenom)
	}
	if err := CheckAmount("create_fee", p.CreateFee.Amount); err != nil {
		return err
	}
	if p.MinEpochBlocks == 0 || p.MinUnbondingSeconds == 0 || p.MaxHandoverBlocks == 0 {
		return ErrInvalidParams.Wrap("min_epoch_blocks, min_unbonding_seconds and max_handover_blocks must be more than 0")
	}
	t := p.DefaultToken
	token := Token{SupplyCap: t.SupplyCap, HalvingEpochs: t.HalvingEpochs, InitialAllocation: math.ZeroInt()}
	if err := token.validateSupply(); err != nil {
		return err
	}
	if t.InitialAllocationBps == 0 || t.InitialAllocationBps > MaxInitialBps {
		return ErrInvalidParams.Wrapf("default_token.initial_allocation_bps is %d, it must be 1 to %d", t.InitialAllocationBps, MaxInitialBps)
	}
	silent := MsgCreateNetwork{Name: "any", TokenName: "any", TokenSymbol: "any", Template: Templates()[0]}
	_, err := silent.Network(p)
	return err
}

// CheckTerms returns an error unless a network may have these terms on this chain.
func (p Params) CheckTerms(n NetworkParams) error {
	if err := n.Validate(); err != nil {
		return err
	}
	if n.Epoch.EpochBlocks < p.MinEpochBlocks {
		return ErrInvalidParams.Wrapf("an epoch of %d blocks is shorter than the chain's minimum of %d", n.Epoch.EpochBlocks, p.MinEpochBlocks)
	}
	if n.Bond.UnbondingSeconds < p.MinUnbondingSeconds {
		return ErrInvalidParams.Wrapf("an unbonding of %d s is shorter than the chain's minimum of %d s", n.Bond.UnbondingSeconds, p.MinUnbondingSeconds)
	}
	return nil
}

// MaxHandoverEpoch returns the latest hand-over of a network with epochs of that many blocks.
// epochBlocks must not be 0.
func (p Params) MaxHandoverEpoch(epochBlocks uint64) uint64 {
	return p.MaxHandoverBlocks / epochBlocks
}
