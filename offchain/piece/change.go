package piece

import "fmt"

// change is one step of the index. Its apply decides by what the transaction holds and checks before it writes: an error
// of its own leaves no trace and does not hinder the changes beside it.
type change interface {
	// volumes returns what must be synced before the index may point there.
	volumes() []*volume
	apply(t *txn) error
}

// indexOnly is a change that no volume has to be synced for.
type indexOnly struct{}

func (indexOnly) volumes() []*volume { return nil }

// putChange makes a written record a piece.
type putChange struct {
	place
	root   [rootSize]byte
	deal   uint64
	length uint64
	known  bool // set by apply: somebody else was faster, the record is not needed
}

func (c *putChange) volumes() []*volume { return []*volume{c.v} }

func (c *putChange) apply(t *txn) error {
	e, ok, err := t.piece(c.root)
	if err != nil {
		return err
	}
	c.known = ok && !e.damaged()
	if !c.known {
		if err := t.setPiece(c.root, entry{c.location(), c.length}); err != nil {
			return err
		}
	}
	if err := t.addReference(c.deal, c.root); err != nil {
		return err
	}
	t.settled += recordSize(c.length)
	return nil
}

// linkChange adds references to pieces that are there.
type linkChange struct {
	indexOnly
	deal  uint64
	roots [][rootSize]byte
}

func (c *linkChange) apply(t *txn) error {
	for _, root := range c.roots {
		e, ok, err := t.piece(root)
		switch {
		case err != nil:
			return err
		case !ok:
			return fmt.Errorf("%w: %x", ErrUnknown, root)
		case e.damaged():
			return fmt.Errorf("%w: %x", ErrDamaged, root)
		}
	}
	for _, root := range c.roots {
		if err := t.addReference(c.deal, root); err != nil {
			return err
		}
	}
	return nil
}

// dropChange removes references, where there are any.
type dropChange struct {
	indexOnly
	deal  uint64
	roots [][rootSize]byte
}

func (c *dropChange) apply(t *txn) error {
	for _, root := range c.roots {
		b, err := lookup(t.b, dealKey(c.deal, root))
		if err != nil {
			return err
		}
		if b == nil {
			continue
		}
		if err := t.removeReference(c.deal, root); err != nil {
			return err
		}
	}
	return nil
}

// damageChange puts a piece into quarantine if it is still where the damage was seen.
type damageChange struct {
	indexOnly
	placed
	done bool // set by apply
}

func (c *damageChange) apply(t *txn) error {
	e, ok, err := t.piece(c.root)
	if !ok || err != nil || e != c.entry {
		return err
	}
	if err := t.unsetPiece(c.root); err != nil {
		return err
	}
	c.done = true
	return t.quarantine(c.root, c.length)
}

// move is a record that was copied from one place to another.
type move struct {
	from placed
	to   place
	done bool // set by apply: the piece is at its new place
}

// moveChange points the index to the copies of those pieces that are still where they were copied from.
type moveChange struct{ moves []move }

func (c *moveChange) volumes() []*volume {
	var list []*volume
	for _, m := range c.moves {
		list = append(list, m.to.v)
	}
	return list
}

func (c *moveChange) apply(t *txn) error {
	for i, m := range c.moves {
		e, ok, err := t.piece(m.from.root)
		if err != nil {
			return err
		}
		if !ok || e != m.from.entry {
			continue
		}
		if err := t.setPiece(m.from.root, entry{m.to.location(), e.length}); err != nil {
			return err
		}
		c.moves[i].done = true
	}
	return nil
}

// volumeChange makes a volume known, dooms an empty one, or, with state 0, forgets one.
type volumeChange struct {
	indexOnly
	id    uint32
	state volumeState
}

func (c *volumeChange) apply(t *txn) error {
	v, err := t.volume(c.id)
	if err != nil {
		return err
	}
	if v.pieces != 0 {
		return fmt.Errorf("change volume %d: %w: it has %d pieces", c.id, ErrInvalid, v.pieces)
	}
	v.state = c.state
	return nil
}
