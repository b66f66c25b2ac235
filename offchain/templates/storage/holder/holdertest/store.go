// Package holdertest is what a holder needs of others, in memory, for tests of both ends of the protocol for pieces: a store
// of pieces that keeps the promises of offchain/piece, a chain, and a till with the purse that pays it.
package holdertest

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/proof"
)

// Root is the root of a piece.
func Root(b []byte) [32]byte { return blake3.Sum256(b) }

// Store is a store of pieces. The zero value is not ready; see New.
type Store struct {
	// Quota bounds the bytes of all pieces.
	Quota int
	// Step, if set, is asked before everything that changes what is durable; its error is that of the call, which then
	// changes nothing.
	Step func(name string) error

	mu      sync.Mutex
	pieces  map[[32]byte][]byte // nil in quarantine
	refs    map[uint64]map[[32]byte]bool
	writing int // writers
	open    int // readers
	reads   int // that succeed yet, if failing
	failing bool
}

// New returns an empty store with a quota in bytes.
func New(quota int) *Store {
	return &Store{Quota: quota, pieces: make(map[[32]byte][]byte), refs: make(map[uint64]map[[32]byte]bool)}
}

func (s *Store) step(name string) error {
	if s.Step == nil {
		return nil
	}
	return s.Step(name)
}

func (s *Store) used() (n int) {
	for _, b := range s.pieces {
		n += len(b)
	}
	return n
}

// Put begins a piece.
func (s *Store) Put(ctx context.Context, deal uint64, root [32]byte, length uint64) (holder.Writer, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.pieces[root]
	switch {
	case b != nil && uint64(len(b)) != length:
		return nil, holder.ErrMismatch
	case b != nil:
		return nil, holder.ErrHeld
	case s.used()+int(length) > s.Quota:
		return nil, holder.ErrQuota
	}
	s.writing++
	return &writer{s: s, deal: deal, root: root, length: length}, nil
}

type writer struct {
	s      *Store
	deal   uint64
	root   [32]byte
	length uint64
	buf    bytes.Buffer
	done   bool
}

// Write takes bytes.
func (w *writer) Write(p []byte) (int, error) {
	if uint64(w.buf.Len()+len(p)) > w.length {
		return 0, holder.ErrMismatch
	}
	return w.buf.Write(p)
}

// Commit checks the root and refers to the piece.
func (w *writer) Commit() error {
	if uint64(w.buf.Len()) != w.length || Root(w.buf.Bytes()) != w.root {
		return holder.ErrMismatch
	}
	if err := w.s.step("commit"); err != nil {
		return err
	}
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	w.end()
	w.s.pieces[w.root] = w.buf.Bytes()
	w.s.refer(w.deal, w.root)
	return nil
}

// Abort ends the writing.
func (w *writer) Abort() {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	w.end()
}

func (w *writer) end() {
	if !w.done {
		w.s.writing--
	}
	w.done = true
}

func (s *Store) refer(deal uint64, root [32]byte) {
	if s.refs[deal] == nil {
		s.refs[deal] = make(map[[32]byte]bool)
	}
	s.refs[deal][root] = true
}

// Get opens a piece.
func (s *Store) Get(root [32]byte) (holder.Reader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.pieces[root]
	switch {
	case !ok:
		return nil, holder.ErrUnknown
	case b == nil:
		return nil, holder.ErrDamaged
	}
	s.open++
	return &reader{s: s, Reader: bytes.NewReader(b), b: b}, nil
}

type reader struct {
	s *Store
	*bytes.Reader
	b []byte
}

// ReadAt reads without verifying.
func (r *reader) ReadAt(p []byte, offset int64) (int, error) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	if err := r.s.read(); err != nil {
		return 0, err
	}
	return r.Reader.ReadAt(p, offset)
}

// ReadGroup reads a group.
func (r *reader) ReadGroup(p []byte, group uint64) ([]byte, error) {
	from := group * proof.GroupSize
	if from >= r.Length() {
		return nil, proof.ErrRange
	}
	return append(p[:0], r.b[from:min(r.Length(), from+proof.GroupSize)]...), nil
}

// Length returns the length.
func (r *reader) Length() uint64 { return uint64(len(r.b)) }

// List returns the CVs.
func (r *reader) List() []byte { return CVs(r.b) }

// Close ends the reading.
func (r *reader) Close() error {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.s.open--
	return nil
}

// CVs returns the CVs of all groups of a piece.
func CVs(b []byte) []byte {
	var list []byte
	for group := uint64(0); group*proof.GroupSize < uint64(len(b)); group++ {
		from := group * proof.GroupSize
		cv, err := proof.GroupCV(b[from:min(uint64(len(b)), from+proof.GroupSize)], group, uint64(len(b)))
		if err != nil {
			return nil // a piece of no or of too many bytes
		}
		list = append(list, cv[:]...)
	}
	return list
}

// Has says whether a piece can be served.
func (s *Store) Has(root [32]byte) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pieces[root] != nil, nil
}

// Link refers to pieces, all or none.
func (s *Store) Link(deal uint64, roots ...[32]byte) error {
	if err := s.step("link"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, root := range roots {
		if b, ok := s.pieces[root]; !ok {
			return holder.ErrUnknown
		} else if b == nil {
			return holder.ErrDamaged
		}
	}
	for _, root := range roots {
		s.refer(deal, root)
	}
	return nil
}

// Drop removes references.
func (s *Store) Drop(deal uint64, roots ...[32]byte) error {
	if err := s.step("drop"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, root := range roots {
		delete(s.refs[deal], root)
		s.collect(root)
	}
	return nil
}

// DropDeal removes all references of a deal.
func (s *Store) DropDeal(deal uint64) error { return s.Drop(deal, s.Refs(deal)...) }

func (s *Store) collect(root [32]byte) {
	for _, refs := range s.refs {
		if refs[root] {
			return
		}
	}
	delete(s.pieces, root)
}

// Pieces calls fn for every reference.
func (s *Store) Pieces(deal uint64, fn func(root [32]byte) error) error {
	for _, root := range s.Refs(deal) {
		if err := fn(root); err != nil {
			return err
		}
	}
	return nil
}

// Buffer returns memory.
func (s *Store) Buffer(n int) []byte { return make([]byte, n) }

// Refs returns the pieces a deal refers to, in order.
func (s *Store) Refs(deal uint64) [][32]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Keys(s.refs[deal]), func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
}

// Break puts a piece into quarantine.
func (s *Store) Break(root [32]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pieces[root] = nil
}

// Lose forgets a reference, as an index that is made anew does.
func (s *Store) Lose(deal uint64, root [32]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.refs[deal], root)
}

// OpenWriters is how many writers were neither committed nor given up.
func (s *Store) OpenWriters() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writing
}

// OpenReaders is how many readers were not closed.
func (s *Store) OpenReaders() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// ErrRead is what a disk says that cannot read.
var ErrRead = errors.New("disk cannot read")

// FailReads lets so many more calls of ReadAt pass. A store fails none before it is called.
func (s *Store) FailReads(after int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads, s.failing = after, true
}

// read counts a read; s is locked.
func (s *Store) read() error {
	if !s.failing {
		return nil
	}
	if s.reads == 0 {
		return ErrRead
	}
	s.reads--
	return nil
}
