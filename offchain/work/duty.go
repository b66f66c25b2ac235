package work

import "github.com/mesh-protocol/mesh/proof"

// Duty is something a node must send to the chain between two heights.
type Duty struct {
	Kind    DutyKind
	Epoch   uint64 // of a claim or a proof
	Ref     IndexRef
	Request uint64 // to open a block
	From    int64  // the first height it can be done at
	Until   int64  // the first height at which it cannot; 0 = not fixed yet
	AtStake proof.U128
}

// DutyKind says what must be sent.
type DutyKind string

// The duties of a node that holds storage.
const (
	DutyClaim DutyKind = "claim" // say what an epoch's work was
	DutyProof DutyKind = "proof" // prove a claim
	DutyOpen  DutyKind = "open"  // show a block somebody asked for
	DutyAck   DutyKind = "ack"   // acknowledge a layout
	// DutyRedeem is to redeem vouchers before their channel expires; the chain does not know whether there are any.
	DutyRedeem DutyKind = "redeem"
	DutyCommit DutyKind = "commit" // commit to the result of a posted task
	DutyReveal DutyKind = "reveal" // reveal it
)

// Window is when claims and proofs of an epoch are taken.
type Window struct {
	ClaimsFrom  int64 // 0 = not fixed yet
	ClaimsUntil int64 // the first height at which they are not taken
	Seed        [32]byte
	SeedHeight  int64 // 0 = the seed of the proofs is not fixed yet
}

// Challenge says what the proof of a claim must show.
type Challenge struct {
	Seed     [32]byte // of the draws, a node's own
	Openings int      // draws of bytes of deals
	Watched  int      // draws of slots, and of duties
	Fixed    bool     // the beacon has given the seed
}

// OpenRequest asks a node to show a block at once.
type OpenRequest struct {
	ID       uint64
	Ref      IndexRef
	Position uint64 // byte of the index
	Deadline int64  // the last height an answer is taken at
	Layout   Layout // the answer is held against; without its version
}
