package piece

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// The first page of a volume says which store it belongs to; the rest of it is zero.
const (
	headerMagic   = "MESHPIEC"
	headerVersion = 1
	headerSize    = len(headerMagic) + 4 + 4 + secretSize + 4
)

// header is what the first page of a volume holds.
type header struct {
	volume uint32
	secret secret
}

// encode appends the header to b.
func (h header) encode(b []byte) []byte {
	at := len(b)
	b = append(b, headerMagic...)
	b = binary.BigEndian.AppendUint32(b, headerVersion)
	b = binary.BigEndian.AppendUint32(b, h.volume)
	b = append(b, h.secret[:]...)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b[at:], castagnoli()))
}

// decodeHeader reads what encode writes and accepts nothing else. Errors wrap ErrCorrupt.
func decodeHeader(b []byte) (header, error) {
	if len(b) != headerSize || string(b[:len(headerMagic)]) != headerMagic {
		return header{}, fmt.Errorf("read volume header: %w: not a volume", ErrCorrupt)
	}
	f := b[len(headerMagic):]
	switch version := binary.BigEndian.Uint32(f); {
	case binary.BigEndian.Uint32(b[headerSize-4:]) != crc32.Checksum(b[:headerSize-4], castagnoli()):
		return header{}, fmt.Errorf("read volume header: %w: checksum", ErrCorrupt)
	case version != headerVersion:
		return header{}, fmt.Errorf("read volume header: %w: version %d", ErrCorrupt, version)
	}
	return header{volume: binary.BigEndian.Uint32(f[4:]), secret: secret(f[8:])}, nil
}
