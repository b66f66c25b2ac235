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
	if m.Epoch == 0 || m.Slot >= proof.MaxSlots || m.Watcher == 0 {
		return fmt.Errorf("%w: probe by node %d in slot %d of epoch %d", ErrInvalid, m.Watcher, m.Slot, m.Epoch)
	}
	return checkNonce(m.Nonce)
}

// Validate checks the length of the signature; its error wraps ErrInvalid.
func (m *ProbeAnswer) Validate() error { return checkSignature(m.Sig) }

// Validate checks the bounds of every field, not what the signature holds; its error wraps ErrInvalid.
func (m *Attestation) Validate() error {
	if m.Epoch == 0 || m.Slot >= proof.MaxSlots || m.Watcher == 0 {
		return fmt.Errorf("%w: attestation by node %d of slot %d of epoch %d", ErrInvalid, m.Watcher, m.Slot, m.Epoch)
	}
	if err := checkSignature(m.Sig); err != nil {
		return err
	}
	return checkNonce(m.Nonce)
}

func checkSignature(sig []byte) error {
	if len(sig) != proof.SignatureSize {
		return fmt.Errorf("%w: signature of %d bytes", ErrInvalid, len(sig))
	}
	return nil
}

func checkNonce(nonce []byte) error {
	if len(nonce) < MinNonce || len(nonce) > MaxNonce {
		return fmt.Errorf("%w: nonce of %d bytes", ErrInvalid, len(nonce))
	}
	return nil
}
