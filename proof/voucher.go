package proof

import (
	"crypto/ed25519"
	"fmt"
)

// KindVoucher is the kind of a Voucher in its preimage.
const KindVoucher = "voucher"

// MaxVoucherSize bounds an encoded Voucher: two integers of 64 bits, one amount, one hash, tags and lengths. With its
// signature it stays below 250 bytes however many tasks it settles.
const MaxVoucherSize = 2*(1+maxVarint64) + (2 + U128Size) + (2 + 32)

// Voucher is a client's promise to a node in a payment channel. It is cumulative: it replaces every voucher of the same
// channel with a smaller amount, so one voucher settles any number of tasks.
type Voucher struct {
	Channel  uint64   // id of the channel on chain
	Amount   U128     // everything promised so far, in the smallest unit of the network's token
	Count    uint64   // tasks paid so far
	Evidence [32]byte // digest of what was paid for; its meaning belongs to the task's template
}

// Encode returns the canonical bytes, at most MaxVoucherSize.
func (v Voucher) Encode() []byte {
	amount := v.Amount.Bytes()
	b := make([]byte, 0, MaxVoucherSize)
	b = appendUint(b, 1, v.Channel)
	b = appendBytes(b, 2, amount[:])
	b = appendUint(b, 3, v.Count)
	return appendBytes(b, 4, v.Evidence[:])
}

// DecodeVoucher reads what Encode writes and nothing else. Errors: ErrTooLarge, ErrTruncated, ErrTrailing, ErrRange,
// ErrNotCanonical.
func DecodeVoucher(b []byte) (Voucher, error) {
	var v Voucher
	var amount [U128Size]byte
	f := openBody(b, MaxVoucherSize)
	v.Channel = f.uint(1)
	f.fixed(2, amount[:])
	v.Amount = U128FromBytes(amount)
	v.Count = f.uint(3)
	f.fixed(4, v.Evidence[:])
	if err := f.end(); err != nil {
		return Voucher{}, fmt.Errorf("decode voucher: %w", err)
	}
	return v, nil
}

// SignBytes returns the preimage of the voucher in a domain, for keys that SignBody does not know.
func (v Voucher) SignBytes(d Domain) ([]byte, error) { return Preimage(KindVoucher, d, v.Encode()) }

// Sign signs the voucher with the channel's paying key.
func (v Voucher) Sign(key ed25519.PrivateKey, d Domain) ([]byte, error) {
	return SignBody(key, KindVoucher, d, v.Encode())
}

// Verify checks the payer's signature; errors as of VerifyBody.
func (v Voucher) Verify(pub []byte, d Domain, sig []byte) error {
	return VerifyBody(pub, KindVoucher, d, v.Encode(), sig)
}
