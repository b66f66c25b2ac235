package work

import "github.com/mesh-protocol/mesh/proof"

// Member is a node as the chain has it.
type Member struct {
	Number    uint64 // in its network, at least 1
	Network   string
	Owner     string   // cold account that bonds and is paid
	Operator  string   // hot account that claims and proves
	PeerKey   [32]byte // ed25519 public key of the libp2p host
	Peer      string   // libp2p name of that key
	Status    MemberStatus
	OwnBond   proof.U128
	GivenBond proof.U128
	Weight    proof.U128 // what it counts in draws from the next opening on
	Offer     Offer
	Joined    uint64 // epoch in which it was registered
}

// MemberStatus is where a node stands.
type MemberStatus int

// A node takes part while its bond is at least the minimum; suspended it may resume.
const (
	MemberJoined MemberStatus = iota + 1
	MemberSuspended
	MemberLeft
)

// String returns the status in one word.
func (s MemberStatus) String() string {
	words := [...]string{"unknown", "joined", "suspended", "left"}
	if s < 0 || int(s) >= len(words) {
		return words[0]
	}
	return words[s]
}

// Offer is what a node has and asks for.
type Offer struct {
	Region        string // up to 16 of a–z, 0–9 and '-', or empty
	StorageBytes  uint64 // for pieces
	MemoryBytes   uint64 // for tasks
	CommissionBps int    // of its pay, to those who give bonds from now on
}

// Bootstrap is where peers may enter a network.
type Bootstrap struct {
	Peer    string   // libp2p name of the host
	Addrs   []string // multiaddrs without the peer id
	Expires int64    // the last height it counts at
}
