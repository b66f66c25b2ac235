package journal

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"time"
)

// Bounds of an intent.
const (
	MaxKey           = 256                         // bytes, at least 1
	MaxIntentPayload = MaxPayload - MaxKey - 1<<10 // bytes: a Put record must fit into MaxPayload
	MaxOutcome       = 256                         // bytes
	MaxReason        = 256                         // bytes; longer reasons are cut
	MaxRetryDelay    = time.Minute                 // longer delays are cut: one that a wrong clock has made must not outlast it
)

// Intent is a result that waits to be posted.
type Intent struct {
	// Key names the intent for ever: of one key, one intent is posted.
	Key string
	// Kind and Payload mean something to the caller only.
	Kind    uint8
	Payload []byte
	// NotAfter is the block height after which posting is pointless, 0 = none. The journal stores it; the
	// poster, who knows the height, finishes what is too late with an outcome that says so.
	NotAfter uint64

	// The following are filled in by Due and ignored by Put.

	// Seq is the number of the record that holds the intent: older intents have lower ones.
	Seq Seq
	// Attempts counts the calls of Retry, and LastReason is what the last of them gave.
	Attempts   uint32
	LastReason string
}

// validate checks what Put is given.
func (in Intent) validate() error {
	if err := validateKey(in.Key); err != nil {
		return err
	}
	if len(in.Payload) > MaxIntentPayload {
		return fmt.Errorf("%w: intent payload of %d bytes exceeds %d", ErrInvalid, len(in.Payload), MaxIntentPayload)
	}
	return nil
}

func validateKey(key string) error {
	if len(key) < 1 || len(key) > MaxKey {
		return fmt.Errorf("%w: key of %d bytes", ErrInvalid, len(key))
	}
	return nil
}

// same reports whether two intents of one key are the same work. NotAfter is no part of it: who computes a
// result again may compute another deadline, and the first stands.
func (in Intent) same(other Intent) bool {
	return in.Kind == other.Kind && bytes.Equal(in.Payload, other.Payload)
}

// digest stands for kind and payload once they need not be kept any more.
func (in Intent) digest() [sha256.Size]byte {
	return sha256.Sum256(append([]byte{in.Kind}, in.Payload...))
}
