package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// scanBuffer is how much of a segment is read at a time, bytes.
const scanBuffer = 64 << 10

// scanner reads the frames of one segment in order and believes none that is out of place.
type scanner struct {
	header
	name   string
	source io.ReaderAt
	limit  int64 // offset behind the last frame to be read
	reader *bufio.Reader
	offset int64  // of the next frame
	next   Seq    // which the next frame must have, or in a compacted segment must at least have
	back   uint32 // one more than that of the last frame, 0 before the first
	buf    []byte
}

// newScanner reads the header of a segment. It returns a *CorruptError, or an error of the disk.
func newScanner(source io.ReaderAt, name string, size int64) (*scanner, error) {
	s := &scanner{name: name, source: source, limit: size}
	head := make([]byte, min(size, headerSize))
	if _, err := io.ReadFull(io.NewSectionReader(source, 0, size), head); err != nil {
		return nil, fmt.Errorf("read header of %s: %w", name, err)
	}
	h, err := decodeHeader(head)
	if err == nil && h.name() != name {
		err = fmt.Errorf("%w: it is that of %s", errBadHeader, h.name())
	}
	if err == nil && h.compacted() && h.size != size {
		err = fmt.Errorf("%w: the file has %d bytes of %d", errBadHeader, size, h.size)
	}
	if err != nil {
		return nil, s.corrupt(err)
	}
	s.header, s.next, s.offset = h, h.first, headerSize
	s.reader = s.readFrom(headerSize, scanBuffer)
	return s, nil
}

// readFrom reads the segment from an offset on through a buffer of at most some size.
func (s *scanner) readFrom(offset int64, buffer int64) *bufio.Reader {
	rest := s.limit - offset
	return bufio.NewReaderSize(io.NewSectionReader(s.source, offset, rest), int(max(frameOverhead, min(buffer, rest))))
}

// corrupt says that reason was found at the place of the next frame.
func (s *scanner) corrupt(reason error) error {
	return &CorruptError{File: s.name, Offset: s.offset, Reason: reason}
}

// scan returns the next frame, valid until the next call, and io.EOF after the last. Any other error is a
// *CorruptError or comes from the disk, and the scanner stays where it is.
func (s *scanner) scan() (frame, error) {
	if s.offset == s.limit {
		return frame{}, io.EOF
	}
	head, err := s.reader.Peek(int(min(frameOverhead, s.limit-s.offset)))
	if err != nil {
		return frame{}, s.readError(err)
	}
	n, err := frameSize(head)
	if err != nil {
		return frame{}, s.corrupt(err)
	}
	if int64(n) > s.limit-s.offset {
		return frame{}, s.corrupt(fmt.Errorf("%w: it ends behind the segment", errBadFrame))
	}
	if cap(s.buf) < n {
		s.buf = make([]byte, n)
	}
	s.buf = s.buf[:n]
	if _, err := io.ReadFull(s.reader, s.buf); err != nil {
		return frame{}, s.readError(err)
	}
	f, err := decodeFrame(s.buf, s.salt)
	if err == nil {
		err = s.checkOrder(f)
	}
	if err != nil {
		return frame{}, s.corrupt(err)
	}
	s.offset += int64(n)
	s.next, s.back = f.Seq+1, f.back+1
	return f, nil
}

// checkOrder returns an error unless f may follow the frames before it.
func (s *scanner) checkOrder(f frame) error {
	ok := f.Seq == s.next && (f.back == 0 || f.back == s.back)
	if s.compacted() {
		ok = f.Seq >= s.next && f.Seq < s.end && f.back == 0
	}
	if !ok {
		return fmt.Errorf("%w: seq %d, back %d after seq %d", errBadOrder, f.Seq, f.back, s.next-1)
	}
	return nil
}

// readError wraps an error of the disk. A file shorter than it was is such an error, not the end of a scan.
func (s *scanner) readError(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("read %s at offset %d: %w", s.name, s.offset, err)
}

// covered returns the seq after the last that the segment stands for; valid after scan gave io.EOF.
func (s *scanner) covered() Seq {
	if s.compacted() {
		return s.end
	}
	return s.next
}

// torn reports whether a write that was cut off explains why the next frame is damaged. It does so unless a
// frame of a later batch can be found behind it: that batch was written only when this one was on disk.
func (s *scanner) torn() (bool, error) {
	r := s.readFrom(s.offset, frameOverhead+MaxPayload)
	for {
		head, err := r.Peek(frameOverhead)
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, s.readError(err)
		}
		if seq := frameSeq(head); seq > s.next && seq < s.next+Seq(s.limit) { // cheap, and rarely passed
			if n, err := frameSize(head); err == nil {
				// A frame cut short by the end fails to decode; an error of the disk comes back at the next Peek.
				b, _ := r.Peek(n)
				if f, err := decodeFrame(b, s.salt); err == nil && f.Seq-Seq(f.back) > s.next {
					return false, nil
				}
			}
		}
		if _, err := r.Discard(1); err != nil {
			return false, s.readError(err)
		}
	}
}
