package keeper

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

const (
	// seedRevealers is the number of distinct revealers a seed of x/tasks waits for.
	seedRevealers = 4
)

// drawDeal assigns nodes to the indices of a deal that wait for one. Indices whose node has let
// the time for its first ack pass are put back first and drawn at a later seed. A draw that finds
// nobody counts too, so that it cannot be tried with one seed until the outcome suits. It returns
// the indices after the draw, or ErrWrongState if none waits for one.
func (k *Keeper) drawDeal(ctx context.Context, c contract, byClient bool) ([]types.Index, error) {
	if c.epoch > c.deal.LastEpoch {
		return nil, types.ErrWrongState.Wrapf("deal %d ended with epoch %d", c.deal.Id, c.deal.LastEpoch)
	}
	indices, err := k.indicesOf(ctx, c.deal)
	if err != nil {
		return nil, err
	}
	back, err := k.putBack(ctx, c, indices, byClient)
	if err != nil || back > 0 {
		return indices, err
	}
	waiting := waitingFor(indices)
	if len(waiting) == 0 {
		return nil, types.ErrWrongState.Wrapf("no index of deal %d waits for a draw", c.deal.Id)
	}
	first := indices[waiting[0]]
	drawn, err := k.draw(ctx, c, indices, first, fmt.Sprintf("deal/%d", c.deal.Id), len(waiting))
	if err != nil {
		return indices, err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	for at, number := range waiting {
		i := indices[number]
		i.Draws++
		i.SinceHeight, i.SinceEpoch = height, c.epoch
		if at < len(drawn) {
			i.Status, i.Node = types.INDEX_STATUS_ASSIGNED, drawn[at].Id
			if err := k.assigned(ctx, c, number, i.Node); err != nil {
				return indices, err
			}
		}
		indices[number] = i
		if err := k.setIndex(ctx, c, number, i); err != nil {
			return indices, err
		}
	}
	return indices, nil
}

func (k *Keeper) assigned(ctx context.Context, c contract, number uint32, node uint64) error {
	if err := k.hold(ctx, c, number, node); err != nil {
		return err
	}
	return emitIndexAssigned(ctx, c.deal, number, node)
}

// putBack returns indices without an ack in time to those that wait for a draw, from now on. An
// index that was drawn three times waits for the client, whose asking starts the count again; once
// there is a layout, files are less safe without it, and its count starts again by itself after as
// long as a node has for its first ack.
func (k *Keeper) putBack(ctx context.Context, c contract, indices []types.Index, byClient bool) (int, error) {
	back := 0
	for number, i := range indices {
		late := i.Status == types.INDEX_STATUS_ASSIGNED && i.AckDue(c.epoch)
		again := byClient || c.deal.Layout.Version > 0 && i.AckDue(c.epoch)
		spent := i.Status == types.INDEX_STATUS_UNASSIGNED && i.Draws >= types.MaxDraws && again
		if !late && !spent {
			continue
		}
		if late {
			if err := k.release(ctx, c, i.Node); err != nil {
				return 0, err
			}
		}
		fresh := types.NewIndex(c.epoch, sdk.UnwrapSDKContext(ctx).BlockHeight())
		if late && !byClient {
			fresh.Draws = i.Draws
		}
		indices[number] = fresh
		if err := k.setIndex(ctx, c, uint32(number), fresh); err != nil {
			return 0, err
		}
		back++
	}
	return back, nil
}

// waitingFor returns the numbers of the indices that wait for the earliest seed there is one for.
func waitingFor(indices []types.Index) []uint32 {
	var waiting []uint32
	var since int64
	for number, i := range indices {
		if i.Status != types.INDEX_STATUS_UNASSIGNED || i.Draws >= types.MaxDraws {
			continue
		}
		switch {
		case len(waiting) == 0 || i.SinceHeight < since:
			waiting, since = []uint32{uint32(number)}, i.SinceHeight
		case i.SinceHeight == since:
			waiting = append(waiting, uint32(number))
		}
	}
	return waiting
}

// draw draws n nodes of owners that have no index of the deal and none that took this one and did not
// rebuild it, with the seed that closed when the
// index began to wait, over the active set as of the opening of that epoch.
func (k *Keeper) draw(ctx context.Context, c contract, indices []types.Index, i types.Index, tag string, n int) ([]networktypes.Node, error) {
	closed := closeOf(ctx, i)
	seed, err := k.deps.Beacon.Seed(ctx, closed, c.network.Params.Epoch.SeedDelayBlocks, seedRevealers)
	if err != nil {
		return nil, err
	}
	without, err := k.taken(ctx, c, indices)
	if err != nil {
		return nil, err
	}
	for _, id := range i.NotRebuilt {
		node, err := k.deps.Nodes.Node(ctx, c.network.Seq, id)
		if err != nil {
			return nil, err
		}
		without = append(without, node.OwnerSlot)
	}
	opening := i.SinceEpoch
	if opening+networktypes.KeptOpenings <= c.epoch {
		opening = c.epoch
	}
	accepts, err := k.accepts(ctx, c)
	if err != nil {
		return nil, err
	}
	return k.deps.Actives.Owners(ctx, networktypes.Draw{
		Network: c.network.Seq, Opening: opening, Seed: [32]byte(seed.Value),
		Tag: fmt.Sprintf("%s/%d", tag, closed), Accept: accepts, Without: without,
	}, n)
}

// closeOf returns the height the draw for an index closes at: when it began to wait, or a whole
// number of RedrawBlocks later.
func closeOf(ctx context.Context, i types.Index) int64 {
	waited := sdk.UnwrapSDKContext(ctx).BlockHeight() - i.SinceHeight
	return i.SinceHeight + waited - waited%types.RedrawBlocks
}
