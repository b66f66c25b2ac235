package app

import (
	"context"
	"errors"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingkeeper "github.com/cosmos/cosmos-sdk/x/staking/keeper"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
)

// beaconStaking is x/staking as x/beacon sees it.
type beaconStaking struct{ *stakingkeeper.Keeper }

// OperatorOf implements types.StakingKeeper of x/beacon.
func (s beaconStaking) OperatorOf(ctx context.Context, consensus []byte) ([]byte, error) {
	v, err := s.GetValidatorByConsAddr(ctx, consensus)
	if errors.Is(err, stakingtypes.ErrNoValidatorFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.ValidatorAddressCodec().StringToBytes(v.GetOperator())
}

// HasValidator implements types.StakingKeeper of x/beacon.
func (s beaconStaking) HasValidator(ctx context.Context, operator []byte) (bool, error) {
	_, err := s.GetValidator(ctx, operator)
	if errors.Is(err, stakingtypes.ErrNoValidatorFound) {
		return false, nil
	}
	return err == nil, err
}

// SlashProposer implements types.StakingKeeper of x/beacon. A validator that has left the set
// since it proposed holds nothing that x/staking would slash.
func (s beaconStaking) SlashProposer(ctx context.Context, consensus []byte, height int64, fraction math.LegacyDec) (math.Int, error) {
	v, err := s.GetValidatorByConsAddr(ctx, consensus)
	if errors.Is(err, stakingtypes.ErrNoValidatorFound) {
		return math.ZeroInt(), nil
	}
	if err != nil || v.IsUnbonded() {
		return math.ZeroInt(), err
	}
	power := v.GetConsensusPower(s.PowerReduction(ctx))
	return s.SlashWithInfractionReason(ctx, sdk.ConsAddress(consensus), height, power, fraction, stakingtypes.Infraction_INFRACTION_UNSPECIFIED)
}
