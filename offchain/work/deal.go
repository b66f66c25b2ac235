package work

import "github.com/mesh-protocol/mesh/proof"

// Deal is a client's paid storage space on the nodes of a network, as the chain has it.
type Deal struct {
	ID         uint64 // at least 1, counted over all networks
	Network    string // id of the network
	Client     string // account that pays and may change what lies in the space
	Profile    Profile
	Space      uint64 // bytes on each index
	Rate       proof.U128
	FirstEpoch uint64 // the first and the last epoch an index can be owed for
	LastEpoch  uint64
	Escrow     proof.U128
	Reserve    proof.U128 // for repairs
	Layout     Layout     // the latest committed
	Settled    bool       // everybody was paid and the rest given back
	Opened     int64      // height
}

// IsOver tells whether nobody can be owed for the deal any more from an epoch on.
func (d Deal) IsOver(epoch uint64) bool { return d.Settled || epoch > d.LastEpoch }

// Profile is how segments are coded: any K of N pieces are enough.
type Profile struct{ K, N int }

// Current is how many indices must have acknowledged a layout before it counts as stored: K and half of the
// rest, rounded up.
func (p Profile) Current() int { return p.K + (p.N-p.K+1)/2 }

// Layout commits to what lies in a deal's space.
type Layout struct {
	Version uint64   // counts up by one; 0 before the first
	Root    [32]byte // hash of the layout tree's root
	Bytes   uint64   // on each index
}

// IndexStatus is where an index of a deal stands.
type IndexStatus int

// An index is drawn, acknowledged, held, perhaps lost, and rebuilt.
const (
	IndexUnassigned IndexStatus = iota + 1 // waits for a draw; no bytes of it exist yet
	IndexAssigned                          // waits for the first ack of the node that was drawn
	IndexHeld                              // lies on a node
	IndexVacant                            // was lost and waits for a node to take it
	IndexReserved                          // is being rebuilt by the node that took it
)

// String returns the status in one word.
func (s IndexStatus) String() string {
	words := [...]string{"unknown", "unassigned", "assigned", "held", "vacant", "reserved"}
	if s < 0 || int(s) >= len(words) {
		return words[0]
	}
	return words[s]
}

// Index is one of the n parts of a deal.
type Index struct {
	Status     IndexStatus
	Node       uint64 // that was drawn for it, holds or rebuilds it; 0 for none
	Acked      Layout // the node last acknowledged
	FromEpoch  uint64 // the first epoch the node is owed for, while it holds the index
	SinceEpoch uint64 // the epoch and the block in which the status began
	Since      int64
	LostBy     uint64 // the node that held it last, while another holder is wanted after a loss; else 0
	// Claimed is what the claim for ClaimedEpoch is proved against, while its proof may still come and the node has
	// acknowledged another layout since.
	Claimed      Layout
	ClaimedEpoch uint64 // 0 for none
}

// ProvedBy returns the layout that a claim of the holder for an epoch is proved against.
func (i Index) ProvedBy(epoch uint64) Layout {
	if epoch != 0 && i.ClaimedEpoch == epoch {
		return i.Claimed
	}
	return i.Acked
}

// IndexRef names an index.
type IndexRef struct {
	Deal  uint64
	Index int
}

// Stint is a time a node held an index, after it has ended.
type Stint struct {
	Ref      IndexRef
	From, To uint64 // the first and the last epoch the node is owed for
	Rate     proof.U128
}

// Covers tells whether the node is owed for an epoch.
func (s Stint) Covers(epoch uint64) bool { return s.From <= epoch && epoch <= s.To }

// Vacant is an index that waits for a node to take it.
type Vacant struct {
	Ref    IndexRef
	LostBy uint64 // the node that held it last
}

// Held is an index that a node was drawn for, holds or rebuilds, with its deal.
type Held struct {
	Ref  IndexRef
	At   Index
	Deal Deal
}
