package message

import (
	"bytes"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// MaxFields is the largest number of fields in a message, repeated ones counted each time they occur.
const MaxFields = 64

// Body is a message that Encode and Decode handle: the generated types of this package, and those of packages that
// define protocols of their own and generate them with the option goproto_unrecognized_all, which keeps unknown fields.
type Body interface {
	Marshal() ([]byte, error)
	Unmarshal([]byte) error
	// Validate checks the bounds of the fields; its error wraps ErrInvalid.
	Validate() error
}

// Encode validates a message and returns its canonical bytes. It returns the error of Validate, and ErrTooLarge beyond
// MaxControlFrame.
func Encode(m Body) ([]byte, error) {
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("encode %T: %w", m, err)
	}
	b, err := m.Marshal()
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", m, err)
	}
	if len(b) > MaxControlFrame {
		return nil, fmt.Errorf("encode %T of %d bytes: %w", m, len(b), ErrTooLarge)
	}
	return b, nil
}

// Decode reads into m, which must be empty, what Encode writes and nothing else; m shares no memory with b. It returns
// ErrTooLarge beyond MaxControlFrame or MaxFields, ErrMalformed, ErrNotCanonical, and the error of m.Validate.
func Decode(b []byte, m Body) error {
	if err := checkFields(b); err != nil {
		return fmt.Errorf("decode %T: %w", m, err)
	}
	if err := m.Unmarshal(b); err != nil {
		return fmt.Errorf("decode %T: %w: %w", m, ErrMalformed, err)
	}
	again, err := m.Marshal()
	if err != nil {
		return fmt.Errorf("decode %T: %w: %w", m, ErrMalformed, err)
	}
	if !bytes.Equal(again, b) {
		return fmt.Errorf("decode %T: %w", m, ErrNotCanonical)
	}
	if err := m.Validate(); err != nil {
		return fmt.Errorf("decode %T: %w", m, err)
	}
	return nil
}

// checkFields counts the fields before the generated decoder allocates for each of them. Groups are refused: nothing
// of ours uses them, and they nest.
func checkFields(b []byte) error {
	if len(b) > MaxControlFrame {
		return ErrTooLarge
	}
	for n := 0; len(b) > 0; n++ {
		if n == MaxFields {
			return ErrTooLarge
		}
		_, kind, tag := protowire.ConsumeTag(b)
		if tag < 0 || kind == protowire.StartGroupType || kind == protowire.EndGroupType {
			return ErrMalformed
		}
		value := protowire.ConsumeFieldValue(0, kind, b[tag:])
		if value < 0 {
			return ErrMalformed
		}
		b = b[tag+value:]
	}
	return nil
}
