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
	nests := answerNests
	if _, ok := any(m).(*Request); ok {
		nests = requestNests
	}
	fields := 0
	if err := countFields(b, nests, &fields); err != nil {
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

// countFields counts the fields of a message, and of those in it where it nests, before the generated decoder allocates
// for each of them. Groups are refused: nothing of ours uses them, and they nest without end.
func countFields(b []byte, nests func(protowire.Number) bool, fields *int) error {
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
		if nests(number) && kind == protowire.BytesType {
			inner, _ := protowire.ConsumeBytes(b[tag : tag+value])
			if err := countFields(inner, nothingNests, fields); err != nil {
				return err
			}
		}
		b = b[tag+value:]
	}
	return nil
}

// lastRequest is the number of the last field of Request that is a message, and account that of the only one in Answer. What a
// later version put behind them need not be one.
const (
	lastRequest = 7
	account     = 8
)

func requestNests(field protowire.Number) bool { return field <= lastRequest }

func answerNests(field protowire.Number) bool { return field == account }

func nothingNests(protowire.Number) bool { return false }
