package holder

import (
	"context"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
)

// takePut receives a piece and answers once it is durable; meanwhile the next request is read.
func (t *talk) takePut(ctx context.Context, m *wire.Put) error {
	if t.grant == nil {
		return t.refuse(ctx, wire.Refuse(wire.NotGranted, "put without a grant"))
	}
	g, root := t.grant, [32]byte(m.Root)
	r, err := t.promise(ctx, nil)
	if err != nil {
		return err
	}
	p, refusal, err := t.h.beginPut(ctx, g, root, m.Length)
	if err != nil || refusal != nil {
		return t.skip(r, refusal, m.Length, err)
	}
	if refusal, err = t.receive(p, m.Length); err != nil || refusal != nil {
		p.finish(false)
		r.fulfil(answerTo(refusal, err))
		return err
	}
	t.puts.Go(func() { r.fulfil(p.commit()) })
	return nil
}

// skip reads a piece that is not taken.
func (t *talk) skip(r *reply, refusal *wire.Refusal, length uint64, err error) error {
	if err == nil {
		_, err = t.receive(&putting{}, length)
	}
	r.fulfil(answerTo(refusal, err))
	return err
}

// answerTo returns the answer to a request that fails, also if nobody will see it because the stream does.
func answerTo(refusal *wire.Refusal, err error) *wire.Answer {
	if refusal == nil || err != nil {
		refusal = wire.Refuse(wire.Internal, "stream failed")
	}
	return refusal.Answer()
}

// receive reads the bytes of a piece. What the store refuses of them is read all the same, as they are on their way.
func (t *talk) receive(p *putting, length uint64) (*wire.Refusal, error) {
	buf := t.h.frames.Get().(*[]byte)
	defer t.h.frames.Put(buf)
	var refusal *wire.Refusal
	for length > 0 {
		frame := (*buf)[:wire.FrameSize(length)]
		if err := t.c.ReadFrame(frame); err != nil {
			return nil, err
		}
		length -= uint64(len(frame))
		if p.w == nil || refusal != nil {
			continue
		}
		if _, err := p.w.Write(frame); err != nil {
			refusal = putRefusal(err)
		}
	}
	return refusal, nil
}

// putting is a piece that is being stored. The one of no holder takes bytes and drops them.
type putting struct {
	h    *Holder
	d    *deal
	root [32]byte
	w    Writer // nil if the store has the piece
}

// beginPut reserves what a piece takes. Its last result is the error of ctx.
func (h *Holder) beginPut(ctx context.Context, g *grant, root [32]byte, length uint64) (*putting, *wire.Refusal, error) {
	d, refusal := h.reserve(ctx, g, root, length)
	if refusal != nil {
		return nil, refusal, nil
	}
	p := &putting{h: h, d: d, root: root}
	if err := take(ctx, d.writers); err != nil {
		h.book(d, root, false)
		return nil, nil, fmt.Errorf("begin piece: %w", err)
	}
	w, err := h.Put(ctx, g.ref.Deal, root, length)
	switch {
	case errors.Is(err, ErrHeld):
		return p, nil, nil
	case err != nil:
		p.finish(false)
		return nil, putRefusal(err), nil
	}
	p.w = w
	return p, nil, nil
}

// Put begins a piece for a deal in the store. If the quota has no room for it, what is kept of deals that were lost makes some.
// Errors: as of Pieces.
func (h *Holder) Put(ctx context.Context, deal uint64, root [32]byte, length uint64) (Writer, error) {
	for {
		w, err := h.deps.Pieces.Put(ctx, deal, root, length)
		if !errors.Is(err, ErrQuota) {
			return w, err
		}
		if dropped, failed := h.makeRoom(ctx); failed != nil || !dropped {
			return nil, errors.Join(err, failed)
		}
	}
}

// commit makes the piece durable and returns the answer.
func (p *putting) commit() *wire.Answer {
	var err error
	if p.w != nil {
		err = p.w.Commit()
	} else {
		err = p.h.deps.Pieces.Link(p.d.id, p.root)
	}
	p.finish(err == nil)
	if err != nil {
		return putRefusal(err).Answer()
	}
	return &wire.Answer{}
}

// finish gives back what beginPut has taken.
func (p *putting) finish(stored bool) {
	if p.w != nil && !stored {
		p.w.Abort()
	}
	<-p.d.writers
	p.h.book(p.d, p.root, stored)
}

// book notes how a put ended.
func (h *Holder) book(d *deal, root [32]byte, stored bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.loose.end(root, stored)
}

// putRefusal says why the store did not take a piece.
func putRefusal(err error) *wire.Refusal {
	switch {
	case errors.Is(err, ErrMismatch):
		return wire.Refuse(wire.Mismatch, "the bytes do not have the root")
	case errors.Is(err, ErrNoRoom):
		return wire.Refuse(wire.Quota, "the store is full")
	case errors.Is(err, ErrDamaged), errors.Is(err, ErrUnknown):
		return wire.Refuse(wire.Damaged, "the piece was lost meanwhile, send it again")
	default:
		return wire.Refuse(wire.Internal, "the piece cannot be stored")
	}
}
