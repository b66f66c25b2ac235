package piece

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/mesh-protocol/mesh/proof"
)

// A record is how a piece lies in a volume: its bytes from a page boundary on, zeros, the list of the CVs of its groups,
// and a trailer at the very end of its last page. Bytes that begin on a page are read by O_DIRECT without a copy, what is
// known only when the bytes have gone by is written last, and the list of most pieces fits into the page that padding
// would fill anyway. The list of a piece of one group is its root, and is left out.

const (
	trailerVersion = 1
	trailerSize    = secretSize + 4 + 4 + 4 + 4 + 8 + 8 + rootSize + 4
	secretSize     = 16
	rootSize       = proof.CVSize
)

// secret marks the trailers of one store. It is drawn once, so that no payload can be made to look like a record.
type secret [secretSize]byte

// trailer describes the record that it ends.
type trailer struct {
	volume uint32 // the volume it was written to: a copy elsewhere is none
	page   uint32 // the first page of the record in that volume
	length uint64 // of the piece, bytes
	deal   uint64 // one that refers to the piece
	root   [rootSize]byte
}

// groups returns how many groups a piece has.
func groups(length uint64) uint64 { return (length + proof.GroupSize - 1) / proof.GroupSize }

// listSize returns how many bytes the list of a piece takes in its record.
func listSize(length uint64) int64 {
	if n := groups(length); n > 1 {
		return int64(n) * proof.CVSize
	}
	return 0
}

// recordSize returns how many bytes a piece takes in a volume, a multiple of pageSize.
func recordSize(length uint64) int64 {
	return roundUp(int64(length) + listSize(length) + trailerSize)
}

func roundUp(n int64) int64 { return (n + pageSize - 1) / pageSize * pageSize }

// castagnoli makes the table of CRC-32C, which package hash/crc32 keeps.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// encode appends the trailer to b.
func (t trailer) encode(b []byte, s secret) []byte {
	at := len(b)
	b = append(b, s[:]...)
	b = binary.BigEndian.AppendUint32(b, trailerVersion)
	b = binary.BigEndian.AppendUint32(b, t.volume)
	b = binary.BigEndian.AppendUint32(b, t.page)
	b = binary.BigEndian.AppendUint32(b, uint32(recordSize(t.length)/pageSize))
	b = binary.BigEndian.AppendUint64(b, t.length)
	b = binary.BigEndian.AppendUint64(b, t.deal)
	b = append(b, t.root[:]...)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b[at:], castagnoli()))
}

// decodeTrailer reads what encode writes and accepts nothing else. Errors wrap ErrCorrupt.
func decodeTrailer(b []byte, s secret) (trailer, error) {
	if len(b) != trailerSize || secret(b[:secretSize]) != s {
		return trailer{}, fmt.Errorf("read trailer: %w: not a trailer of this store", ErrCorrupt)
	}
	f := b[secretSize:]
	t := trailer{
		volume: binary.BigEndian.Uint32(f[4:]),
		page:   binary.BigEndian.Uint32(f[8:]),
		length: binary.BigEndian.Uint64(f[16:]),
		deal:   binary.BigEndian.Uint64(f[24:]),
		root:   [rootSize]byte(f[32:]),
	}
	crc := binary.BigEndian.Uint32(b[trailerSize-4:])
	switch {
	case crc != crc32.Checksum(b[:trailerSize-4], castagnoli()):
		return trailer{}, fmt.Errorf("read trailer: %w: checksum", ErrCorrupt)
	case binary.BigEndian.Uint32(f) != trailerVersion:
		return trailer{}, fmt.Errorf("read trailer: %w: version %d", ErrCorrupt, binary.BigEndian.Uint32(f))
	case t.volume == 0 || t.page == 0 || t.length == 0 || t.length > MaxLength:
		return trailer{}, fmt.Errorf("read trailer: %w: %d bytes in volume %d, page %d", ErrCorrupt, t.length, t.volume, t.page)
	case int64(binary.BigEndian.Uint32(f[12:])) != recordSize(t.length)/pageSize:
		return trailer{}, fmt.Errorf("read trailer: %w: %d pages", ErrCorrupt, binary.BigEndian.Uint32(f[12:]))
	}
	return t, nil
}
