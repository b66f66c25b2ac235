package wire

import (
	"bytes"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Message is a Request or an Answer.
type Message interface {
	*Request | *Answer
	Marshal() ([]byte, error)
	Unmarshal([]byte) error
	// Validate checks the bounds of the fields; its error wraps ErrInvalid.
	Validate() error
}

// Encode validates a message and returns its canonical bytes. It returns the error of Validate, and ErrTooLarge for a
// message that does not fit a frame.
func Encode[M Message](m M) ([]byte, error) {
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	b, err := m.Marshal()
	if err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	if len(b) > maxMessage {
		return nil, fmt.Errorf("encode message of %d bytes: %w", len(b), ErrTooLarge)
	}
	return b, nil
}

// Decode reads into m, which must be empty, what Encode writes and nothing else; m shares no memory with b. It returns
// ErrTooLarge, ErrMalformed, ErrNotCanonical, and the error of m.Validate.
func Decode[M Message](b []byte, m M) error {
	if len(b) > maxMessage {
		return fmt.Errorf("decode message of %d bytes: %w", len(b), ErrTooLarge)
	}
	_, nested := any(m).(*Request)
	fields := 0
	if err := countFields(b, nested, &fields); err != nil {
		return fmt.Errorf("decode message: %w", err)
	}
	if err := m.Unmarshal(b); err != nil {
		return fmt.Errorf("decode message: %w: %w", ErrMalformed, err)
	}
	again, err := m.Marshal()
	if err != nil {
		return fmt.Errorf("decode message: %w: %w", ErrMalformed, err)
	}
	if !bytes.Equal(again, b) {
		return fmt.Errorf("decode message: %w", ErrNotCanonical)
	}
	if err := m.Validate(); err != nil {
		return fmt.Errorf("decode message: %w", err)
	}
	return nil
}

// countFields counts the fields of a message, and of those in it if it nests, before the generated decoder allocates
// for each of them. Groups are refused: nothing of ours uses them, and they nest without end.
func countFields(b []byte, nested bool, fields *int) error {
	for len(b) > 0 {
		if *fields++; *fields > maxFields {
			return ErrTooLarge
		}
		number, kind, tag := protowire.ConsumeTag(b)
		if tag < 0 || kind == protowire.StartGroupType || kind == protowire.EndGroupType {
			return ErrMalformed
		}
		value := protowire.ConsumeFieldValue(number, kind, b[tag:])
		if value < 0 {
			return ErrMalformed
		}
		if nested && kind == protowire.BytesType {
			inner, _ := protowire.ConsumeBytes(b[tag : tag+value])
			if err := countInner(number, inner, fields); err != nil {
				return err
			}
		}
		b = b[tag+value:]
	}
	return nil
}

// countInner counts in a field of a Request that is a message; what a later version put there need not be one.
func countInner(number protowire.Number, inner []byte, fields *int) error {
	if number > lastRequest {
		return nil
	}
	return countFields(inner, false, fields)
}

// lastRequest is the number of the last field of Request.
const lastRequest = 5
