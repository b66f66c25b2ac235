package piece

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/mesh-protocol/mesh/proof"
)

// Writer takes the bytes of one piece. It is used by one goroutine, which must end it with Commit or Abort. It hashes
// groups as they arrive and gathers up to 2 MiB before it writes, so that only Commit, and Write of longer pieces, wait
// for the disk. A receiver that commits in a second goroutine, with a queue of 2, never stops its socket.
type Writer struct {
	s      *Store
	place  place
	root   [rootSize]byte
	deal   uint64
	length uint64
	quota  int64 // what it has reserved

	buf     *[]byte
	fill    int    // bytes of the record in buf
	flushed int64  // bytes of the record on disk
	taken   uint64 // bytes of the piece
	hashed  uint64 // of these, in whole groups
	list    []byte // CVs of all groups
	err     error  // why it cannot go on
}

// Put begins a piece for a deal: it reserves its quota and its place on disk and returns a writer for its bytes. ctx is
// asked once, before anything is reserved. Errors: ErrInvalid for a length that no piece has; ErrHeld if the piece can be
// served already, and then Link adds the reference; ErrLength if it is held with another length; *QuotaError; ErrFull;
// ErrFailed; ErrClosed. A piece in quarantine can be put again.
func (s *Store) Put(ctx context.Context, deal uint64, root [32]byte, length uint64) (*Writer, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("put piece: %w", err)
	}
	if length == 0 || length > MaxLength {
		return nil, fmt.Errorf("put piece: %w: %d bytes", ErrInvalid, length)
	}
	if err := s.gate.enter(); err != nil {
		return nil, fmt.Errorf("put piece: %w", err)
	}
	defer s.gate.leave()
	w, err := s.put(deal, root, length)
	if err != nil {
		return nil, fmt.Errorf("put piece: %w", err)
	}
	return w, nil
}

func (s *Store) put(deal uint64, root [rootSize]byte, length uint64) (*Writer, error) {
	if err := s.failure(); err != nil {
		return nil, err
	}
	e, ok, err := readPiece(s.index, root)
	switch {
	case err != nil:
		return nil, err
	case ok && e.length != length:
		return nil, fmt.Errorf("%w: %d bytes, the root has %d", ErrLength, length, e.length)
	case ok && !e.damaged():
		return nil, ErrHeld
	}
	size := recordSize(length)
	if err := s.reserveQuota(size); err != nil {
		return nil, err
	}
	w, err := s.newWriter(deal, root, length)
	if err != nil {
		s.returnQuota(size)
		return nil, err
	}
	w.quota = size
	return w, nil
}

// newWriter finds a place for a record, outside any quota.
func (s *Store) newWriter(deal uint64, root [rootSize]byte, length uint64) (*Writer, error) {
	p, err := s.reserve(recordSize(length))
	if err != nil {
		return nil, err
	}
	return &Writer{
		s: s, place: p, root: root, deal: deal, length: length,
		buf:  s.buffers.take(p.length),
		list: make([]byte, 0, groups(length)*proof.CVSize),
	}, nil
}

func (s *Store) reserveQuota(size int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if taken := s.used + s.reserved; size > s.cfg.Quota-taken {
		return &QuotaError{Quota: s.cfg.Quota, Used: taken, Need: size}
	}
	s.reserved += size
	return nil
}

func (s *Store) returnQuota(size int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reserved -= size
}

// Write takes the next bytes of the piece. It fails with ErrLength if they are too many, and takes none of them; with
// ErrFull and other errors of the disk; with ErrFinished; with ErrClosed. After an error of the disk only Abort is left.
func (w *Writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, fmt.Errorf("write piece: %w", w.err)
	}
	if uint64(len(p)) > w.length-w.taken {
		return 0, fmt.Errorf("write piece: %w: more than %d bytes", ErrLength, w.length)
	}
	n := 0
	for n < len(p) {
		room, err := w.room()
		if err != nil {
			return n, fmt.Errorf("write piece: %w", err)
		}
		m := copy(room, p[n:])
		n += m
		if err := w.took(m); err != nil {
			return n, fmt.Errorf("write piece: %w", err)
		}
	}
	return n, nil
}

// ReadFrom takes the rest of the piece from r, straight into the buffer that goes to disk, and not a byte more. It returns
// how many bytes it took; fewer than were missing is io.ErrUnexpectedEOF. Errors are otherwise those of Write and of r.
func (w *Writer) ReadFrom(r io.Reader) (int64, error) {
	var total int64
	for w.taken < w.length {
		room, err := w.room()
		if err != nil {
			return total, fmt.Errorf("write piece: %w", err)
		}
		n, readErr := r.Read(room)
		total += int64(n)
		if err := w.took(n); err != nil {
			return total, fmt.Errorf("write piece: %w", err)
		}
		if errors.Is(readErr, io.EOF) && w.taken < w.length {
			return total, fmt.Errorf("read piece: %w after %d of %d bytes", io.ErrUnexpectedEOF, w.taken, w.length)
		}
		if readErr != nil && w.taken < w.length {
			return total, fmt.Errorf("read piece: %w", readErr)
		}
	}
	return total, nil
}

// room returns where the next bytes of the current group go, after writing the buffer out if it is full.
func (w *Writer) room() ([]byte, error) {
	if w.err != nil {
		return nil, w.err
	}
	if w.fill == bulkData {
		if err := w.flush(); err != nil {
			return nil, err
		}
	}
	left := min(w.length-w.taken, proof.GroupSize-w.taken%proof.GroupSize)
	return (*w.buf)[w.fill:][:left], nil
}

// took counts bytes that were placed in room, and hashes the group if it is whole.
func (w *Writer) took(n int) error {
	w.fill += n
	w.taken += uint64(n)
	if n == 0 || w.taken%proof.GroupSize != 0 && w.taken != w.length {
		return nil
	}
	group := (*w.buf)[w.fill-int(w.taken-w.hashed) : w.fill]
	cv, err := proof.GroupCV(group, w.hashed/proof.GroupSize, w.length)
	if err != nil {
		return err
	}
	w.list = append(w.list, cv[:]...)
	w.hashed = w.taken
	return nil
}

// flush writes the full buffer of a piece that goes on.
func (w *Writer) flush() error {
	if err := w.s.gate.enter(); err != nil {
		return err
	}
	defer w.s.gate.leave()
	return w.write()
}

// write writes the buffer, which holds whole pages.
func (w *Writer) write() error {
	if err := w.place.v.write((*w.buf)[:w.fill], w.place.offset+w.flushed); err != nil {
		w.err = err
		return err
	}
	w.flushed += int64(w.fill)
	w.fill = 0
	return nil
}
