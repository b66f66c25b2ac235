package holder

import (
	"errors"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
)

// sendList answers a GetLayout in its turn. The list goes out as it is on disk: whoever reads it builds its tree.
func (t *talk) sendList(m *wire.GetLayout) error {
	e, ok := t.h.findAny(m)
	if !ok {
		return t.c.WriteAnswer(wire.Refuse(wire.Unknown, "version %d of deal %d is not here", m.Version, m.Deal).Answer())
	}
	f, size, err := t.h.shelf.open(m.Deal, e)
	switch {
	case errors.Is(err, ErrNoList):
		return t.c.WriteAnswer(wire.Refuse(wire.Unknown, "version %d of deal %d is not here any more", m.Version, m.Deal).Answer())
	case err != nil:
		return t.c.WriteAnswer(wire.Refuse(wire.Damaged, "the list cannot be read").Answer())
	}
	defer func() { _ = f.Close() }() // only read
	_, err = t.send(f, 0, uint64(size), &wire.Answer{Length: uint64(size), Follow: uint64(size)})
	return err
}

func (h *Holder) findAny(m *wire.GetLayout) (entry, bool) {
	d := h.peek(m.Deal)
	if d == nil {
		return entry{}, false
	}
	defer d.mu.Unlock()
	return d.findAny(m.Version, [32]byte(m.Root))
}
