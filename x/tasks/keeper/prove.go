package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/proof"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// proven is a claim that was found true.
type proven struct {
	network networktypes.Network
	node    networktypes.Node
	epoch   networktypes.Epoch
	claim   types.Claim
	// earned is the owner's part of what the deals pay.
	earned math.Int
	// shown is what was proven of slots and duties.
	shown types.Presence
}

// prove checks the proof of a claim, books the epoch as proven and pays it. Gas is charged before
// anything is hashed.
func (k *Keeper) prove(ctx context.Context, msg *types.MsgProve) (proven, error) {
	network, n, err := k.operated(ctx, msg.Network, msg.Operator)
	if err != nil {
		return proven{}, err
	}
	p := proven{network: network, node: n}
	seed, err := k.openProof(ctx, &p, msg.Epoch)
	if err != nil {
		return p, err
	}
	if err := k.verify(ctx, p, seed, msg.Proof); err != nil {
		return p, err
	}
	if p.shown, err = k.verifyUptime(ctx, p, seed, msg); err != nil {
		return p, err
	}
	if p.claim.Total.IsZero() && p.shown.IsNothing() {
		return p, types.ErrInvalidProof.Wrapf("nothing is shown for the claim of epoch %d", msg.Epoch)
	}
	if err := k.bookProof(ctx, p); err != nil {
		return p, err
	}
	if p.earned, err = k.settleFee(ctx, network, n, types.FeeProof, p.claim.Total, p.epoch.Params.Pay.BurnBps); err != nil {
		return p, err
	}
	if err := k.payRepairs(ctx, p); err != nil || p.shown.IsNothing() {
		return p, err
	}
	cal, err := k.deps.Networks.Calendar(ctx, network.Seq)
	if err != nil {
		return p, err
	}
	p.shown.Settled = cal.Epoch
	return p, k.deps.Hooks.AfterPresenceProven(ctx, p.shown)
}

