package proof

import (
	"encoding/binary"
	"math"
)

// Protocol Buffers wire types that signed bodies use.
const (
	wireVarint = 0
	wireBytes  = 2
)

// Signed bodies are Protocol Buffers messages in the one encoding that this file writes and reads: fields in ascending
// order, each at most once, none unknown; minimal varints; integers left out when zero; byte strings of fixed length
// always present. A standard proto3 encoder that writes fields in order produces the same bytes for the same message.
// See https://protobuf.dev/programming-guides/encoding/.

func fieldTag(field, wireType uint64) uint64 { return field<<3 | wireType }

// appendUint appends an integer field unless it is zero.
func appendUint(dst []byte, field, v uint64) []byte {
	if v == 0 {
		return dst
	}
	dst = binary.AppendUvarint(dst, fieldTag(field, wireVarint))
	return binary.AppendUvarint(dst, v)
}

// appendBytes appends a byte string field. Callers pass strings of a fixed length, never empty ones.
func appendBytes(dst []byte, field uint64, b []byte) []byte {
	dst = binary.AppendUvarint(dst, fieldTag(field, wireBytes))
	dst = binary.AppendUvarint(dst, uint64(len(b)))
	return append(dst, b...)
}

// fields reads a body field by field in ascending order.
type fields struct {
	cursor
}

// openBody starts to read a body of at most limit bytes.
func openBody(b []byte, limit int) *fields {
	f := &fields{cursor{rest: b}}
	if len(b) > limit {
		f.fail(ErrTooLarge)
	}
	return f
}

// tagged consumes the tag of the given field if it comes next.
func (f *fields) tagged(field, wireType uint64) bool {
	// Field numbers stay below 16, so that a tag is one byte.
	if len(f.rest) == 0 || uint64(f.rest[0]) != fieldTag(field, wireType) {
		return false
	}
	f.rest = f.rest[1:]
	return true
}

// uint reads an integer field; a missing one is zero, a written zero is refused.
func (f *fields) uint(field uint64) uint64 {
	if !f.tagged(field, wireVarint) {
		return 0
	}
	v := f.uvarint()
	if v == 0 {
		f.fail(ErrNotCanonical)
	}
	return v
}

// uint32 reads an integer field of at most 32 bits.
func (f *fields) uint32(field uint64) uint32 {
	v := f.uint(field)
	if v > math.MaxUint32 {
		f.fail(ErrRange)
		return 0
	}
	return uint32(v)
}

// fixed fills dst from a byte string field that must be present and exactly as long.
func (f *fields) fixed(field uint64, dst []byte) {
	copy(dst, f.bytes(field, len(dst), len(dst)))
}

// bytes reads a byte string field that must be present and of one of two lengths, without copying it.
func (f *fields) bytes(field uint64, len1, len2 int) []byte {
	if !f.tagged(field, wireBytes) {
		f.fail(ErrNotCanonical)
		return nil
	}
	b := f.prefixed(max(len1, len2))
	if f.err == nil && len(b) != len1 && len(b) != len2 {
		f.fail(ErrRange)
		return nil
	}
	return b
}
