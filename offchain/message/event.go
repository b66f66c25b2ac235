package message

import (
	"fmt"
	"slices"
)

// Limits of custom events.
const (
	// MaxEventName is the longest name of an event, in bytes.
	MaxEventName = 64
	// MaxEventNonce is the longest nonce of an event, in bytes.
	MaxEventNonce = 16
)

// NewEvent wraps a custom event. The payload is canonical JSON by agreement and is not looked at. The nonce, 0 to 16
// bytes, tells equal events apart: without one, a second event of the same name and payload is taken for a copy of the
// first. It returns ErrInvalid for a name or nonce out of bounds and ErrTooLarge for the payload.
func NewEvent(name string, payload, nonce []byte) (*Envelope, error) {
	return Seal(TypeCustom, &Event{Name: name, Payload: payload, Nonce: nonce})
}

// OpenEvent returns the event in an envelope: ErrWrongType if there is none, else errors as of Decode.
func OpenEvent(e *Envelope) (*Event, error) {
	if e.Type != TypeCustom {
		return nil, fmt.Errorf("open event: %w: %d", ErrWrongType, e.Type)
	}
	event := new(Event)
	if err := Decode(e.Body, event); err != nil {
		return nil, err
	}
	return event, nil
}

// Validate checks the name and the nonce; its error wraps ErrInvalid.
func (m *Event) Validate() error {
	switch {
	case !isName(m.Name, MaxEventName):
		return fmt.Errorf("%w: event name %.80q", ErrInvalid, m.Name)
	case len(m.Nonce) > MaxEventNonce:
		return fmt.Errorf("%w: event nonce of %d bytes", ErrInvalid, len(m.Nonce))
	}
	return nil
}

// isName reports whether s is 1 to limit printable ASCII characters without space.
func isName(s string, limit int) bool {
	return len(s) > 0 && len(s) <= limit && !slices.ContainsFunc([]byte(s), func(c byte) bool { return c <= ' ' || c > '~' })
}
