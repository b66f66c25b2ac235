package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/proof"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// checkUptime checks what a claim says of slots and duties: that the node was in the active set of the epoch, that there are so many
// slots, and that it is known who watched. It fixes the seed of the watchers.
func (k *Keeper) checkUptime(ctx context.Context, msg *types.MsgClaim, network networktypes.Network, n networktypes.Node, e networktypes.Epoch) error {
	slots := uint64(e.Params.Epoch.UptimeSlots)
	if err := checkTrie("uptime", msg.UptimeRoot, uint64(msg.UptimeSlots), slots); err != nil {
		return err
	}
	if err := checkTrie("duties", msg.DutyRoot, msg.DutyWorth, networktypes.Whole*slots); err != nil {
		return err
	}
	if msg.UptimeSlots == 0 && msg.DutyWorth == 0 {
		return nil
	}
	weight, err := k.deps.Actives.WeightAsOf(ctx, network.Seq, e.Number, n)
	if err != nil {
		return err
	}
	if weight.IsZero() {
		return types.ErrInvalidClaim.Wrapf("node %d was not in the active set of epoch %d, so nobody watched it and it had nobody to watch", n.Id, e.Number)
	}
	if e.Owners < 2 {
		return types.ErrInvalidClaim.Wrapf("in epoch %d there was no other owner who could watch", e.Number)
	}
	_, err = k.watchSeed(ctx, network.Seq, e)
	return err
}

// checkTrie returns ErrInvalidClaim unless there is a root where there is a sum, which is at most most.
func checkTrie(what string, root []byte, sum, most uint64) error {
	switch {
	case sum == 0 && len(root) == 0:
		return nil
	case sum == 0 || len(root) != claimRootBytes:
		return types.ErrInvalidClaim.Wrapf("%s of %d with a root of %d bytes: either both are none, or the root has %d", what, sum, len(root), claimRootBytes)
	case sum > most:
		return types.ErrInvalidClaim.Wrapf("%s of %d, there can be %d", what, sum, most)
	}
	return nil
}

// watchSeed returns the seed of an epoch's watchers, which is stored the first time. Without it there is the beacon's
// ErrSeedPending, or ErrSeedExpired where nobody asked for it in time.
func (k *Keeper) watchSeed(ctx context.Context, seq uint64, e networktypes.Epoch) (types.WatchSeed, error) {
	at := collections.Join(seq, e.Number)
	w, err := k.watchSeeds.Get(ctx, at)
	if err == nil || !errors.Is(err, collections.ErrNotFound) {
		return w, err
	}
	s, err := k.deps.Beacon.Seed(ctx, e.Open, e.Params.Epoch.SeedDelayBlocks, seedRevealers)
	if err != nil {
		return w, err
	}
	w = types.WatchSeed{Seed: s.Value, Height: s.Height, Revealers: s.Eligible}
	return w, k.watchSeeds.Set(ctx, at, w)
}

// watched is what is checked against the active set of an epoch.
type watched struct {
	proven
	seed   types.WatchSeed
	domain proof.Domain
}

// seating returns who watches a node of that weight in a slot.
func (w watched) seating(n networktypes.Node, weight proof.U128, slot uint32) networktypes.Seating {
	return networktypes.Seating{
		Network: w.network.Seq, Opening: w.epoch.Number, Owners: w.epoch.Owners,
		Seed:  types.SlotSeed(w.seed.Seed, w.network.Seq, w.epoch.Number, n.Id, slot),
		Seats: w.epoch.Params.Uptime.Watchers, Without: n.OwnerSlot, Watched: weight,
	}
}

// quorum returns how many seats must attest a slot.
func (w watched) quorum() uint32 {
	u := w.epoch.Params.Uptime
	return networktypes.Quorum(w.epoch.Owners-1, u.Watchers, u.Seats)
}

// verifyUptime checks the proofs of slots and duties that came with a message, and returns what they showed. What is not shown is
// given up.
func (k *Keeper) verifyUptime(ctx context.Context, p proven, seed [32]byte, msg *types.MsgProve) (types.Presence, error) {
	shown := types.Presence{Network: p.network.Seq, Node: p.node.Id, Epoch: p.epoch.Number}
	if len(msg.Uptime) == 0 && len(msg.Duties) == 0 {
		return shown, nil
	}
	w := watched{proven: p}
	var err error
	if w.seed, err = k.watchSeed(ctx, p.network.Seq, p.epoch); err != nil {
		return shown, err
	}
	if w.domain.ChainID, err = k.deps.Beacon.GenesisChainID(ctx); err != nil {
		return shown, err
	}
	w.domain.Network = p.network.Id
	if len(msg.Uptime) > 0 {
		if err := k.verifySlots(ctx, w, seed, msg.Uptime); err != nil {
			return shown, types.ErrInvalidProof.Wrapf("uptime: %s", err)
		}
		shown.Slots = p.claim.UptimeSlots
	}
	if len(msg.Duties) > 0 {
		if err := k.verifyDuties(ctx, w, seed, msg.Duties); err != nil {
			return shown, types.ErrInvalidProof.Wrapf("duties: %s", err)
		}
		shown.Duties = p.claim.DutyWorth
	}
	if shown.Weight, err = k.deps.Actives.WeightAsOf(ctx, p.network.Seq, p.epoch.Number, p.node); err != nil {
		return shown, err
	}
	shown.Others, err = k.deps.Actives.OthersAsOf(ctx, p.network.Seq, p.epoch.Number, p.node)
	return shown, err
}

