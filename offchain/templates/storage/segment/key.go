package segment

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
)

// What the keys of segments and of manifests are derived with.
const (
	segmentInfo  = "mesh/segment/v1"
	manifestInfo = "mesh/manifest/v1"
)

// Key opens an object: 32 random bytes that seal nothing but this object. Formatting, logging and JSON do not show it; Text does.
type Key [32]byte

// NewKey returns a key of bytes from random, which must be a source fit for secrets such as crypto/rand.Reader.
func NewKey(random io.Reader) (Key, error) {
	var k Key
	if _, err := io.ReadFull(random, k[:]); err != nil {
		return Key{}, fmt.Errorf("make object key: %w", err)
	}
	return k, nil
}

// ParseKey reads what Text wrote, or returns ErrKey. The error does not contain the text.
func ParseKey(text string) (Key, error) {
	var k Key
	enc := base64.RawURLEncoding.Strict()
	if len(text) != enc.EncodedLen(len(k)) {
		return Key{}, fmt.Errorf("%w: %d characters, it has %d", ErrKey, len(text), enc.EncodedLen(len(k)))
	}
	var b [len(k) + 1]byte // the decoder ignores line ends, and so may write less
	if n, err := enc.Decode(b[:], []byte(text)); err != nil || n != len(k) {
		return Key{}, fmt.Errorf("%w: not base64url without padding", ErrKey)
	}
	copy(k[:], b[:])
	return k, nil
}

// Text returns the key in base64url without padding. Whoever sees it can read the object.
func (k Key) Text() string { return base64.RawURLEncoding.EncodeToString(k[:]) }

// Format hides the key from every verb of fmt.
func (Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue hides the key from log/slog.
func (Key) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the key from encoding/json, which would show it inside of what is logged as a whole.
func (Key) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// hidden is what is shown of a key.
const hidden = "(object key)"

// Segment returns the cipher of the object's segment of that number, counted from 0.
func (k Key) Segment(number uint64) (*Cipher, error) { return k.derive(segmentInfo, number) }

// Manifest returns the cipher of the object's manifest.
func (k Key) Manifest() (*Cipher, error) { return k.derive(manifestInfo, 0) }

func (k Key) derive(info string, number uint64) (*Cipher, error) {
	key, err := hkdf.Key(sha256.New, k[:], nil, string(binary.BigEndian.AppendUint64([]byte(info), number)), len(k))
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return newCipher(key)
}
