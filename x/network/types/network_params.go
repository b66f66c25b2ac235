package types

import "cosmossdk.io/math"

// oneToken is 10^6 base units.
const oneToken = 1_000_000

// DefaultNetworkParams returns the terms of a network whose founder named none: one-hour epochs
// of 5 s blocks. Figures are fixed by the protocol page; see docs/interfaces.md.
func DefaultNetworkParams() NetworkParams {
	return NetworkParams{
		Distribution: TokenDistribution{UptimeBps: 4_000, TasksBps: 4_000, GovernanceBps: 2_000},
		Epoch: EpochParams{
			EpochBlocks: 720, UptimeSlots: 6, ClaimWindowBlocks: 100, SeedDelayBlocks: 6,
			ProofWindowBlocks: 100, SlackBlocks: 64, StaleEpochs: 3,
		},
		Bond: BondParams{
			MinBond: math.NewInt(100 * oneToken), UnbondingSeconds: 21 * 24 * 3600, AppealWindowBlocks: 120_960 + 720,
		},
		Pay: PayParams{BurnBps: 2_000, MatchCapBps: 8_000, NoticeBlocks: 720},
		Storage: StorageParams{
			Price: math.NewInt(oneToken), PriceEpochs: 24, Openings: 0, LostEpochs: 24,
			ReserveBps: 500, AnswerBlocks: 720, RepairTurnBlocks: 20, ReadPrice: math.ZeroInt(),
		},
		Uptime: UptimeParams{Openings: 3, Watchers: 15, Seats: 8, YieldPpm: 100, ContributionBps: 2_000},
		Vote: VoteParams{
			VotingPeriodBlocks: 120_960, QuorumBps: 3_340, ThresholdBps: 5_000, VetoBps: 3_340,
			ProposalStake: math.NewInt(1_000 * oneToken), MeritPeriodEpochs: 24, MeritHalfLifePeriods: 30,
		},
	}
}

// bound is one figure and the coded limits no founder and no vote can leave.
type bound struct {
	name            string
	value, min, max uint64
}

// Validate returns ErrInvalidParams or ErrInvalidAmount unless every figure is within its coded
// bounds and the figures agree with each other.
func (p NetworkParams) Validate() error {
	for _, b := range p.bounds() {
		if b.value < b.min || b.value > b.max {
			return ErrInvalidParams.Wrapf("%s is %d, it must be %d to %d", b.name, b.value, b.min, b.max)
		}
	}
	if err := p.Distribution.Validate(); err != nil {
		return err
	}
	if err := p.Epoch.validate(); err != nil {
		return err
	}
	if err := p.Uptime.validate(); err != nil {
		return err
	}
	return p.validateAmounts()
}

// maxUptimeSignatures bounds the attestations that a proof of uptime may need: with as many it takes 30 KiB.
const maxUptimeSignatures = 384

// validate holds that enough of the watchers can sign, and that what they sign can be proven.
func (u UptimeParams) validate() error {
	if u.Seats > u.Watchers {
		return ErrInvalidParams.Wrapf("%d seats of %d watchers cannot sign", u.Seats, u.Watchers)
	}
	// Where there are fewer others than watchers, more than half of them sign.
	if most := u.Openings * max(u.Seats, u.Watchers/2+1); most > maxUptimeSignatures {
		return ErrInvalidParams.Wrapf("%d openings of up to %d attestations do not fit into a proof, which has at most %d",
			u.Openings, most/u.Openings, maxUptimeSignatures)
	}
	return nil
}

// maxEpochBlocks bounds an epoch: a day of blocks of 5 s. The seed of its watchers is asked for when it is over, and the beacon keeps
// 20,000 blocks at least.
const maxEpochBlocks = 17_280

