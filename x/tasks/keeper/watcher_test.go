package keeper_test

import (
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// witness is what a node collected of an epoch: the seals of its slots, and its duties.
type witness struct {
	f           *fixture
	node, epoch uint64
	seals       map[uint64][]byte
	slots       proof.LeafList
	duties      proof.LeafList
}

// watch asks who watches a node in an epoch.
func (f *fixture) watch(node, epoch uint64) *types.QueryWatchResponse {
	rsp, err := f.queries.Watch(f.ctx, &types.QueryWatchRequest{Network: f.network(), Node: node, Epoch: epoch})
	require.NoError(f.t, err)
	return rsp
}

// domain is where the test's signatures count.
func (f *fixture) domain() proof.Domain { return proof.Domain{ChainID: chainID, Network: f.network()} }

// seal is the attestation of a watcher, by its host key.
func (f *fixture) seal(w proof.Watch) proof.Seal {
	sig, err := w.Attest(hostKey(w.Watcher), f.domain())
	require.NoError(f.t, err)
	return proof.Seal{Watcher: w.Watcher, Sig: [64]byte(sig)}
}

// witness collects what a node that was there all the time has of an epoch: the seals of as few of its watchers as are enough, in
// slots of its own, and the answers of all nodes it watches.
func (f *fixture) witness(node, epoch uint64) *witness {
	w := &witness{f: f, node: node, epoch: epoch, seals: map[uint64][]byte{}}
	mine := f.watch(node, epoch)
	for _, slot := range mine.Slots {
		var seals []proof.Seal
		var sum uint32
		for _, s := range slices.Backward(slot.Seats) {
			if sum < mine.Quorum {
				seals, sum = append(seals, f.seal(proof.Watch{Epoch: epoch, Slot: slot.Slot, Node: node, Watcher: s.Node})), sum+s.Seats
			}
		}
		slices.Reverse(seals)
		w.attested(slot.Slot, seals...)
	}
	for id := uint64(1); id <= uint64(len(f.w.at(f.home).nodes)); id++ {
		for _, slot := range f.watch(id, epoch).Slots {
			for _, s := range slot.Seats {
				if s.Node == node {
					w.did(id, slot.Slot, s.Worth)
				}
			}
		}
	}
	return w
}

// attested adds a slot with its seals.
func (w *witness) attested(slot uint32, seals ...proof.Seal) {
	b, err := proof.EncodeSeals(seals)
	require.NoError(w.f.t, err)
	w.seals[uint64(slot)] = b
	w.slots = append(w.slots, proof.SlotLeaf(slot, b))
}

// did adds a duty of that worth with the node's answer.
func (w *witness) did(node uint64, slot uint32, worth uint64) {
	watch := proof.Watch{Epoch: w.epoch, Slot: slot, Node: node, Watcher: w.node}
	sig, err := watch.Answer(hostKey(node), w.f.domain())
	require.NoError(w.f.t, err)
	leaf, err := proof.Duty{Node: node, Slot: slot, Weight: proof.U64(worth), Answer: [64]byte(sig)}.Leaf()
	require.NoError(w.f.t, err)
	w.duties = append(w.duties, leaf)
}

// trie returns a trie of leaves, of which there may be none.
func (w *witness) trie(leaves proof.LeafList) *proof.Trie {
	t, err := proof.BuildTrie(leaves)
	require.NoError(w.f.t, err)
	return t
}

// add adds slots and duties to a claim.
func (w *witness) add(msg *types.MsgClaim) *types.MsgClaim {
	if root := w.trie(w.slots).Root(); len(w.slots) > 0 {
		msg.UptimeRoot, msg.UptimeSlots = root.Hash[:], uint32(root.Sum.Lo)
	}
	if root := w.trie(w.duties).Root(); len(w.duties) > 0 {
		msg.DutyRoot, msg.DutyWorth = root.Hash[:], root.Sum.Lo
	}
	return msg
}

// claimMsg claims slots and duties, and what the node is owed.
func (w *witness) claimMsg() *types.MsgClaim {
	msg := w.f.claimMsg(w.node, w.epoch)
	if msg.Total.IsZero() {
		msg.Root = nil
	}
	return w.add(msg)
}

// show adds the proofs of slots and duties to a message.
func (w *witness) show(msg *types.MsgProve) *types.MsgProve {
	seed := w.f.seedOf(w.node, w.epoch)
	openings := int(w.f.w.params.Uptime.Openings)
	if len(w.slots) > 0 {
		p, err := proof.ProveUptime(w.trie(w.slots), seed, openings, func(slot uint64) ([]byte, error) { return w.seals[slot], nil })
		require.NoError(w.f.t, err)
		msg.Uptime, err = p.Encode()
		require.NoError(w.f.t, err)
	}
	if len(w.duties) > 0 {
		var err error
		msg.Duties, err = proof.ProveDuties(w.trie(w.duties), seed, openings)
		require.NoError(w.f.t, err)
	}
	return msg
}

// proveMsg proves slots and duties alone.
func (w *witness) proveMsg() *types.MsgProve {
	return w.show(&types.MsgProve{Operator: w.f.operator(w.node), Network: w.f.network(), Epoch: w.epoch})
}
