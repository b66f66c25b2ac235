package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strconv"
	"strings"
)

const (
	segmentMagic   = "MESHJRNL"
	segmentVersion = 1
	headerSize     = 44 // magic 8, version 4, first 8, end 8, size 8, salt 4, crc 4
	segmentSuffix  = ".seg"
	stagedSuffix   = ".tmp"
)

var errBadHeader = errors.New("segment header is damaged")

// header starts a segment file. A segment written by appending holds every seq from first on, without gaps,
// and has end and size 0, for nobody knew them yet. A segment written by compaction holds what is left of the
// seqs in [first, end) and is size bytes long.
type header struct {
	first, end Seq
	size       int64
	salt       uint32 // the secret of the journal, the same in all its segments
}

func (h header) compacted() bool { return h.end != 0 }

// name is the file name of the segment: names sort like their first seqs.
func (h header) name() string { return segmentName(h.first) }

func segmentName(first Seq) string { return fmt.Sprintf("%016x%s", uint64(first), segmentSuffix) }

// parseName returns the first seq of the segment with that file name; ok is false for other files.
func parseName(name string) (first Seq, ok bool) {
	digits, found := strings.CutSuffix(name, segmentSuffix)
	if !found {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 16, 64)
	if err != nil || segmentName(Seq(n)) != name {
		return 0, false
	}
	return Seq(n), true
}

// encode returns the headerSize bytes of the header.
func (h header) encode() []byte {
	b := make([]byte, 0, headerSize)
	b = append(b, segmentMagic...)
	b = binary.BigEndian.AppendUint32(b, segmentVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(h.first))
	b = binary.BigEndian.AppendUint64(b, uint64(h.end))
	b = binary.BigEndian.AppendUint64(b, uint64(h.size))
	b = binary.BigEndian.AppendUint32(b, h.salt)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// decodeHeader reads what encode writes and accepts nothing else.
func decodeHeader(b []byte) (header, error) {
	if len(b) != headerSize || string(b[:8]) != segmentMagic {
		return header{}, fmt.Errorf("%w: no segment of a journal", errBadHeader)
	}
	if crc32.Checksum(b[:headerSize-4], castagnoli) != binary.BigEndian.Uint32(b[headerSize-4:]) {
		return header{}, fmt.Errorf("%w: checksum differs", errBadHeader)
	}
	if v := binary.BigEndian.Uint32(b[8:]); v != segmentVersion {
		return header{}, fmt.Errorf("%w: version %d is not %d", errBadHeader, v, segmentVersion)
	}
	h := header{
		first: Seq(binary.BigEndian.Uint64(b[12:])),
		end:   Seq(binary.BigEndian.Uint64(b[20:])),
		size:  int64(binary.BigEndian.Uint64(b[28:])),
		salt:  binary.BigEndian.Uint32(b[36:]),
	}
	ok := h.first > 0 && h.size == 0
	if h.compacted() {
		ok = h.first > 0 && h.first < h.end && h.size >= headerSize
	}
	if !ok {
		return header{}, fmt.Errorf("%w: range %d to %d, %d bytes", errBadHeader, h.first, h.end, h.size)
	}
	return h, nil
}

// staged is a segment that is complete on disk under a name that does not count.
type staged struct {
	header
	file file
}

// stageSegment writes a segment beside the others and syncs it; fill, if not nil, writes the frames. On an
// error nothing is left behind that counts.
func stageSegment(dir files, h header, fill func(w io.Writer) error) (staged, error) {
	name := h.name() + stagedSuffix
	f, err := dir.Create(name)
	if err != nil {
		return staged{}, fmt.Errorf("create segment: %w", err)
	}
	_, err = f.WriteAt(h.encode(), 0)
	if err == nil && fill != nil {
		err = fill(io.NewOffsetWriter(f, headerSize))
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return staged{}, errors.Join(fmt.Errorf("write segment %s: %w", name, err), f.Close(), dir.Remove(name))
	}
	return staged{h, f}, nil
}

// publish gives the segment its name, in place of the file that had it, for good. After an error it is not
// known which of the two a restart will find.
func (s staged) publish(dir files) error {
	if err := dir.Rename(s.name()+stagedSuffix, s.name()); err != nil {
		return fmt.Errorf("publish segment: %w", err)
	}
	if err := dir.SyncDir(); err != nil {
		return fmt.Errorf("publish segment %s: %w", s.name(), err)
	}
	return nil
}

// listSegments returns the first seqs of the segments in dir, in order, and the names of files that a crash
// left half made.
func listSegments(dir files) (firsts []Seq, leftover []string, err error) {
	names, err := dir.List()
	if err != nil {
		return nil, nil, fmt.Errorf("list journal: %w", err)
	}
	for _, name := range names {
		if first, ok := parseName(name); ok {
			firsts = append(firsts, first)
		} else if strings.HasSuffix(name, segmentSuffix+stagedSuffix) {
			leftover = append(leftover, name)
		}
	}
	slices.Sort(firsts)
	return firsts, leftover, nil
}
