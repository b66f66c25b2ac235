package work

// Post is something a node must bring to the chain. Exactly one of the fields below NotAfter is set.
type Post struct {
	Key      string // names it for ever: what is posted under one key is posted once
	NotAfter int64  // the last height at which it is of use; 0 = always
	Price    int    `json:",omitempty"` // percent of the usual price of gas; 0 = 100

	Claim   *Claim    `json:",omitempty"`
	Proof   *Proven   `json:",omitempty"`
	Acks    []Ack     `json:",omitempty"`
	Lost    *IndexRef `json:",omitempty"` // an index of the node's own
	Declare *IndexRef `json:",omitempty"` // an index of somebody else
	Take    *IndexRef `json:",omitempty"`
	Answer  *Answer   `json:",omitempty"`
	Redeem  []Voucher `json:",omitempty"` // of channels that pay the node
	Draw    uint64    `json:",omitempty"` // a deal
	Prune   uint64    `json:",omitempty"` // a node that does nothing
	Resume  bool      `json:",omitempty"`
}

// Ack acknowledges a version of a deal's layout for one index.
type Ack struct {
	Ref     IndexRef
	Version uint64
}

// Answer shows a block that was asked for.
type Answer struct {
	Request       uint64
	LayoutOpening []byte
	ChunkOpening  []byte
}
