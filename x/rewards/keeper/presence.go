package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"

	"github.com/mesh-protocol/mesh/x/rewards/types"
)

// AfterPresenceProven implements the hooks of x/tasks: what the epoch of the work pays for being there, and for duties, can be
// withdrawn at once, and is minted then. It is shared by the bonds as of the opening of the epoch it is proven in, as fees are.
func (k *Keeper) AfterPresenceProven(ctx context.Context, p tasktypes.Presence) error {
	network, err := k.networks.Network(ctx, p.Network)
	if err != nil {
		return err
	}
	e, err := k.networks.Epoch(ctx, p.Network, p.Epoch)
	if err != nil {
		return err
	}
	terms := presenceOf(network, e)
	uptime, duties := terms.Uptime(p.Weight, uint64(p.Slots)), terms.Duties(p.Weight, p.Others, p.Duties)
	if uptime.IsZero() && duties.IsZero() {
		return nil
	}
	pay, err := k.payOf(ctx, p.Network, p.Node, p.Settled)
	if err != nil {
		return err
	}
	pay.Uptime, pay.Duties = pay.Uptime.Add(uptime), pay.Duties.Add(duties)
	at := collections.Join3(p.Network, p.Node, p.Settled)
	return errors.Join(
		k.pays.Set(ctx, at, pay),
		k.addPresence(ctx, at, uptime.Add(duties)),
		emitPresencePaid(ctx, network.Id, p, uptime, duties),
	)
}

// presenceOf returns the figures by which an epoch pays for being there.
func presenceOf(network networktypes.Network, e networktypes.Epoch) types.Presence {
	emission := types.Emission(network.Token.FirstEmission(), network.Token.HalvingEpochs, e.Number)
	return types.Presence{
		Bucket: types.Bucket(emission, e.Params.Distribution.UptimeBps), Bonds: e.Weight,
		YieldPpm: e.Params.Uptime.YieldPpm, ContributionBps: e.Params.Uptime.ContributionBps,
		Slots: uint64(e.Params.Epoch.UptimeSlots), Whole: networktypes.Whole,
	}
}
