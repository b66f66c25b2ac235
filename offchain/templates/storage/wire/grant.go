package wire

import (
	"encoding/binary"
	"fmt"

	"github.com/mesh-protocol/mesh/proof"
)

// KindGrant is the kind of a grant in its preimage.
const KindGrant = "grant"

// Granted is what a client signs: that a sender may store for an index of its deal with a holder, at about that height.
type Granted struct {
	Deal   uint64
	Index  uint32
	Height uint64
	Holder [32]byte // ed25519 key of the holder's host
	Sender [32]byte // ed25519 key of the host that will ask
}

// Preimage returns the bytes that the client's account key signs. Errors are those of proof.Preimage.
func (g Granted) Preimage(d proof.Domain) ([]byte, error) {
	body := make([]byte, 0, 3*binary.MaxVarintLen64+2*len(g.Holder))
	body = binary.AppendUvarint(body, g.Deal)
	body = binary.AppendUvarint(body, uint64(g.Index))
	body = binary.AppendUvarint(body, g.Height)
	body = append(body, g.Holder[:]...)
	body = append(body, g.Sender[:]...)
	b, err := proof.Preimage(KindGrant, d, body)
	if err != nil {
		return nil, fmt.Errorf("make grant: %w", err)
	}
	return b, nil
}

// Message returns the grant as it is sent.
func (g Granted) Message(clientKey, signature []byte) *Grant {
	return &Grant{Deal: g.Deal, Index: g.Index, Height: g.Height, ClientKey: clientKey, Signature: signature}
}

// Granted returns what was signed if the message is for a holder and came from a sender.
func (m *Grant) Granted(holder, sender [32]byte) Granted {
	return Granted{Deal: m.Deal, Index: m.Index, Height: m.Height, Holder: holder, Sender: sender}
}
