package work

import "github.com/mesh-protocol/mesh/proof"

// Claim says what a node did in an epoch: the roots of three Merkle-sum tries, each empty where there is nothing to say.
type Claim struct {
	Epoch  uint64
	Deals  proof.Node // over the deals that owe the node; the sum is what they do
	Slots  proof.Node // over the slots in which enough watchers attested the node; the sum is their number
	Duties proof.Node // over what the node did as a watcher; the sum is what that is worth
}

// IsEmpty tells whether nothing is claimed.
func (c Claim) IsEmpty() bool { return c.Deals.IsEmpty() && c.Slots.IsEmpty() && c.Duties.IsEmpty() }

// Made is what a claim is made of.
type Made struct {
	Deals []proof.Leaf // one for each deal that owes the node
	Attested
}

// Proven is the proof of a claim, each part in the encoding of the protocol page on proofs, and empty where nothing of it was claimed.
type Proven struct {
	Epoch  uint64
	Deals  []byte `json:",omitempty"`
	Slots  []byte `json:",omitempty"`
	Duties []byte `json:",omitempty"`
}
