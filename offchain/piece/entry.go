package piece

import (
	"encoding/binary"
	"fmt"
)

// location is where a record begins: a volume from 1, and a page of it from 1. The zero location is nowhere.
type location struct {
	volume, page uint32
}

func (l location) offset() int64 { return int64(l.page) * pageSize }

// entry is what the index knows of a piece. A piece in quarantine is nowhere: the room of its record is given up, only
// its length and its references stay.
type entry struct {
	location
	length uint64
}

const entrySize = 4 + 4 + 8

func (e entry) damaged() bool { return e.location == location{} }

func (e entry) encode() []byte {
	b := binary.BigEndian.AppendUint32(nil, e.volume)
	b = binary.BigEndian.AppendUint32(b, e.page)
	return binary.BigEndian.AppendUint64(b, e.length)
}

// decodeEntry reads what encode writes and accepts nothing else. Errors wrap ErrCorrupt.
func decodeEntry(b []byte) (entry, error) {
	if len(b) != entrySize {
		return entry{}, fmt.Errorf("read index entry: %w: %d bytes", ErrCorrupt, len(b))
	}
	e := entry{
		location: location{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])},
		length:   binary.BigEndian.Uint64(b[8:]),
	}
	if e.length == 0 || e.length > MaxLength || (e.volume == 0) != (e.page == 0) {
		return entry{}, fmt.Errorf("read index entry: %w: %d bytes in volume %d, page %d", ErrCorrupt, e.length, e.volume, e.page)
	}
	return e, nil
}

// placed is a record as the index lists it by location.
type placed struct {
	entry
	root [rootSize]byte
}

const (
	placedKeySize   = 1 + 4 + 4
	placedValueSize = 8 + rootSize
)

func (p placed) value() []byte {
	return append(binary.BigEndian.AppendUint64(nil, p.length), p.root[:]...)
}

// decodePlaced reads a key of a location and its value. Errors wrap ErrCorrupt.
func decodePlaced(key, value []byte) (placed, error) {
	if len(key) != placedKeySize || key[0] != locationKeys || len(value) != placedValueSize {
		return placed{}, fmt.Errorf("read location: %w: key of %d bytes, value of %d", ErrCorrupt, len(key), len(value))
	}
	e, err := decodeEntry(append(append([]byte(nil), key[1:]...), value[:8]...))
	if err != nil {
		return placed{}, err
	}
	if e.damaged() {
		return placed{}, fmt.Errorf("read location: %w: nowhere", ErrCorrupt)
	}
	return placed{entry: e, root: [rootSize]byte(value[8:])}, nil
}

// volumeState is what the index knows of a volume as a whole.
type volumeState uint8

const (
	volumeLive     volumeState = 1 + iota
	volumeDoomed               // no piece is in it any more and its file is to be deleted
	volumeAdopting             // its records are being entered into an index that does not know them
)

// volumeEntry counts the pieces of a volume.
type volumeEntry struct {
	state  volumeState
	bytes  int64 // that their records take
	pieces int64
}

const volumeEntrySize = 1 + 8 + 8

func (v volumeEntry) encode() []byte {
	b := binary.BigEndian.AppendUint64([]byte{byte(v.state)}, uint64(v.bytes))
	return binary.BigEndian.AppendUint64(b, uint64(v.pieces))
}

// decodeVolumeEntry reads what encode writes and accepts nothing else. Errors wrap ErrCorrupt.
func decodeVolumeEntry(b []byte) (volumeEntry, error) {
	if len(b) != volumeEntrySize {
		return volumeEntry{}, fmt.Errorf("read volume entry: %w: %d bytes", ErrCorrupt, len(b))
	}
	v := volumeEntry{volumeState(b[0]), int64(binary.BigEndian.Uint64(b[1:])), int64(binary.BigEndian.Uint64(b[9:]))}
	if v.state < volumeLive || v.state > volumeAdopting || v.bytes < 0 || v.pieces < 0 || v.bytes%pageSize != 0 {
		return volumeEntry{}, fmt.Errorf("read volume entry: %w: state %d, %d bytes, %d pieces", ErrCorrupt, v.state, v.bytes, v.pieces)
	}
	return v, nil
}
