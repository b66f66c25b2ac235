package storage

import (
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardtypes "github.com/mesh-protocol/mesh/x/rewards/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// Presence is what a node collected of an epoch: attested slots and duties it did.
type Presence struct {
	// Holder is the node, Epoch the one that it collected of.
	Holder *Holder
	Epoch  uint64

	seals  map[uint64][]byte
	slots  proof.LeafList
	duties proof.LeafList
}

// Watched asks who watches the node in an epoch.
func (h *Holder) Watched(epoch uint64) *tasktypes.QueryWatchResponse {
	n := h.net
	n.t.Helper()
	at := [2]uint64{h.ID, epoch}
	if known := n.watches[at]; known != nil {
		return known
	}
	rsp, err := n.State().queries.Watch(n.State().ask(), &tasktypes.QueryWatchRequest{Network: n.Record.Id, Node: h.ID, Epoch: epoch})
	require.NoError(n.t, err)
	if rsp.SeedHeight != 0 {
		n.watches[at] = rsp // for good
	}
	return rsp
}

// Watches calls a function for each slot of an epoch in which the node was drawn to watch another, with what that is worth.
func (h *Holder) Watches(other *Holder, epoch uint64, do func(w proof.Watch, worth uint64)) {
	h.net.t.Helper()
	for _, slot := range other.Watched(epoch).Slots {
		for _, s := range slot.Seats {
			if s.Node == h.ID {
				do(proof.Watch{Epoch: epoch, Slot: slot.Slot, Node: other.ID, Watcher: h.ID}, s.Worth)
			}
		}
	}
}

// PresenceTerms returns the figures by which an epoch pays for being there.
func (n *Network) PresenceTerms(epoch uint64) rewardtypes.Presence {
	n.t.Helper()
	e, err := n.keepers().Network.Epoch(n.State().ctx, n.Record.Seq, epoch)
	require.NoError(n.t, err)
	emission := rewardtypes.Emission(n.Record.Token.FirstEmission(), n.Record.Token.HalvingEpochs, epoch)
	return rewardtypes.Presence{
		Bucket: rewardtypes.Bucket(emission, e.Params.Distribution.UptimeBps), Bonds: e.Weight,
		YieldPpm: e.Params.Uptime.YieldPpm, ContributionBps: e.Params.Uptime.ContributionBps,
		Slots: uint64(e.Params.Epoch.UptimeSlots), Whole: networktypes.Whole,
	}
}

// Seal is an attestation in the name of its watcher, signed by the node, which an honest one does as the watcher only.
func (h *Holder) Seal(w proof.Watch) proof.Seal {
	h.net.t.Helper()
	sig, err := w.Attest(h.peer, h.net.domain)
	require.NoError(h.net.t, err)
	return proof.Seal{Watcher: w.Watcher, Sig: [proof.SignatureSize]byte(sig)}
}

// Reply is an answer to a watcher, signed by the node, which an honest one does as the one that is watched only.
func (h *Holder) Reply(w proof.Watch) [proof.SignatureSize]byte {
	h.net.t.Helper()
	sig, err := w.Answer(h.peer, h.net.domain)
	require.NoError(h.net.t, err)
	return [proof.SignatureSize]byte(sig)
}

// NewPresence returns the presence of a node that has collected nothing of an epoch.
func (h *Holder) NewPresence(epoch uint64) *Presence {
	return &Presence{Holder: h, Epoch: epoch, seals: map[uint64][]byte{}}
}

// Presence collects what the node has of an epoch, if those watchers attest it and those nodes answer it for which the functions say so.
func (h *Holder) Presence(epoch uint64, attests, answers func(*Holder) bool) *Presence {
	n := h.net
	n.t.Helper()
	p := h.NewPresence(epoch)
	watched := h.Watched(epoch)
	for _, slot := range watched.Slots {
		p.attest(slot, watched.Quorum, attests)
	}
	for _, other := range n.Holders {
		if answers(other) {
			h.Watches(other, epoch, func(w proof.Watch, worth uint64) { p.Did(w, worth, other.Reply(w)) })
		}
	}
	return p
}

// attest adds a slot if enough of its watchers attest it.
func (p *Presence) attest(slot tasktypes.WatchedSlot, quorum uint32, attests func(*Holder) bool) {
	h := p.Holder
	var seals []proof.Seal
	var seats uint32
	for _, s := range slot.Seats {
		watcher := h.net.Holders[s.Node-1]
		if seats >= quorum || !attests(watcher) {
			continue
		}
		w := proof.Watch{Epoch: p.Epoch, Slot: slot.Slot, Node: h.ID, Watcher: watcher.ID}
		seals, seats = append(seals, watcher.Seal(w)), seats+s.Seats
	}
	if seats >= quorum {
		p.Attested(slot.Slot, seals...)
	}
}

// Attested adds a slot with its seals in the order of their watchers, whatever they are.
func (p *Presence) Attested(slot uint32, seals ...proof.Seal) {
	p.Holder.net.t.Helper()
	b, err := proof.EncodeSeals(seals)
	require.NoError(p.Holder.net.t, err)
	p.seals[uint64(slot)] = b
	p.slots = append(p.slots, proof.SlotLeaf(slot, b))
}

// Did adds a duty of that worth with its answer, whatever they are.
func (p *Presence) Did(w proof.Watch, worth uint64, answer [proof.SignatureSize]byte) {
	p.Holder.net.t.Helper()
	leaf, err := proof.Duty{Node: w.Node, Slot: w.Slot, Weight: proof.U64(worth), Answer: answer}.Leaf()
	require.NoError(p.Holder.net.t, err)
	p.duties = append(p.duties, leaf)
}

// Slots is the number of slots that enough watchers attested.
func (p *Presence) Slots() int { return len(p.slots) }

// Worth is the sum of what the duties are worth.
func (p *Presence) Worth() uint64 { return p.Holder.Trie(p.duties).Root().Sum.Lo }

// ClaimMsg claims slots and duties, and what deals owe the node.
func (p *Presence) ClaimMsg() *tasktypes.MsgClaim {
	h := p.Holder
	msg := &tasktypes.MsgClaim{Operator: h.Operator.String(), Network: h.net.Record.Id, Epoch: p.Epoch, Total: math.ZeroInt()}
	if leaves := h.Leaves(p.Epoch); len(leaves) > 0 {
		msg = h.ClaimMsg(p.Epoch, h.Trie(leaves).Root())
	}
	if root := h.Trie(p.slots).Root(); len(p.slots) > 0 {
		msg.UptimeRoot, msg.UptimeSlots = root.Hash[:], uint32(len(p.slots))
	}
	if root := h.Trie(p.duties).Root(); len(p.duties) > 0 {
		msg.DutyRoot, msg.DutyWorth = root.Hash[:], root.Sum.Lo
	}
	return msg
}

// ProofMsg proves slots and duties, and the deals.
func (p *Presence) ProofMsg() *tasktypes.MsgProve {
	h, t := p.Holder, p.Holder.net.t
	msg := &tasktypes.MsgProve{Operator: h.Operator.String(), Network: h.net.Record.Id, Epoch: p.Epoch}
	if leaves := h.Leaves(p.Epoch); len(leaves) > 0 {
		var err error
		msg, err = h.ProofMsg(p.Epoch, h.Trie(leaves))
		require.NoError(t, err)
	}
	seed, _ := h.Seed(p.Epoch)
	openings := int(h.net.Terms().Uptime.Openings)
	if len(p.slots) > 0 {
		up, err := proof.ProveUptime(h.Trie(p.slots), seed, openings, func(slot uint64) ([]byte, error) { return p.seals[slot], nil })
		require.NoError(t, err)
		msg.Uptime, err = up.Encode()
		require.NoError(t, err)
	}
	if len(p.duties) > 0 {
		var err error
		msg.Duties, err = proof.ProveDuties(h.Trie(p.duties), seed, openings)
		require.NoError(t, err)
	}
	return msg
}
