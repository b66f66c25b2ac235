package message

import "fmt"

// Topic is the typed view of the messages of one type, or of the custom events of one name.
type Topic[T any] struct {
	typ    Type
	event  string // of a custom event, else empty
	schema []byte
	encode func(T) ([]byte, error)
	decode func([]byte) (T, error)
}

// BodyTopic is the topic of a message type whose body is the protobuf message M. For events, see EventTopic.
func BodyTopic[M any, P interface {
	*M
	Body
}](t Type) Topic[P] {
	return Topic[P]{
		typ:    t,
		encode: func(m P) ([]byte, error) { return Encode(m) },
		decode: func(b []byte) (P, error) {
			m := P(new(M))
			return m, Decode(b, m)
		},
	}
}

// EventTopic is the topic of the custom events of a name. The schema is the BLAKE3-256 hash of the JSON schema of
// the payload, 32 bytes, or nil for none. The functions turn values into payloads and back; decode meets hostile bytes.
func EventTopic[T any](name string, schema []byte, encode func(T) ([]byte, error), decode func([]byte) (T, error)) Topic[T] {
	return Topic[T]{typ: TypeCustom, event: name, schema: schema, encode: encode, decode: decode}
}

// Seal wraps a value. The nonce, at most 16 bytes, tells equal events apart; messages that are no events have no place
// for one (ErrInvalid). Other errors are those of the topic's encoder and of Encode.
func (t Topic[T]) Seal(v T, nonce []byte) (*Envelope, error) {
	body, err := t.encode(v)
	if err != nil {
		return nil, err
	}
	if t.typ != TypeCustom {
		if len(nonce) != 0 {
			return nil, fmt.Errorf("seal: %w: nonce for a message that is no event", ErrInvalid)
		}
		return NewEnvelope(t.typ, body), nil
	}
	e, err := NewEvent(t.event, body, nonce)
	if err != nil {
		return nil, err
	}
	e.Schema = t.schema
	return e, e.Validate()
}

// Open returns the value in an envelope that was decoded: ErrWrongType for another type, event or schema, else the
// errors of OpenEvent and of the topic's decoder.
func (t Topic[T]) Open(e *Envelope) (T, error) {
	var none T
	if e.Type != t.typ || string(e.Schema) != string(t.schema) {
		return none, fmt.Errorf("open message: %w: %d", ErrWrongType, e.Type)
	}
	if t.typ != TypeCustom {
		return t.decode(e.Body)
	}
	event, err := OpenEvent(e)
	if err != nil {
		return none, err
	}
	if event.Name != t.event {
		return none, fmt.Errorf("open event: %w: %s", ErrWrongType, event.Name)
	}
	return t.decode(event.Payload)
}