// openProof loads the claim a proof is for and returns the seed of its positions, if the proof
// comes in its window and the first time.
func (k *Keeper) openProof(ctx context.Context, p *proven, epoch uint64) ([32]byte, error) {
	var err error
	seq := p.network.Seq
	if p.epoch, err = k.deps.Networks.Epoch(ctx, seq, epoch); err != nil {
		return [32]byte{}, err
	}
	p.claim, err = k.claims.Get(ctx, collections.Join3(seq, epoch, p.node.Id))
	if errors.Is(err, collections.ErrNotFound) {
		return [32]byte{}, types.ErrClaimNotFound.Wrapf("node %d has not claimed epoch %d", p.node.Id, epoch)
	}
	if err != nil {
		return [32]byte{}, err
	}
	if p.claim.ProvenHeight != 0 {
		return [32]byte{}, types.ErrClaimExists.Wrapf("the claim was proven at height %d", p.claim.ProvenHeight)
	}
	w, err := k.windows.Get(ctx, collections.Join(seq, epoch))
	if err != nil {
		return [32]byte{}, err
	}
	if w, err = k.fixSeed(ctx, seq, p.epoch, w); err != nil {
		return [32]byte{}, err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	if from, until := proofWindow(seq, p.node.Id, p.epoch, w); height < from || height >= until {
		return [32]byte{}, types.ErrWindow.Wrapf("proofs of node %d for epoch %d are taken from height %d to %d, this is %d", p.node.Id, epoch, from, until-1, height)
	}
	return types.ProofSeed(w.Seed, seq, epoch, p.node.Id), nil
}

// verify checks the bytes of a proof against the claim, and each opened deal against state. A claim of nothing has no proof.
func (k *Keeper) verify(ctx context.Context, p proven, seed [32]byte, bz []byte) error {
	if p.claim.Total.IsZero() {
		if len(bz) != 0 {
			return types.ErrInvalidProof.Wrapf("%d bytes for a total of 0", len(bz))
		}
		return nil
	}
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(types.ProofGas+types.ProofByteGas*uint64(len(bz)), "storage proof")
	sp, err := proof.DecodeStorageProof(bz)
	if err != nil {
		return types.ErrInvalidProof.Wrap(err.Error())
	}
	total, err := proof.FromBig(p.claim.Total.BigInt())
	if err != nil {
		return types.ErrInvalidProof.Wrap(err.Error())
	}
	root := proof.Node{Hash: [32]byte(p.claim.Root), Sum: total}
	openings := types.Openings(p.epoch.Params.Storage.Openings, p.epoch.Nodes)
	err = sp.Verify(root, seed, openings, func(deal uint64) (proof.DealView, error) {
		return k.view(ctx, p, deal)
	})
	if err != nil {
		return types.ErrInvalidProof.Wrap(err.Error())
	}
	return nil
}

// view returns what state says about a deal from the view of the node and epoch of a claim.
func (k *Keeper) view(ctx context.Context, p proven, deal uint64) (proof.DealView, error) {
	d, err := k.deals.Get(ctx, deal)
	if err != nil || d.Network != p.network.Id {
		return proof.DealView{}, types.ErrDealNotFound.Wrapf("deal %d of network %s", deal, p.network.Id)
	}
	number, acked, err := k.heldAt(ctx, p, d)
	if err != nil {
		return proof.DealView{}, err
	}
	weight, err := proof.FromBig(d.Rate.BigInt())
	if err != nil {
		return proof.DealView{}, err
	}
	return proof.DealView{Weight: weight, LayoutHash: [32]byte(acked.Root), LayoutBytes: acked.Bytes, N: d.Profile.N, Index: number}, nil
}

// heldAt returns which index of a deal the node was owed for in the epoch of a claim, and the
// layout it is proved against: by the index it holds now, or by a stint that has ended since.
func (k *Keeper) heldAt(ctx context.Context, p proven, d types.Deal) (uint32, types.Layout, error) {
	number, err := k.dealsByNode.Get(ctx, collections.Join3(p.network.Seq, p.node.Id, d.Id))
	if err == nil {
		i, err := k.indices.Get(ctx, collections.Join(d.Id, number))
		if err != nil {
			return 0, types.Layout{}, err
		}
		if i.Covers(p.epoch.Number, d) {
			return uint32(number), i.ProvedBy(p.epoch.Number), nil
		}
	} else if !errors.Is(err, collections.ErrNotFound) {
		return 0, types.Layout{}, err
	}
	ended, err := k.stintsOf(ctx, d.Id)
	if err != nil {
		return 0, types.Layout{}, err
	}
	for _, s := range ended {
		if s.Node == p.node.Id && s.FromEpoch <= p.epoch.Number && p.epoch.Number <= s.ToEpoch {
			return s.Index, s.ProvedBy(p.epoch.Number), nil
		}
	}
	return 0, types.Layout{}, types.ErrInvalidProof.Wrapf("deal %d owes node %d nothing for epoch %d", d.Id, p.node.Id, p.epoch.Number)
}

// bookProof records that the node has proven the epoch, and the gap before it where there is one. What it has given up of slots and
// duties is no part of its claim any more.
func (k *Keeper) bookProof(ctx context.Context, p proven) error {
	seq, epoch := p.network.Seq, p.epoch.Number
	p.claim.ProvenHeight = sdk.UnwrapSDKContext(ctx).BlockHeight()
	if p.shown.Slots == 0 {
		p.claim.UptimeRoot, p.claim.UptimeSlots = nil, 0
	}
	if p.shown.Duties == 0 {
		p.claim.DutyRoot, p.claim.DutyWorth = nil, 0
	}
	if err := k.claims.Set(ctx, collections.Join3(seq, epoch, p.node.Id), p.claim); err != nil {
		return err
	}
	o, err := k.owedTo(ctx, seq, p.node.Id)
	if err != nil {
		return err
	}
	count := networktypes.Counters{Proven: 1}
	if epoch > o.LastProven+1 {
		_, gap, err := k.gapBefore(ctx, seq, p.node.Id, epoch)
		if err != nil {
			return err
		}
		missed := epoch - 1 - o.LastProven
		next := types.Gap{Last: epoch - 1, Missed: gap.Missed + missed}
		if err := k.gaps.Set(ctx, collections.Join3(seq, p.node.Id, o.LastProven+1), next); err != nil {
			return err
		}
	}
	// Epochs before the present run of owed ones were no duty.
	if first := max(o.LastProven+1, o.OwingSince); o.OwingSince != 0 && epoch > first {
		count.Missed = epoch - first
	}
	o.LastProven = epoch
	if err := k.owed.Set(ctx, collections.Join(seq, p.node.Id), o); err != nil {
		return err
	}
	if err := k.deps.Nodes.Count(ctx, seq, p.node.Id, count); err != nil {
		return err
	}
	if epoch <= types.KeptClaims {
		return nil
	}
	return k.dropClaims(ctx, seq, epoch-types.KeptClaims)
}
