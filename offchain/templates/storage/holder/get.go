package holder

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/proof"
)

// sendPiece answers a Get in its turn.
func (t *talk) sendPiece(ctx context.Context, m *wire.Get) error {
	r, err := t.h.deps.Pieces.Get([32]byte(m.Root))
	if err != nil {
		return t.c.WriteAnswer(getRefusal(err).Answer())
	}
	defer func() { _ = r.Close() }() // only read
	if r.Length() > wire.MaxPiece {
		return t.c.WriteAnswer(wire.Refuse(wire.Internal, "a piece of %d bytes is not served", r.Length()).Answer())
	}
	from, to, ok := groupRange(m, r.Length())
	if !ok {
		return t.c.WriteAnswer(wire.Refuse(wire.BadRange, "the piece has %d bytes", r.Length()).Answer())
	}
	giveBack, refusal := t.charge(ctx, to-from)
	if refusal != nil {
		return t.c.WriteAnswer(refusal.Answer())
	}
	begun, err := t.send(r, from, to, &wire.Answer{Length: r.Length(), Follow: to - from, Cvs: r.List()})
	if !begun {
		giveBack()
	}
	return err
}

// groupRange returns the bytes of a piece that are sent: whole groups around those asked for.
func groupRange(m *wire.Get, length uint64) (from, to uint64, ok bool) {
	if m.Offset >= length || m.Length > length-m.Offset {
		return 0, 0, false
	}
	end := length
	if m.Length != 0 {
		end = m.Offset + m.Length
	}
	return m.Offset / proof.GroupSize * proof.GroupSize, min(length, wire.Groups(end)*proof.GroupSize), true
}

// send writes an answer and the bytes [from, to) of a source, straight from where the disk has put them. The answer
// waits for the first of them, so that a disk that cannot read can still be admitted; later there is only the reset. It
// tells whether any of them were sent: who ends the stream after that has them.
func (t *talk) send(src io.ReaderAt, from, to uint64, a *wire.Answer) (bool, error) {
	buf, give := t.h.buffer()
	defer give()
	for first := true; from < to; first = false {
		b := buf[:min(to-from, uint64(len(buf)))]
		n, err := src.ReadAt(b, int64(from))
		if n < len(b) && first {
			return false, t.c.WriteAnswer(wire.Refuse(wire.Damaged, "the disk cannot read it").Answer())
		}
		if n < len(b) {
			return true, fmt.Errorf("read what is served: %w", err)
		}
		if first {
			if err := t.c.WriteAnswer(a); err != nil {
				return false, err
			}
		}
		if err := t.c.WriteBody(b); err != nil {
			return true, err
		}
		from += uint64(len(b))
	}
	return true, nil
}

// getRefusal says why the store does not give a piece.
func getRefusal(err error) *wire.Refusal {
	switch {
	case errors.Is(err, ErrUnknown):
		return wire.Refuse(wire.Unknown, "no such piece")
	case errors.Is(err, ErrDamaged):
		return wire.Refuse(wire.Damaged, "the piece is damaged")
	default:
		return wire.Refuse(wire.Internal, "the store cannot be read")
	}
}
