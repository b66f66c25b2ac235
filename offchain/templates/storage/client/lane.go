package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/proof"
)

// lane is the way to one holder during a put or a removal.
type lane struct {
	client *Client
	to     Holder
	deal   uint64
	number int // among the lanes

	queue chan *parcel // as many as there can be at all, so that handing out never waits
	drop  context.CancelCauseFunc
	ctx   context.Context //nolint:containedctx // ends when the holder is left behind

	writer Writer // nil before the first one and after a failure; its user is deliver, and then store
	lost   error  // why the holder was left behind
}

// deliver sends all pieces that the lane is given and calls done for each that is stored. A session that breaks after it has
// stored something is opened anew. Pieces that were not stored are left to the caller, with the reason.
func (l *lane) deliver(done func(*parcel)) (left []*parcel, err error) {
	for {
		if err := l.open(); err != nil {
			return left, err
		}
		var progress bool
		left, progress, err = l.send(left, done)
		if err == nil {
			return nil, nil
		}
		l.hangUp()
		if !progress || refused(err) || l.ctx.Err() != nil {
			return left, why(l.ctx, err)
		}
	}
}

// send sends pieces, those that are left from before first, until the queue is closed or one fails. A holder that has pieces to
// store and stores none for as long as it may take has failed.
func (l *lane) send(again []*parcel, done func(*parcel)) (left []*parcel, progress bool, err error) {
	ctx, cancel := context.WithCancelCause(l.ctx)
	defer cancel(nil)
	type outcome struct {
		parcel *parcel
		err    error
	}
	outcomes := make(chan outcome, cap(l.queue))
	open, since := 0, l.client.cfg.Clock.Now()
	put := func(p *parcel) {
		if open++; open == 1 {
			since = l.client.cfg.Clock.Now()
		}
		go func() { outcomes <- outcome{p, l.put(ctx, p)} }()
	}
	fail := func(failure error) {
		if err == nil {
			err = failure
			cancel(err)
		}
	}
	for _, p := range again {
		put(p)
	}
	for queue := l.queue; queue != nil || open > 0; {
		late, stop := l.late(open, since)
		select {
		case p, more := <-queue:
			if more {
				put(p)
			} else {
				queue = nil
			}
		case o := <-outcomes:
			open--
			since = l.client.cfg.Clock.Now()
			if o.err == nil {
				progress = true
				done(o.parcel)
			} else {
				left = append(left, o.parcel)
				fail(o.err)
			}
		case <-late:
			fail(fmt.Errorf("send pieces to node %d: %w", l.to.Node, ErrSlow))
		case <-l.over(ctx, err):
			fail(context.Cause(ctx))
		}
		stop()
		if err != nil {
			queue = nil
		}
	}
	return left, progress, err
}

// late returns a channel that receives when a holder with open pieces has not stored one for too long.
func (l *lane) late(open int, since time.Time) (fired <-chan time.Time, stop func()) {
	if open == 0 {
		return nil, func() {}
	}
	return l.client.cfg.Clock.Timer(since.Add(l.client.cfg.Patience).Sub(l.client.cfg.Clock.Now()))
}

// over returns what says that the lane was dropped, nothing once that is known.
func (l *lane) over(ctx context.Context, known error) <-chan struct{} {
	if known != nil {
		return nil
	}
	return ctx.Done()
}

// put sends one piece.
func (l *lane) put(ctx context.Context, p *parcel) error {
	if err := l.writer.Put(ctx, p.pieces.Roots[l.to.Index], p.pieces.Piece(l.to.Index)); err != nil {
		return fmt.Errorf("send piece to node %d: %w", l.to.Node, why(ctx, err))
	}
	return nil
}

// store has the holder acknowledge a change, and verifies what it signs.
func (l *lane) store(c Change) (Ack, error) {
	if err := l.open(); err != nil {
		return Ack{}, err
	}
	ctx, free := within(l.ctx, l.client.cfg.Clock, l.client.cfg.Patience, ErrSlow)
	defer free()
	c.Index = l.to.Index
	signature, err := l.writer.Store(ctx, c)
	if err != nil {
		l.hangUp()
		return Ack{}, fmt.Errorf("ask node %d for its ack: %w", l.to.Node, why(ctx, err))
	}
	made := proof.Ack{Deal: c.Deal, Version: c.Made.Version, Root: c.Made.Root, Bytes: c.Made.Bytes, Index: uint32(c.Index)}
	if err := made.Verify(l.to.Key[:], l.client.cfg.Domain, signature); err != nil {
		return Ack{}, fmt.Errorf("check ack of node %d: %w", l.to.Node, err)
	}
	return Ack{Index: c.Index, Signature: signature}, nil
}

// open opens a session unless there is one.
func (l *lane) open() error {
	if l.writer != nil {
		return nil
	}
	ctx, free := within(l.ctx, l.client.cfg.Clock, l.client.cfg.Patience, ErrSlow)
	defer free()
	grant, err := l.client.grant(ctx, l.deal, l.to)
	if err != nil {
		return why(ctx, err)
	}
	w, err := l.client.holders.Write(ctx, l.to, grant)
	if err != nil {
		return fmt.Errorf("reach node %d: %w", l.to.Node, why(ctx, err))
	}
	l.writer = w
	return nil
}

// hangUp ends the session. Its error says nothing that a failed call has not said.
func (l *lane) hangUp() {
	if l.writer != nil {
		_ = l.writer.Close()
		l.writer = nil
	}
}

// refused says whether a holder has answered and said no.
func refused(err error) bool {
	var refusal *wire.Refusal
	return errors.As(err, &refusal)
}

// grant lets the client's own peer store for an index of a deal.
func (c *Client) grant(ctx context.Context, deal uint64, to Holder) (Grant, error) {
	height, err := c.chain.Height(ctx)
	if err != nil {
		return Grant{}, fmt.Errorf("grant: %w", err)
	}
	granted := wire.Granted{Deal: deal, Index: uint32(to.Index), Height: uint64(height), Holder: to.Key, Sender: c.cfg.PeerKey}
	preimage, err := granted.Preimage(c.cfg.Domain)
	if err != nil {
		return Grant{}, err
	}
	key, signature, err := c.chain.Sign(ctx, preimage)
	if err != nil {
		return Grant{}, fmt.Errorf("sign grant: %w", err)
	}
	return Grant{Deal: deal, Index: to.Index, Height: height, Key: key, Signature: signature}, nil
}
