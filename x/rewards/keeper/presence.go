package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

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
	uptime := terms.Uptime(p.Weight, uint64(p.Slots))
	duties, err := k.payDuties(ctx, terms, p)
	if err != nil || uptime.IsZero() && duties.IsZero() {
		return err
	}
	pay, err := k.payOf(ctx, p.Network, p.Node, p.Settled)
	if err != nil {
		return err
	}
	pay.AddPresence(types.PresencePay{Epoch: p.Epoch, Slots: p.Slots, Uptime: uptime, Duties: duties})
	at := collections.Join3(p.Network, p.Node, p.Settled)
	return errors.Join(
		k.pays.Set(ctx, at, pay),
		k.addPresence(ctx, at, uptime.Add(duties)),
		emitPresencePaid(ctx, network.Id, p, uptime, duties),
	)
}

// payDuties returns what a watcher is paid for its duties, and adds it to what all watchers of the epoch were paid: no more than the epoch
// has for them, whatever was claimed.
func (k *Keeper) payDuties(ctx context.Context, terms types.Presence, p tasktypes.Presence) (math.Int, error) {
	if p.Duties == 0 {
		return math.ZeroInt(), nil
	}
	at := collections.Join(p.Network, p.Epoch)
	paid, err := orZero(k.duties.Get(ctx, at))
	if err != nil {
		return math.Int{}, err
	}
	pay := terms.Duties(p.Others, p.Duties, paid)
	if pay.IsZero() {
		return pay, nil
	}
	return pay, errors.Join(k.duties.Set(ctx, at, paid.Add(pay)), k.forgetDuties(ctx, p.Network, p.Epoch))
}

// forgetDuties drops what was paid for duties of epochs of which nothing can be proven any more, at most two at a time.
func (k *Keeper) forgetDuties(ctx context.Context, seq, epoch uint64) error {
	if epoch <= networktypes.KeptEpochs {
		return nil
	}
	var old []collections.Pair[uint64, uint64]
	until := collections.NewPrefixedPairRange[uint64, uint64](seq).EndInclusive(epoch - networktypes.KeptEpochs)
	err := k.duties.Walk(ctx, until, func(at collections.Pair[uint64, uint64], _ math.Int) (bool, error) {
		old = append(old, at)
		return len(old) == 2, nil
	})
	for _, at := range old {
		err = errors.Join(err, k.duties.Remove(ctx, at))
	}
	return err
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
