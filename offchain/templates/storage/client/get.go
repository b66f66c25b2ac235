package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// GetOptions are what a get may be told.
type GetOptions struct {
	Offset   uint64         // of the first byte
	Length   uint64         // in bytes; 0 = to the end
	Replace  bool           // whether GetFile may replace a file
	Progress func(Progress) // is called often, by one goroutine at a time; may be nil
}

// Get writes an object, or a range of it, to w and says what it is. It is found as by Open. What was written is right even
// if an error follows. Errors: those of Open, ErrInvalid for a range beyond the end, ErrDamaged, *HoldersError, and those of
// w.
func (c *Client) Get(ctx context.Context, name string, w io.Writer, opts GetOptions) (Object, error) {
	m := newMeter(opts.Progress, 0)
	m.stage(StageFind)
	o, err := c.Open(ctx, name)
	if err != nil {
		return Object{}, fmt.Errorf("get: %w", err)
	}
	err = o.read(ctx, w, opts, m)
	if err := errors.Join(err, o.Close()); err != nil {
		return Object{}, fmt.Errorf("get: %w", err)
	}
	return o.Object, nil
}

// Read writes the object, or a range of it, to w. Errors: ErrInvalid for a range beyond the end, ErrDamaged, *HoldersError,
// and those of w.
func (o *Opened) Read(ctx context.Context, w io.Writer, opts GetOptions) error {
	if err := o.read(ctx, w, opts, newMeter(opts.Progress, 0)); err != nil {
		return fmt.Errorf("read object: %w", err)
	}
	return nil
}

func (o *Opened) read(ctx context.Context, w io.Writer, opts GetOptions, m *meter) error {
	size := o.manifest.Size
	if opts.Offset > size || opts.Length > size-opts.Offset {
		return fmt.Errorf("%w: %d bytes from %d on of %d", ErrInvalid, opts.Length, opts.Offset, size)
	}
	from, to := opts.Offset, opts.Offset+opts.Length
	if opts.Length == 0 {
		to = size
	}
	if err := o.fund(ctx, o.perHolder(from, to)); err != nil {
		return err
	}
	m.update(func(p *Progress) { p.Stage, p.Total = StageFetch, to-from })
	hash := blake3.New(32, nil)
	whole := from == 0 && to == size
	err := o.parts(ctx, from, to, func(plain []byte) error {
		if whole {
			hash.Write(plain)
		}
		if _, err := w.Write(plain); err != nil {
			return fmt.Errorf("write object: %w", err)
		}
		m.add(uint64(len(plain)))
		return nil
	})
	if err == nil && whole && [32]byte(hash.Sum(nil)) != o.manifest.Hash {
		err = fmt.Errorf("%w: it does not have the hash in its manifest", ErrDamaged)
	}
	return err
}

// part is a part of an object on its way.
type part struct {
	number int
	part   segment.Part
	done   chan struct{} // closed when plain or err is there
	plain  *[]byte
	err    error
}

// parts gives what lies between two bytes of the object to fn, segment by segment in their order. As many segments are read at
// once as the window has room for.
func (o *Opened) parts(ctx context.Context, from, to uint64, fn func([]byte) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	clock, room := o.client.cfg.Clock, newWindow(o.client.cfg.InFlight)
	queue := make(chan *part, o.client.cfg.InFlight) // never full: the window is not larger
	var readers sync.WaitGroup
	readers.Go(func() {
		defer close(queue)
		for at := from; at < to; {
			if !room.enter(ctx) {
				return
			}
			p := o.partAt(at, to)
			at += uint64(p.part.Length)
			queue <- p
			readers.Go(func() {
				defer close(p.done)
				begun := clock.Now()
				p.plain, p.err = o.one(ctx, p.number, p.part)
				room.took(clock.Now().Sub(begun))
			})
		}
	})
	var err error
	for p := range queue {
		<-p.done
		if err == nil {
			if err = p.err; err == nil {
				err = fn(*p.plain)
			}
			if err != nil {
				cancel(err)
			}
		}
		o.client.givePlain(p.plain)
		room.leave()
	}
	readers.Wait()
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

// partAt returns the part of a segment that begins at a byte of the object and ends with the segment, or at another byte.
func (o *Opened) partAt(at, to uint64) *part {
	p := &part{number: int(at / segment.MaxPlain), done: make(chan struct{})}
	p.part = segment.Part{Plain: segment.LengthOf(o.manifest.Size, uint64(p.number)), Offset: int(at % segment.MaxPlain)}
	p.part.Length = int(min(uint64(p.part.Plain-p.part.Offset), to-at))
	return p
}

// one reads a part of one segment.
func (o *Opened) one(ctx context.Context, number int, p segment.Part) (*[]byte, error) {
	span, err := p.Span(o.coder.Profile().K)
	if err != nil {
		return nil, err
	}
	pieces, free, err := o.gather.gather(ctx, o.segments[number], span)
	if err != nil {
		return nil, fmt.Errorf("segment %d: %w", number, err)
	}
	defer free()
	cipher, err := o.key.Segment(uint64(number))
	if err != nil {
		return nil, err
	}
	plain := o.client.takePlain(p.Length)
	if *plain, err = o.coder.Open((*plain)[:0], cipher, pieces, p); err != nil {
		o.client.givePlain(plain)
		return nil, fmt.Errorf("%w: segment %d: %w", ErrDamaged, number, err)
	}
	return plain, nil
}
