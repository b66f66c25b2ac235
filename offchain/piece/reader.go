package piece

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/mesh-protocol/mesh/proof"
)

// Reader reads one piece. Its methods may be called by several goroutines at once. It keeps the volume open, so that a
// piece that is dropped or moved meanwhile stays readable to the end; Close ends that.
type Reader struct {
	s    *Store
	v    *volume
	at   placed
	list []byte
}

// Get opens a piece for reading. Its list of CVs is read and checked against the root. Errors: ErrUnknown; ErrDamaged,
// also if the list turns out damaged now; ErrClosed; those of the disk and the index.
func (s *Store) Get(root [32]byte) (*Reader, error) {
	if err := s.gate.enter(); err != nil {
		return nil, fmt.Errorf("get piece: %w", err)
	}
	defer s.gate.leave()
	r, err := s.get(root)
	if err != nil {
		return nil, fmt.Errorf("get piece %x: %w", root, err)
	}
	return r, nil
}

func (s *Store) get(root [rootSize]byte) (*Reader, error) {
	v, e, err := s.locate(root)
	if err != nil {
		return nil, err
	}
	r := &Reader{s: s, v: v, at: placed{e, root}}
	if r.list, err = readList(v, r.at); err != nil {
		return nil, errors.Join(r.judge(err), r.Close())
	}
	return r, nil
}

// locate finds a piece and pins its volume. Compaction may move the piece in between, and then it is looked for again.
func (s *Store) locate(root [rootSize]byte) (*volume, entry, error) {
	var before entry
	for {
		e, ok, err := readPiece(s.index, root)
		switch {
		case err != nil:
			return nil, entry{}, err
		case !ok:
			return nil, entry{}, ErrUnknown
		case e.damaged():
			return nil, entry{}, ErrDamaged
		case e == before:
			return nil, entry{}, fmt.Errorf("%w: the piece is in volume %d, which is not there", ErrCorrupt, e.volume)
		}
		if v := s.pin(e.volume); v != nil {
			return v, e, nil
		}
		before = e
	}
}

// readList reads the list of a piece and checks it against the root. It returns ErrDamaged if the two disagree.
func readList(v *volume, p placed) ([]byte, error) {
	size := listSize(p.length)
	if size == 0 {
		return p.root[:], nil
	}
	list := make([]byte, size)
	at := p.offset() + recordSize(p.length) - trailerSize - size
	if n, err := v.file.ReadAt(list, at); n < len(list) {
		return nil, fmt.Errorf("read list: %w", err)
	}
	root, err := proof.FoldGroups(list, p.length)
	if err != nil {
		return nil, err
	}
	if root != p.root {
		return nil, fmt.Errorf("%w: its list does not have its root", ErrDamaged)
	}
	return list, nil
}

// isDamage tells a piece that has changed from a disk that cannot be asked: bytes that do not verify, a file that ends
// early, a sector that cannot be read.
func isDamage(err error) bool {
	return errors.Is(err, ErrDamaged) || errors.Is(err, ErrMismatch) || errors.Is(err, ErrCorrupt) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.EIO)
}

// judge puts a damaged piece into quarantine. It returns ErrDamaged for it, and any other error as it is.
func (r *Reader) judge(err error) error {
	if !isDamage(err) {
		return err
	}
	if !errors.Is(err, ErrDamaged) {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if submitErr := r.s.submitDamage(r.at, err); submitErr != nil {
		return fmt.Errorf("%w; not put into quarantine: %w", err, submitErr)
	}
	return err
}

// Root returns the root of the piece.
func (r *Reader) Root() [32]byte { return r.at.root }

// Length returns the length of the piece, bytes.
func (r *Reader) Length() uint64 { return r.at.length }

// List returns the CVs of the groups of the piece, 32 bytes each, which fold to its root. It must not be changed.
func (r *Reader) List() []byte { return r.list }

// ReadAt reads bytes of the piece without verifying them, as io.ReaderAt. A large p that Buffer has made, with an offset
// that is a multiple of 4,096, is filled by the disk itself; any other is filled through the page cache.
func (r *Reader) ReadAt(p []byte, offset int64) (int, error) {
	if offset < 0 {
		return 0, fmt.Errorf("read piece: %w: offset %d", ErrInvalid, offset)
	}
	left := int64(r.at.length) - offset
	if left <= 0 {
		return 0, io.EOF
	}
	short := int64(len(p)) > left
	if short {
		p = p[:left]
	}
	n, err := r.v.file.ReadAt(p, r.at.offset()+offset)
	if n < len(p) {
		return n, fmt.Errorf("read piece: %w", err)
	}
	if short {
		return n, io.EOF
	}
	return n, nil
}

// ReadGroup reads a group of the piece into p, which has room for proof.GroupSize bytes, and verifies it. It returns the
// bytes of the group, fewer only for the last one. Errors: proof.ErrRange if there is no such group; ErrLength if p is too
// small; ErrDamaged, after which nobody gets the piece any more; those of the disk.
func (r *Reader) ReadGroup(p []byte, group uint64) ([]byte, error) {
	if group >= groups(r.at.length) {
		return nil, fmt.Errorf("read group %d: %w", group, proof.ErrRange)
	}
	size := min(proof.GroupSize, r.at.length-group*proof.GroupSize)
	if uint64(len(p)) < size {
		return nil, fmt.Errorf("read group %d into %d bytes: %w", group, len(p), ErrLength)
	}
	p = p[:size]
	if _, err := r.ReadAt(p, int64(group*proof.GroupSize)); err != nil {
		return nil, fmt.Errorf("read group %d: %w", group, r.judge(err))
	}
	if err := r.verify(p, group); err != nil {
		return nil, fmt.Errorf("read group %d: %w", group, r.judge(err))
	}
	return p, nil
}

// Verify checks bytes that ReadAt has returned: p holds whole groups from one on, the last of them perhaps the shorter
// last one of the piece. Bytes that do not verify are read again by ReadGroup, whose errors it returns; if the disk has
// the right ones, p was something else, and that is ErrInvalid.
func (r *Reader) Verify(p []byte, group uint64) error {
	for len(p) > 0 {
		if group >= groups(r.at.length) {
			return fmt.Errorf("verify group %d: %w", group, proof.ErrRange)
		}
		size := min(proof.GroupSize, r.at.length-group*proof.GroupSize)
		if uint64(len(p)) < size {
			return fmt.Errorf("verify group %d of %d bytes: %w", group, len(p), ErrLength)
		}
		if err := r.verify(p[:size], group); err != nil {
			if _, err := r.ReadGroup(make([]byte, size), group); err != nil {
				return err
			}
			return fmt.Errorf("verify group %d: %w: not the bytes on disk", group, ErrInvalid)
		}
		p = p[size:]
		group++
	}
	return nil
}

func (r *Reader) verify(p []byte, group uint64) error {
	return verifyGroup(p, group, r.at.length, r.list)
}

func verifyGroup(p []byte, group, length uint64, list []byte) error {
	cv, err := proof.GroupCV(p, group, length)
	if err != nil {
		return err
	}
	if string(cv[:]) != string(list[group*proof.CVSize:][:proof.CVSize]) {
		return fmt.Errorf("%w: group %d has changed", ErrDamaged, group)
	}
	return nil
}

// Close lets the volume go. It is called once, when nobody reads any more; it may come after the store was closed.
func (r *Reader) Close() error { return r.s.unpin(r.v) }
