package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// InitGenesis writes a validated state. x/network has written its own before.
func (k *Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := errors.Join(
		k.nextDeal.Set(ctx, g.NextDeal), k.nextRequest.Set(ctx, g.NextRequest), k.nextChannel.Set(ctx, g.NextChannel),
		k.nextTask.Set(ctx, g.NextTask), k.nextSlash.Set(ctx, g.NextSlash),
	); err != nil {
		return err
	}
	seqs := map[uint64]uint64{}
	for _, d := range g.Deals {
		network, err := k.deps.Networks.NetworkByID(ctx, d.Network)
		if err != nil {
			return err
		}
		seqs[d.Id] = network.Seq
		client, err := k.account("client", d.Client)
		if err != nil {
			return err
		}
		if err := errors.Join(k.deals.Set(ctx, d.Id, d), k.dealsByClient.Set(ctx, collections.Join([]byte(client), d.Id))); err != nil {
			return err
		}
		if _, stuck := slices.BinarySearch(g.Stuck, d.Id); stuck || !d.IsOpen() {
			continue
		}
		if err := k.ends.Set(ctx, collections.Join3(network.Seq, d.LastEpoch, d.Id)); err != nil {
			return err
		}
	}
	paying, err := k.initChannels(ctx, g)
	if err != nil {
		return err
	}
	posted, err := k.initTasks(ctx, g)
	if err != nil {
		return err
	}
	held, err := k.initSlashes(ctx, g)
	if err != nil {
		return err
	}
	if err := k.checkCalendars(ctx, g, seqs, slices.Concat(paying, posted, held)); err != nil {
		return err
	}
	return errors.Join(k.initIndices(ctx, g, seqs), k.initWork(ctx, g), k.initRequests(ctx, g, seqs))
}

// checkCalendars holds the state against that of x/network: networks with deals to settle are there, each has as many duties as open
// deals, channels, posted tasks and slashes that are held, and only what is over could not be settled. paying are the seqs of the networks of
// all but deals, one for each.
func (k *Keeper) checkCalendars(ctx context.Context, g types.GenesisState, seqs map[uint64]uint64, paying []uint64) error {
	open, latest := map[uint64]uint64{}, map[uint64]uint64{} // deals, channels, tasks and slashes that are, and the epoch, by network
	for _, d := range g.Deals {
		if d.IsOpen() {
			open[seqs[d.Id]]++
		}
	}
	for _, seq := range paying {
		open[seq]++
	}
	check := func(seq uint64) error {
		if _, known := latest[seq]; known {
			return nil
		}
		cal, err := k.deps.Networks.Calendar(ctx, seq)
		if err != nil {
			return err
		}
		if cal.Duties != open[seq] {
			return types.ErrInvalidGenesis.Wrapf("network %d has %d duties and %d open deals, channels, tasks and held slashes", seq, cal.Duties, open[seq])
		}
		latest[seq] = cal.Epoch
		return nil
	}
	for _, seq := range paying {
		if err := check(seq); err != nil {
			return err
		}
	}
	for _, d := range g.Deals {
		seq := seqs[d.Id]
		if err := check(seq); err != nil {
			return err
		}
		if _, stuck := slices.BinarySearch(g.Stuck, d.Id); stuck && d.LastEpoch >= latest[seq] {
			return types.ErrInvalidGenesis.Wrapf("deal %d could not be settled, and runs until epoch %d", d.Id, d.LastEpoch)
		}
	}
	for _, seq := range g.Settling {
		if _, err := k.deps.Networks.Calendar(ctx, seq); err != nil {
			return types.ErrInvalidGenesis.Wrapf("network %d has deals to settle: %s", seq, err)
		}
	}
	return nil
}

