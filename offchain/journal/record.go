package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// Bounds of a record.
const (
	// MaxKind is the highest kind a caller may use, from 1; the kinds above are the journal's own.
	MaxKind = 0xef
	// MaxPayload is the longest payload, bytes.
	MaxPayload = 256 << 10
)

// frameOverhead is what a record takes beside its payload: crc 4, length 4, seq 8, back 4, kind 1.
const frameOverhead = 21

// Seq numbers the records of a journal from 1, without gaps, in the order they were acknowledged.
type Seq uint64

// Record is one entry of the journal.
type Record struct {
	Seq     Seq
	Kind    uint8
	Payload []byte // valid during the call that hands the record out, and not to be changed
}

// frame is a record as it lies in a segment. Back counts the records before it in its batch: a frame that
// can be read therefore proves that everything before its batch was on disk when the batch was written.
type frame struct {
	Record
	back uint32
}

// Why a frame cannot be believed. A write that was cut off explains errBadFrame and nothing else does so
// harmlessly; errBadOrder is never harmless.
var (
	errBadFrame = errors.New("record is damaged")
	errBadOrder = errors.New("record is out of order")
)

// castagnoli is the table of CRC-32C.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendFrame appends the frame to dst, its checksum keyed by salt. All integers are big-endian.
func appendFrame(dst []byte, salt uint32, f frame) []byte {
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(f.Payload)))
	dst = binary.BigEndian.AppendUint64(dst, uint64(f.Seq))
	dst = binary.BigEndian.AppendUint32(dst, f.back)
	dst = append(dst, f.Kind)
	dst = append(dst, f.Payload...)
	binary.BigEndian.PutUint32(dst[start:], crc32.Update(salt, castagnoli, dst[start+4:]))
	return dst
}

// frameSize returns how many bytes the frame with this head takes, of which frameOverhead are the head.
func frameSize(head []byte) (int, error) {
	if len(head) < frameOverhead {
		return 0, fmt.Errorf("%w: %d bytes are no head", errBadFrame, len(head))
	}
	n := binary.BigEndian.Uint32(head[4:])
	if n > MaxPayload {
		return 0, fmt.Errorf("%w: length %d", errBadFrame, n)
	}
	return frameOverhead + int(n), nil
}

// frameSeq returns the seq in the head of a frame.
func frameSeq(head []byte) Seq { return Seq(binary.BigEndian.Uint64(head[8:])) }

// decodeFrame reads the one frame that b holds; the payload aliases b. Only the bytes that appendFrame
// writes are accepted.
func decodeFrame(b []byte, salt uint32) (frame, error) {
	size, err := frameSize(b)
	if err != nil {
		return frame{}, err
	}
	if len(b) != size {
		return frame{}, fmt.Errorf("%w: %d bytes of %d", errBadFrame, len(b), size)
	}
	if crc32.Update(salt, castagnoli, b[4:]) != binary.BigEndian.Uint32(b) {
		return frame{}, fmt.Errorf("%w: checksum differs", errBadFrame)
	}
	f := frame{
		Record: Record{
			Seq:     frameSeq(b),
			Kind:    b[20],
			Payload: b[frameOverhead:],
		},
		back: binary.BigEndian.Uint32(b[16:]),
	}
	if f.Seq == 0 || f.Kind == 0 || Seq(f.back) >= f.Seq {
		return frame{}, fmt.Errorf("%w: seq %d, kind %d, back %d", errBadOrder, f.Seq, f.Kind, f.back)
	}
	return f, nil
}
