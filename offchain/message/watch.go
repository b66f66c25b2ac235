package message

import (
	"fmt"

	"github.com/mesh-protocol/mesh/proof"
)

// Validate checks the bounds of every field; its error wraps ErrInvalid.
func (m *Summons) Validate() error {
	if m.Epoch == 0 || m.Node == 0 || m.Slots == 0 {
		return fmt.Errorf("%w: summons of node %d to slots %x of epoch %d", ErrInvalid, m.Node, m.Slots, m.Epoch)
	}
	return checkNonce(m.Nonce)
}

// Validate checks the bounds of every field; its error wraps ErrInvalid.
func (m *Probe) Validate() error {
	if err := checkVisit("probe", m.Watcher, m.Slot, m.Epoch); err != nil {
		return err
	}
	return checkNonce(m.Nonce)
}

// Validate checks the length of the signature; its error wraps ErrInvalid.
func (m *ProbeAnswer) Validate() error { return checkSignature(m.Sig) }

// Validate checks the bounds of every field, not what the signature holds; its error wraps ErrInvalid.
func (m *Attestation) Validate() error {
	if err := checkVisit("attestation", m.Watcher, m.Slot, m.Epoch); err != nil {
		return err
	}
	if err := checkSignature(m.Sig); err != nil {
		return err
	}
	return checkNonce(m.Nonce)
}

func checkVisit(what string, watcher uint64, slot uint32, epoch uint64) error {
	if watcher == 0 || slot >= proof.MaxSlots || epoch == 0 {
		return fmt.Errorf("%w: %s by node %d in slot %d of epoch %d", ErrInvalid, what, watcher, slot, epoch)
	}
	return nil
}

func checkSignature(sig []byte) error {
	if len(sig) != proof.SignatureSize {
		return fmt.Errorf("%w: signature of %d bytes", ErrInvalid, len(sig))
	}
	return nil
}