func (k *Keeper) initIndices(ctx context.Context, g types.GenesisState, seqs map[uint64]uint64) error {
	for _, s := range g.Indices {
		if err := k.indices.Set(ctx, collections.Join(s.Deal, uint64(s.Number)), s.Index); err != nil {
			return err
		}
		if s.Index.Status == types.INDEX_STATUS_VACANT {
			if err := k.vacant.Set(ctx, collections.Join3(seqs[s.Deal], s.Deal, uint64(s.Number))); err != nil {
				return err
			}
		}
		if !s.Index.HasNode() {
			continue
		}
		at := collections.Join3(seqs[s.Deal], s.Index.Node, s.Deal)
		if err := k.dealsByNode.Set(ctx, at, uint64(s.Number)); err != nil {
			return err
		}
		if s.Index.Status == types.INDEX_STATUS_HELD && s.Index.RepairPay.IsPositive() {
			if err := k.repairs.Set(ctx, at); err != nil {
				return err
			}
		}
	}
	for _, s := range g.Stints {
		if err := k.stints.Set(ctx, collections.Join3(s.Deal, uint64(s.Stint.Index), s.Stint.FromEpoch), s.Stint); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) initWork(ctx context.Context, g types.GenesisState) error {
	var errs []error
	for _, o := range g.Owed {
		errs = append(errs, k.owed.Set(ctx, collections.Join(o.Network, o.Node), o.Owed))
	}
	for _, c := range g.Changes {
		errs = append(errs, k.changes.Set(ctx, collections.Join3(c.Network, c.Node, c.Epoch), c.Change))
	}
	for _, s := range g.Gaps {
		errs = append(errs, k.gaps.Set(ctx, collections.Join3(s.Network, s.Node, s.First), s.Gap))
	}
	for _, c := range g.Claims {
		errs = append(errs, k.claims.Set(ctx, collections.Join3(c.Network, c.Epoch, c.Node), c.Claim))
	}
	for _, seq := range g.Settling {
		errs = append(errs, k.enqueue(ctx, seq))
	}
	for _, s := range g.Ended {
		errs = append(errs, k.ended.Set(ctx, collections.Join4(s.Network, s.Node, s.Stint.ToEpoch, s.Stint.Deal), s.Stint))
	}
	for _, s := range g.WatchSeeds {
		errs = append(errs, k.watchSeeds.Set(ctx, collections.Join(s.Network, s.Epoch), s.Seed))
	}
	for _, w := range g.Windows {
		errs = append(errs, k.windows.Set(ctx, collections.Join(w.Network, w.Epoch), w.Window))
	}
	return errors.Join(errs...)
}

func (k *Keeper) initRequests(ctx context.Context, g types.GenesisState, seqs map[uint64]uint64) error {
	for _, r := range g.Requests {
		if err := errors.Join(
			k.requests.Set(ctx, r.Id, r),
			k.requestsByNode.Set(ctx, collections.Join4(seqs[r.Deal], r.Node, uint64(r.Deadline), r.Id)),
			k.requestsByIndex.Set(ctx, collections.Join3(r.Deal, uint64(r.Index), r.Id)),
		); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis reads the whole state back.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	var g types.GenesisState
	nextDeal, errDeal := k.nextDeal.Get(ctx)
	nextRequest, errRequest := k.nextRequest.Get(ctx)
	nextChannel, errChannel := k.nextChannel.Get(ctx)
	nextTask, errTask := k.nextTask.Get(ctx)
	nextSlash, errSlash := k.nextSlash.Get(ctx)
	if err := errors.Join(errDeal, errRequest, errChannel, errTask, errSlash); err != nil {
		return nil, err
	}
	g.NextDeal, g.NextRequest, g.NextChannel, g.NextTask, g.NextSlash = nextDeal, nextRequest, nextChannel, nextTask, nextSlash
	return &g, errors.Join(k.exportDeals(ctx, &g), k.exportWork(ctx, &g), k.exportChannels(ctx, &g), k.exportTasks(ctx, &g), k.exportSlashes(ctx, &g))
}

func (k *Keeper) exportDeals(ctx context.Context, g *types.GenesisState) error {
	waiting := map[uint64]bool{}
	return errors.Join(
		k.ends.Walk(ctx, nil, func(key collections.Triple[uint64, uint64, uint64]) (bool, error) {
			waiting[key.K3()] = true
			return false, nil
		}),
		k.deals.Walk(ctx, nil, func(_ uint64, d types.Deal) (bool, error) {
			g.Deals = append(g.Deals, d)
			if d.IsOpen() && !waiting[d.Id] {
				g.Stuck = append(g.Stuck, d.Id)
			}
			return false, nil
		}),
		k.indices.Walk(ctx, nil, func(key collections.Pair[uint64, uint64], i types.Index) (bool, error) {
			g.Indices = append(g.Indices, types.StoredIndex{Deal: key.K1(), Number: uint32(key.K2()), Index: i})
			return false, nil
		}),
		k.stints.Walk(ctx, nil, func(key collections.Triple[uint64, uint64, uint64], s types.Stint) (bool, error) {
			g.Stints = append(g.Stints, types.StoredStint{Deal: key.K1(), Stint: s})
			return false, nil
		}),
		k.requests.Walk(ctx, nil, func(_ uint64, r types.OpenRequest) (bool, error) {
			g.Requests = append(g.Requests, r)
			return false, nil
		}),
	)
}

func (k *Keeper) exportWork(ctx context.Context, g *types.GenesisState) error {
	return errors.Join(
		k.owed.Walk(ctx, nil, func(key collections.Pair[uint64, uint64], o types.Owed) (bool, error) {
			g.Owed = append(g.Owed, types.StoredOwed{Network: key.K1(), Node: key.K2(), Owed: o})
			return false, nil
		}),
		k.changes.Walk(ctx, nil, func(key collections.Triple[uint64, uint64, uint64], c types.OwedChange) (bool, error) {
			g.Changes = append(g.Changes, types.StoredChange{Network: key.K1(), Node: key.K2(), Epoch: key.K3(), Change: c})
			return false, nil
		}),
		k.gaps.Walk(ctx, nil, func(key collections.Triple[uint64, uint64, uint64], gap types.Gap) (bool, error) {
			g.Gaps = append(g.Gaps, types.StoredGap{Network: key.K1(), Node: key.K2(), First: key.K3(), Gap: gap})
			return false, nil
		}),
		k.claims.Walk(ctx, nil, func(key collections.Triple[uint64, uint64, uint64], c types.Claim) (bool, error) {
			g.Claims = append(g.Claims, types.StoredClaim{Network: key.K1(), Epoch: key.K2(), Node: key.K3(), Claim: c})
			return false, nil
		}),
		k.ended.Walk(ctx, nil, func(key collections.Quad[uint64, uint64, uint64, uint64], s types.EndedStint) (bool, error) {
			g.Ended = append(g.Ended, types.StoredEnded{Network: key.K1(), Node: key.K2(), Stint: s})
			return false, nil
		}),
		k.settling.Walk(ctx, nil, func(seq uint64) (bool, error) {
			g.Settling = append(g.Settling, seq)
			return false, nil
		}),
		k.watchSeeds.Walk(ctx, nil, func(key collections.Pair[uint64, uint64], s types.WatchSeed) (bool, error) {
			g.WatchSeeds = append(g.WatchSeeds, types.StoredWatchSeed{Network: key.K1(), Epoch: key.K2(), Seed: s})
			return false, nil
		}),
		k.windows.Walk(ctx, nil, func(key collections.Pair[uint64, uint64], w types.Window) (bool, error) {
			g.Windows = append(g.Windows, types.StoredWindow{Network: key.K1(), Epoch: key.K2(), Window: w})
			return false, nil
		}),
	)
}
