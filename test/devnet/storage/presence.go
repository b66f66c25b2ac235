package storage

import (
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// Presence is what a node collected of an epoch: attested slots and duties it did.
type Presence struct {
	holder *Holder
	epoch  uint64
	seals  map[uint64][]byte
	slots  proof.LeafList
	duties proof.LeafList
}

// Watched asks who watches the node in an epoch.
func (h *Holder) Watched(epoch uint64) *tasktypes.QueryWatchResponse {
	n := h.net
	n.t.Helper()
	rsp, err := n.State().queries.Watch(n.State().ask(), &tasktypes.QueryWatchRequest{Network: n.Record.Id, Node: h.ID, Epoch: epoch})
	require.NoError(n.t, err)
	return rsp
}

// Presence collects what the node has of an epoch, if of all nodes only those that were there attest and answer.
func (h *Holder) Presence(epoch uint64, there func(*Holder) bool) *Presence {
	n := h.net
	n.t.Helper()
	p := &Presence{holder: h, epoch: epoch, seals: map[uint64][]byte{}}
	watched := h.Watched(epoch)
	for _, slot := range watched.Slots {
		p.attest(slot, watched.Quorum, there)
	}
	for _, other := range n.Holders {
		if !there(other) {
			continue
		}
		for _, slot := range other.Watched(epoch).Slots {
			for _, s := range slot.Seats {
				if s.Node == h.ID {
					p.did(other, slot.Slot, s.Worth)
				}
			}
		}
	}
	return p
}

// attest adds a slot if enough of its watchers attest it.
func (p *Presence) attest(slot tasktypes.WatchedSlot, quorum uint32, there func(*Holder) bool) {
	h := p.holder
	var seals []proof.Seal
	var seats uint32
	for _, s := range slot.Seats {
		watcher := h.net.Holders[s.Node-1]
		if seats >= quorum || !there(watcher) {
			continue
		}
		w := proof.Watch{Epoch: p.epoch, Slot: slot.Slot, Node: h.ID, Watcher: watcher.ID}
		sig, err := w.Attest(watcher.peer, h.net.domain)
		require.NoError(h.net.t, err)
		seals, seats = append(seals, proof.Seal{Watcher: watcher.ID, Sig: [64]byte(sig)}), seats+s.Seats
	}
	if seats < quorum {
		return
	}
	b, err := proof.EncodeSeals(seals)
	require.NoError(h.net.t, err)
	p.seals[uint64(slot.Slot)] = b
	p.slots = append(p.slots, proof.SlotLeaf(slot.Slot, b))
}

// did adds a duty with the answer of the node that was watched.
func (p *Presence) did(watched *Holder, slot uint32, worth uint64) {
	n := p.holder.net
	w := proof.Watch{Epoch: p.epoch, Slot: slot, Node: watched.ID, Watcher: p.holder.ID}
	sig, err := w.Answer(watched.peer, n.domain)
	require.NoError(n.t, err)
	leaf, err := proof.Duty{Node: watched.ID, Slot: slot, Weight: proof.U64(worth), Answer: [64]byte(sig)}.Leaf()
	require.NoError(n.t, err)
	p.duties = append(p.duties, leaf)
}

// Slots is the number of slots that enough watchers attested.
func (p *Presence) Slots() int { return len(p.slots) }

// Worth is the sum of what the duties are worth.
func (p *Presence) Worth() uint64 { return p.holder.Trie(p.duties).Root().Sum.Lo }

// ClaimMsg claims slots and duties, and what deals owe the node.
func (p *Presence) ClaimMsg() *tasktypes.MsgClaim {
	h := p.holder
	msg := &tasktypes.MsgClaim{Operator: h.Operator.String(), Network: h.net.Record.Id, Epoch: p.epoch, Total: math.ZeroInt()}
	if leaves := h.Leaves(p.epoch); len(leaves) > 0 {
		msg = h.ClaimMsg(p.epoch, h.Trie(leaves).Root())
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
	h, t := p.holder, p.holder.net.t
	msg := &tasktypes.MsgProve{Operator: h.Operator.String(), Network: h.net.Record.Id, Epoch: p.epoch}
	if leaves := h.Leaves(p.epoch); len(leaves) > 0 {
		var err error
		msg, err = h.ProofMsg(p.epoch, h.Trie(leaves))
		require.NoError(t, err)
	}
	seed, _ := h.Seed(p.epoch)
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
