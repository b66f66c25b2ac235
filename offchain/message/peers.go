package message

import (
	"fmt"
	"slices"
)

// Limits of peer exchange.
const (
	// MaxKnownPeers is the largest number of records in an answer.
	MaxKnownPeers = 32
	// MinNonce and MaxNonce bound the nonce of a request, in bytes.
	MinNonce = 8
	MaxNonce = 16
)

// Validate accepts every ping.
func (m *Ping) Validate() error { return nil }

// Validate accepts every pong.
func (m *Pong) Validate() error { return nil }

// Validate checks the bounds of every field; its error wraps ErrInvalid.
func (m *RequestPeers) Validate() error {
	switch {
	case m.Max == 0 || m.Max > MaxKnownPeers:
		return fmt.Errorf("%w: request for %d peers", ErrInvalid, m.Max)
	case len(m.PeerRecord) > MaxPeerRecord:
		return fmt.Errorf("%w: peer record of %d bytes", ErrInvalid, len(m.PeerRecord))
	}
	return checkNonce(m.Nonce)
}

// Validate checks the number and the sizes of the records, not what is in them; its error wraps ErrInvalid.
func (m *KnownPeers) Validate() error {
	tooLong := func(record []byte) bool { return len(record) == 0 || len(record) > MaxPeerRecord }
	switch {
	case len(m.SealedPeerRecords) > MaxKnownPeers:
		return fmt.Errorf("%w: %d peer records", ErrInvalid, len(m.SealedPeerRecords))
	case slices.ContainsFunc(m.SealedPeerRecords, tooLong):
		return fmt.Errorf("%w: size of a peer record", ErrInvalid)
	}
	return checkNonce(m.RequestNonce)
}

func checkNonce(nonce []byte) error {
	if len(nonce) < MinNonce || len(nonce) > MaxNonce {
		return fmt.Errorf("%w: nonce of %d bytes", ErrInvalid, len(nonce))
	}
	return nil
}
