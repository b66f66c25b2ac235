package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// Kinds of the records that the outbox is rebuilt from.
const (
	kindPut uint8 = MaxKind + 1 + iota
	kindRetry
	kindDone
	kindForget
)

// change is what a record does to the outbox. The encodings have fixed widths and nothing optional, so that
// one change has one encoding.
type change interface {
	kind() uint8
	key() string // "" for a change of no single key
	encode() []byte
}

// putChange opens an intent: notAfter 8, kind 1, key, payload.
type putChange struct{ Intent }

// retryChange puts the next attempt off: attempts 4, not before 8, key, reason.
type retryChange struct {
	intentKey string
	attempts  uint32 // in all, so that only the last retry of a key matters
	notBefore int64  // Unix milliseconds
	reason    string
}

// doneChange finishes an intent and stands without the record that opened it: digest 32, key, outcome.
type doneChange struct {
	intentKey string
	digest    [sha256.Size]byte
	outcome   []byte
}

// forgetChange drops the keys finished before a seq: before 8.
type forgetChange struct{ before Seq }

func (putChange) kind() uint8    { return kindPut }
func (retryChange) kind() uint8  { return kindRetry }
func (doneChange) kind() uint8   { return kindDone }
func (forgetChange) kind() uint8 { return kindForget }

func (c putChange) key() string   { return c.Key }
func (c retryChange) key() string { return c.intentKey }
func (c doneChange) key() string  { return c.intentKey }
func (forgetChange) key() string  { return "" }

func (c putChange) encode() []byte {
	b := binary.BigEndian.AppendUint64(nil, c.NotAfter)
	b = appendKey(append(b, c.Kind), c.Key)
	return append(b, c.Payload...)
}

func (c retryChange) encode() []byte {
	b := binary.BigEndian.AppendUint32(nil, c.attempts)
	b = binary.BigEndian.AppendUint64(b, uint64(c.notBefore))
	return append(appendKey(b, c.intentKey), c.reason...)
}

func (c doneChange) encode() []byte {
	return append(appendKey(append([]byte(nil), c.digest[:]...), c.intentKey), c.outcome...)
}

func (c forgetChange) encode() []byte { return binary.BigEndian.AppendUint64(nil, uint64(c.before)) }

func appendKey(b []byte, key string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(key))), key...)
}

// errBadChange says that an undamaged record holds no change this version knows.
var errBadChange = errors.New("outbox record is malformed")

// decodeChange reads what encode writes and accepts nothing else. The change does not alias b.
func decodeChange(kind uint8, b []byte) (change, error) {
	width := fixedWidth(kind)
	if width == 0 || len(b) < width {
		return nil, fmt.Errorf("%w: kind %d, %d bytes", errBadChange, kind, len(b))
	}
	head, rest := b[:width], b[width:]
	if kind == kindForget {
		if len(rest) != 0 {
			return nil, fmt.Errorf("%w: %d bytes too many", errBadChange, len(rest))
		}
		return forgetChange{before: Seq(binary.BigEndian.Uint64(head))}, nil
	}
	key, rest, err := splitKey(rest)
	if err != nil {
		return nil, err
	}
	switch kind {
	case kindPut:
		return decodePut(head, key, rest)
	case kindRetry:
		return decodeRetry(head, key, rest)
	default:
		return decodeDone(head, key, rest)
	}
}

// fixedWidth is how many bytes precede the key in a change of that kind, 0 for an unknown kind.
func fixedWidth(kind uint8) int {
	switch kind {
	case kindPut:
		return 8 + 1
	case kindRetry:
		return 4 + 8
	case kindDone:
		return sha256.Size
	case kindForget:
		return 8
	}
	return 0
}

// splitKey parts the key from what follows it.
func splitKey(b []byte) (key string, rest []byte, err error) {
	if len(b) < 2 {
		return "", nil, fmt.Errorf("%w: no key", errBadChange)
	}
	n := int(binary.BigEndian.Uint16(b))
	if n < 1 || n > MaxKey || n > len(b)-2 {
		return "", nil, fmt.Errorf("%w: key of %d bytes", errBadChange, n)
	}
	return string(b[2 : 2+n]), b[2+n:], nil
}

func decodePut(head []byte, key string, payload []byte) (change, error) {
	if len(payload) > MaxIntentPayload {
		return nil, fmt.Errorf("%w: payload of %d bytes", errBadChange, len(payload))
	}
	return putChange{Intent{
		Key:      key,
		Kind:     head[8],
		Payload:  append([]byte(nil), payload...),
		NotAfter: binary.BigEndian.Uint64(head),
	}}, nil
}

func decodeRetry(head []byte, key string, reason []byte) (change, error) {
	c := retryChange{
		intentKey: key,
		attempts:  binary.BigEndian.Uint32(head),
		notBefore: int64(binary.BigEndian.Uint64(head[4:])),
	}
	if c.attempts == 0 || len(reason) > MaxReason {
		return nil, fmt.Errorf("%w: attempt %d, reason of %d bytes", errBadChange, c.attempts, len(reason))
	}
	c.reason = string(reason)
	return c, nil
}

func decodeDone(head []byte, key string, outcome []byte) (change, error) {
	if len(outcome) > MaxOutcome {
		return nil, fmt.Errorf("%w: outcome of %d bytes", errBadChange, len(outcome))
	}
	return doneChange{intentKey: key, digest: [sha256.Size]byte(head), outcome: append([]byte(nil), outcome...)}, nil
}