// verifySlots checks that enough watchers attested the slots that are drawn.
func (k *Keeper) verifySlots(ctx context.Context, w watched, seed [32]byte, bz []byte) error {
	if w.claim.UptimeSlots == 0 {
		return types.ErrInvalidProof.Wrap("no slots were claimed")
	}
	openings := w.epoch.Params.Uptime.Openings
	chargeUptime(ctx, len(bz), openings*w.quorum())
	up, err := proof.DecodeUptimeProof(bz)
	if err != nil {
		return err
	}
	root := proof.Node{Hash: [32]byte(w.claim.UptimeRoot), Sum: proof.U64(uint64(w.claim.UptimeSlots))}
	return up.Verify(root, seed, int(openings), func(slot uint64, seals []proof.Seal) error {
		return k.checkSeals(ctx, w, slot, seals)
	})
}

// checkSeals checks that those who attested a slot were drawn to watch it and have enough seats together.
func (k *Keeper) checkSeals(ctx context.Context, w watched, slot uint64, seals []proof.Seal) error {
	if slot >= uint64(w.epoch.Params.Epoch.UptimeSlots) {
		return types.ErrInvalidProof.Wrapf("an epoch has %d slots", w.epoch.Params.Epoch.UptimeSlots)
	}
	if len(seals) > int(w.quorum()) {
		return types.ErrInvalidProof.Wrapf("%d attestations, %d are enough", len(seals), w.quorum())
	}
	nodes := make([]networktypes.Node, len(seals))
	for i, s := range seals {
		n, err := k.deps.Nodes.Node(ctx, w.network.Seq, s.Watcher)
		if err != nil {
			return err
		}
		watch := proof.Watch{Epoch: w.epoch.Number, Slot: uint32(slot), Node: w.node.Id, Watcher: n.Id}
		if err := watch.VerifyAttestation(n.PeerKey, w.domain, s.Sig[:]); err != nil {
			return err
		}
		nodes[i] = n
	}
	seats, err := k.deps.Actives.SeatsOf(ctx, w.seating(w.node, proof.U128{}, uint32(slot)), nodes)
	if err != nil {
		return err
	}
	var sum uint32
	for i, s := range seats {
		if s.Seats == 0 {
			return types.ErrInvalidProof.Wrapf("node %d does not watch node %d in slot %d", nodes[i].Id, w.node.Id, slot)
		}
		sum += s.Seats
	}
	if sum < w.quorum() {
		return types.ErrInvalidProof.Wrapf("%d seats attest slot %d, %d must", sum, slot, w.quorum())
	}
	return nil
}

// verifyDuties checks that the node had the duties that are drawn, that they are worth what it says, and that it was answered.
func (k *Keeper) verifyDuties(ctx context.Context, w watched, seed [32]byte, bz []byte) error {
	if w.claim.DutyWorth == 0 {
		return types.ErrInvalidProof.Wrap("no duties were claimed")
	}
	openings := w.epoch.Params.Uptime.Openings
	chargeUptime(ctx, len(bz), openings)
	root := proof.Node{Hash: [32]byte(w.claim.DutyRoot), Sum: proof.U64(w.claim.DutyWorth)}
	return proof.VerifyDuties(root, seed, int(openings), bz, func(d proof.Duty) error {
		return k.checkDuty(ctx, w, d)
	})
}

// checkDuty checks one duty of a watcher.
func (k *Keeper) checkDuty(ctx context.Context, w watched, d proof.Duty) error {
	if d.Slot >= w.epoch.Params.Epoch.UptimeSlots {
		return types.ErrInvalidProof.Wrapf("an epoch has %d slots", w.epoch.Params.Epoch.UptimeSlots)
	}
	n, err := k.deps.Nodes.Node(ctx, w.network.Seq, d.Node)
	if err != nil {
		return err
	}
	weight, err := k.deps.Actives.WeightAsOf(ctx, w.network.Seq, w.epoch.Number, n)
	if err != nil {
		return err
	}
	if weight.IsZero() {
		return types.ErrInvalidProof.Wrapf("node %d was not in the active set: nobody watched it", n.Id)
	}
	counts, err := proof.FromBig(weight.BigInt())
	if err != nil {
		return err
	}
	seats, err := k.deps.Actives.SeatsOf(ctx, w.seating(n, counts, d.Slot), []networktypes.Node{w.node})
	if err != nil {
		return err
	}
	if seats[0].Seats == 0 || d.Weight != proof.U64(seats[0].Worth) {
		return types.ErrInvalidProof.Wrapf("watching node %d in slot %d is worth %d", n.Id, d.Slot, seats[0].Worth)
	}
	watch := proof.Watch{Epoch: w.epoch.Number, Slot: d.Slot, Node: n.Id, Watcher: w.node.Id}
	return watch.VerifyAnswer(n.PeerKey, w.domain, d.Answer[:])
}

// chargeUptime charges the gas of a proof of slots or duties before it is read: its bytes and its signatures.
func chargeUptime(ctx context.Context, size int, signatures uint32) {
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(
		types.ProofByteGas*uint64(size)+types.SignatureGas*uint64(signatures), "uptime proof")
}

// isPending tells whether an error says that a seed is still to come.
func isPending(err error) bool { return errors.Is(err, beacontypes.ErrSeedPending) }
