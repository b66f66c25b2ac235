package piece

import (
	"encoding/binary"
	"fmt"
)

// listChunk is how many entries are read or changed at a time, so that no walk holds much memory or blocks for long.
const listChunk = 512

// Link adds references of a deal to pieces that the store has, all or none, durably. A reference that is there already
// stays one. Errors: ErrUnknown and ErrDamaged, naming the first such piece; ErrFailed; ErrClosed.
func (s *Store) Link(deal uint64, roots ...[32]byte) error {
	if err := s.gate.enter(); err != nil {
		return fmt.Errorf("link pieces: %w", err)
	}
	defer s.gate.leave()
	if err := s.submit(&linkChange{deal: deal, roots: roots}); err != nil {
		return fmt.Errorf("link pieces: %w", err)
	}
	return nil
}

// Drop removes references of a deal to pieces, durably; a piece lives until the last reference to it goes. References
// that are not there are no error. Many roots are dropped in portions: after an error some may be gone. Errors:
// ErrFailed; ErrClosed; those of the index.
func (s *Store) Drop(deal uint64, roots ...[32]byte) error {
	if err := s.gate.enter(); err != nil {
		return fmt.Errorf("drop pieces: %w", err)
	}
	defer s.gate.leave()
	for len(roots) > 0 {
		n := min(len(roots), listChunk)
		if err := s.submit(&dropChange{deal: deal, roots: roots[:n]}); err != nil {
			return fmt.Errorf("drop pieces: %w", err)
		}
		roots = roots[n:]
	}
	s.stir()
	return nil
}

// DropDeal removes all references of a deal, as Drop does. One that is added meanwhile may stay.
func (s *Store) DropDeal(deal uint64) error {
	return s.walkDeal(deal, func(roots [][rootSize]byte) error { return s.Drop(deal, roots...) })
}

// Pieces calls fn for every piece that a deal refers to, in the order of their roots, those in quarantine included. What
// is added or dropped meanwhile may or may not be seen. fn may call the store; its error ends the walk and is returned.
func (s *Store) Pieces(deal uint64, fn func(root [32]byte) error) error {
	return s.walkDeal(deal, func(roots [][rootSize]byte) error { return each(roots, fn) })
}

func each(roots [][rootSize]byte, fn func([rootSize]byte) error) error {
	for _, root := range roots {
		if err := fn(root); err != nil {
			return err
		}
	}
	return nil
}

// walkDeal calls fn for the pieces of a deal, some at a time.
func (s *Store) walkDeal(deal uint64, fn func([][rootSize]byte) error) error {
	prefix := dealPrefix(deal)
	return s.walkRoots(prefix, fn)
}

// Damaged calls fn for every piece in quarantine, as Pieces does. Unlike the channel of Damage it misses none.
func (s *Store) Damaged(fn func(root [32]byte) error) error {
	return s.walkRoots([]byte{damageKeys}, func(roots [][rootSize]byte) error { return each(roots, fn) })
}

// walkRoots calls fn for the roots that follow a prefix, some at a time, between which the store may close.
func (s *Store) walkRoots(prefix []byte, fn func([][rootSize]byte) error) error {
	from, end := prefix, after(prefix)
	for {
		roots, err := s.someRoots(from, end, len(prefix))
		if err != nil {
			return fmt.Errorf("list pieces: %w", err)
		}
		if len(roots) == 0 {
			return nil
		}
		if err := fn(roots); err != nil {
			return err
		}
		last := roots[len(roots)-1]
		from = append(append(append([]byte(nil), prefix...), last[:]...), 0) // the first key behind it
	}
}

func (s *Store) someRoots(from, end []byte, prefix int) ([][rootSize]byte, error) {
	if err := s.gate.enter(); err != nil {
		return nil, err
	}
	defer s.gate.leave()
	var roots [][rootSize]byte
	err := walk(s.index, from, end, func(key, _ []byte) (bool, error) {
		if len(key) != prefix+rootSize {
			return false, fmt.Errorf("%w: key of %d bytes", ErrCorrupt, len(key))
		}
		roots = append(roots, [rootSize]byte(key[prefix:]))
		return len(roots) < listChunk, nil
	})
	return roots, err
}

// Deals calls fn for every deal that refers to a piece, in order, as Pieces does.
func (s *Store) Deals(root [32]byte, fn func(deal uint64) error) error {
	if err := s.gate.enter(); err != nil {
		return fmt.Errorf("list deals: %w", err)
	}
	prefix := rootPrefix(root)
	var deals []uint64
	err := walk(s.index, prefix, after(prefix), func(key, _ []byte) (bool, error) {
		deals = append(deals, dealOf(key))
		return true, nil
	})
	s.gate.leave()
	if err != nil {
		return fmt.Errorf("list deals: %w", err)
	}
	for _, deal := range deals {
		if err := fn(deal); err != nil {
			return err
		}
	}
	return nil
}

// dealOf reads the deal from a key of rootKeys.
func dealOf(key []byte) uint64 { return binary.BigEndian.Uint64(key[1+rootSize:]) }