// bounds lists every whole figure with its limits.
func (p NetworkParams) bounds() []bound {
	e, b, s, u, v := p.Epoch, p.Bond, p.Storage, p.Uptime, p.Vote
	return []bound{
		{"epoch.epoch_blocks", e.EpochBlocks, 1, maxEpochBlocks},
		{"epoch.uptime_slots", uint64(e.UptimeSlots), 1, 64},
		{"epoch.claim_window_blocks", e.ClaimWindowBlocks, 1, maxEpochBlocks},
		{"epoch.seed_delay_blocks", e.SeedDelayBlocks, 1, 256},
		{"epoch.proof_window_blocks", e.ProofWindowBlocks, 1, maxEpochBlocks},
		{"epoch.slack_blocks", e.SlackBlocks, 1, maxEpochBlocks},
		{"epoch.stale_epochs", uint64(e.StaleEpochs), 2, 1_000},
		{"bond.unbonding_seconds", b.UnbondingSeconds, 1, 90 * 24 * 3600},
		{"bond.appeal_window_blocks", b.AppealWindowBlocks, 1, 10_000_000},
		{"pay.burn_bps", uint64(p.Pay.BurnBps), 100, 5_000},
		{"pay.match_cap_bps", uint64(p.Pay.MatchCapBps), 0, 8_000},
		{"pay.notice_blocks", p.Pay.NoticeBlocks, 1, 1_000_000},
		{"storage.price_epochs", uint64(s.PriceEpochs), 1, 10_000},
		{"storage.openings", uint64(s.Openings), 0, 16},
		{"storage.lost_epochs", uint64(s.LostEpochs), 2, 1_000},
		{"storage.reserve_bps", uint64(s.ReserveBps), 0, 5_000},
		{"storage.answer_blocks", s.AnswerBlocks, 1, 1_000_000},
		{"storage.repair_turn_blocks", s.RepairTurnBlocks, 1, 1_000_000},
		{"uptime.openings", uint64(u.Openings), 2, 16},
		{"uptime.watchers", uint64(u.Watchers), 1, 64},
		{"uptime.seats", uint64(u.Seats), 1, 64},
		{"uptime.yield_ppm", uint64(u.YieldPpm), 10, 10_000},
		{"uptime.contribution_bps", uint64(u.ContributionBps), 0, 5_000},
		{"vote.voting_period_blocks", v.VotingPeriodBlocks, 1, 10_000_000},
		{"vote.quorum_bps", uint64(v.QuorumBps), 1_000, bps},
		{"vote.threshold_bps", uint64(v.ThresholdBps), 5_000, bps},
		{"vote.veto_bps", uint64(v.VetoBps), 1_000, bps},
		{"vote.merit_period_epochs", uint64(v.MeritPeriodEpochs), 1, 10_000},
		{"vote.merit_half_life_periods", uint64(v.MeritHalfLifePeriods), 1, 10_000},
	}
}

func (p NetworkParams) validateAmounts() error {
	for _, a := range []struct {
		name  string
		value math.Int
	}{
		{"bond.min_bond", p.Bond.MinBond}, {"storage.price", p.Storage.Price}, {"vote.proposal_stake", p.Vote.ProposalStake},
	} {
		if err := CheckAmount(a.name, a.value); err != nil {
			return err
		}
		if !a.value.IsPositive() {
			return ErrInvalidAmount.Wrapf("%s must be more than nothing", a.name)
		}
	}
	return CheckAmount("storage.read_price", p.Storage.ReadPrice)
}

// Validate returns ErrInvalidParams unless the shares total 100 %.
func (d TokenDistribution) Validate() error {
	if sum := uint64(d.UptimeBps) + uint64(d.TasksBps) + uint64(d.GovernanceBps); sum != bps {
		return ErrInvalidParams.Wrapf("distribution totals %d.%02d %%, it must total 100 %%", sum/100, sum%100)
	}
	return nil
}

// IsZero tells whether the distribution was left out.
func (d TokenDistribution) IsZero() bool { return d == TokenDistribution{} }

// validate holds the windows of an epoch against its length: claims, seed and proofs of an epoch
// must be over before those of the next begin. The terms are bounded, so the sum cannot wrap.
func (e EpochParams) validate() error {
	if sum := e.ClaimWindowBlocks + e.SeedDelayBlocks + e.ProofWindowBlocks + e.SlackBlocks; sum > e.EpochBlocks {
		return ErrInvalidParams.Wrapf("an epoch of %d blocks is shorter than its windows, %d blocks", e.EpochBlocks, sum)
	}
	if uint64(e.UptimeSlots) > e.EpochBlocks {
		return ErrInvalidParams.Wrapf("an epoch of %d blocks has no room for %d uptime slots", e.EpochBlocks, e.UptimeSlots)
	}
	return nil
}
