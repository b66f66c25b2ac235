package work

import "github.com/mesh-protocol/mesh/proof"

// Channel is money that a client has set aside for one node, as the chain has it.
type Channel struct {
	ID       uint64 // at least 1, counted over all networks
	Network  string
	Node     uint64
	Client   string     // has put the money in and gets what is left
	Key      [32]byte   // ed25519 public key that signs vouchers
	Deposit  proof.U128 // everything that was put in
	Redeemed proof.U128 // what vouchers have taken out
	Count    uint64     // tasks paid, as the latest redeemed voucher says
	Expires  int64      // the last height at which vouchers are redeemed
}

// Voucher is a client's promise to the node of a channel, and the signature of the channel's key under it.
type Voucher struct {
	proof.Voucher
	Signature [proof.SignatureSize]byte
}

// IsNone tells whether there is no voucher: one that promises something has an amount.
func (v Voucher) IsNone() bool { return v.Amount.IsZero() }

// Account is where a channel stands off chain, as its node says.
type Account struct {
	Latest Voucher    // of the largest amount; may be none
	Used   proof.U128 // what of that amount was taken for work that was done
}
