package message

import (
	"bytes"
	"fmt"

	"lukechampine.com/blake3"
)

// Version is the version of envelopes.
const Version = 1

// Sizes in bytes.
const (
	// IDSize is the length of the id of a message.
	IDSize = 16
	// SchemaSize is the length of the hash of a schema.
	SchemaSize = 32
	// MaxGossip bounds an encoded envelope in gossip; what is larger is announced by hash and fetched by stream.
	MaxGossip = 4 << 10
)

// ID returns the id of a message body: BLAKE3, https://github.com/BLAKE3-team/BLAKE3-specs, cut to 16 bytes.
func ID(body []byte) [IDSize]byte {
	sum := blake3.Sum256(body)
	return [IDSize]byte(sum[:IDSize])
}

// NewEnvelope wraps a body, which it keeps. Height, deadline, schema and signature are the caller's to add.
func NewEnvelope(t Type, body []byte) *Envelope {
	id := ID(body)
	return &Envelope{V: Version, Type: t, Id: id[:], Body: body}
}

// Seal encodes a body and wraps it; errors as of Encode.
func Seal(t Type, body Body) (*Envelope, error) {
	b, err := Encode(body)
	if err != nil {
		return nil, err
	}
	return NewEnvelope(t, b), nil
}

// Validate checks what can be checked without knowing the time, the chain or the key: version (ErrVersion), type, id,
// and that schema, signer and signature are whole or absent (ErrInvalid). The signature is checked by Verify.
func (m *Envelope) Validate() error {
	id := ID(m.Body)
	switch {
	case m.V != Version:
		return fmt.Errorf("%w: %d", ErrVersion, m.V)
	case m.Type <= TypeUnspecified:
		return fmt.Errorf("%w: type %d", ErrInvalid, m.Type)
	case !bytes.Equal(m.Id, id[:]):
		return fmt.Errorf("%w: id is not the hash of the body", ErrInvalid)
	case len(m.Schema) != 0 && (len(m.Schema) != SchemaSize || m.Type != TypeCustom):
		return fmt.Errorf("%w: schema of %d bytes on type %d", ErrInvalid, len(m.Schema), m.Type)
	case len(m.Signer) == 0 && len(m.Sig) == 0:
		return nil
	case len(m.Signer) != signerSize || len(m.Sig) != sigSize:
		return fmt.Errorf("%w: signer of %d bytes with a signature of %d", ErrInvalid, len(m.Signer), len(m.Sig))
	}
	return nil
}
