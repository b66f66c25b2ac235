package wire

import (
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

func (m *Pay) validate() error {
	if m.Channel == 0 {
		return fmt.Errorf("%w: payment without a channel", ErrInvalid)
	}
	return validVoucher(m.Amount, m.Count, m.Evidence, m.Signature)
}

func (m *Fellow) validate() error {
	if m.Deal == 0 {
		return fmt.Errorf("%w: fellow of no deal", ErrInvalid)
	}
	return nil
}

func (m *Account) validate() error {
	if len(m.Used) != 0 && (len(m.Used) != AmountSize || proof.U128FromBytes([AmountSize]byte(m.Used)).IsZero()) {
		return fmt.Errorf("%w: used amount of %d bytes, or of nothing", ErrInvalid, len(m.Used))
	}
	return validVoucher(m.Amount, m.Count, m.Evidence, m.Signature)
}

// validVoucher checks that a voucher is there whole, with an amount that is more than nothing, or not at all.
func validVoucher(amount []byte, count uint64, evidence, signature []byte) error {
	if len(amount) == 0 && count == 0 && len(evidence) == 0 && len(signature) == 0 {
		return nil
	}
	if len(amount) != AmountSize || count == 0 || len(evidence) != EvidenceSize || len(signature) != SignatureSize || proof.U128FromBytes([AmountSize]byte(amount)).IsZero() {
		return fmt.Errorf("%w: half a voucher", ErrInvalid)
	}
	return nil
}

// PayWith hands a voucher over.
func PayWith(v work.Voucher) *Pay {
	m := &Pay{Channel: v.Channel}
	m.Amount, m.Count, m.Evidence, m.Signature = voucherFields(v)
	return m
}

// Voucher returns the voucher that is handed over, which is none where the sender only asks; m is valid.
func (m *Pay) Voucher() work.Voucher {
	return voucherOf(m.Channel, m.Amount, m.Count, m.Evidence, m.Signature)
}

// AccountOf returns where a channel stands, as it is sent.
func AccountOf(a work.Account) *Account {
	m := &Account{}
	m.Amount, m.Count, m.Evidence, m.Signature = voucherFields(a.Latest)
	if !a.Used.IsZero() {
		used := a.Used.Bytes()
		m.Used = used[:]
	}
	return m
}

// Account returns where a channel stands; m is valid.
func (m *Account) Account(channel uint64) work.Account {
	a := work.Account{Latest: voucherOf(channel, m.Amount, m.Count, m.Evidence, m.Signature)}
	if len(m.Used) != 0 {
		a.Used = proof.U128FromBytes([AmountSize]byte(m.Used))
	}
	return a
}

// voucherFields returns the fields of a voucher as they are sent: none if there is none.
func voucherFields(v work.Voucher) (amount []byte, count uint64, evidence, signature []byte) {
	if v.IsNone() {
		return nil, 0, nil, nil
	}
	b := v.Amount.Bytes()
	return b[:], v.Count, v.Evidence[:], v.Signature[:]
}

func voucherOf(channel uint64, amount []byte, count uint64, evidence, signature []byte) work.Voucher {
	if len(amount) == 0 {
		return work.Voucher{}
	}
	return work.Voucher{
		Voucher: proof.Voucher{
			Channel: channel, Amount: proof.U128FromBytes([AmountSize]byte(amount)), Count: count, Evidence: [EvidenceSize]byte(evidence),
		},
		Signature: [SignatureSize]byte(signature),
	}
}
