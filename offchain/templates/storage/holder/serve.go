package holder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// Serve answers the requests of one stream, whose other side has proved the ed25519 key from, until that side has said
// all, and ends the stream. It reads on while pieces become durable, so that they share syncs; answers go out in the
// order of the requests. The end of ctx resets the stream.
//
// Errors: that of ctx; ErrRefused if the stream ended because of what was asked, after the answer; those of the stream
// and of package wire about what is no request. All of them concern this stream only.
func (h *Holder) Serve(ctx context.Context, from [32]byte, s work.Stream) error {
	c := wire.NewConn(s, h.cfg.Patience)
	defer c.Watch(ctx)()
	t := &talk{h: h, c: c, from: from, queue: make(chan *reply, wire.MaxInFlight-1)}
	written := make(chan error, 1)
	go func() { written <- t.write(ctx) }()

	err := t.read(ctx)
	if !polite(err) {
		_ = c.Reset() // nobody is left to tell; what is under way ends all the same
	}
	close(t.queue)
	writeErr := <-written
	t.puts.Wait()
	h.leave(t.grant)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if writeErr == nil && polite(err) {
		writeErr = c.Close()
	}
	err = errors.Join(err, writeErr)
	if ctx.Err() != nil {
		err = errors.Join(context.Cause(ctx), err)
	}
	if err != nil {
		return fmt.Errorf("serve stream: %w", err)
	}
	return nil
}

// polite says whether reading has ended in a way after which answers still go out: the other side has said all, was
// refused, or says nothing more while it takes what it asked for.
func polite(err error) bool {
	return err == nil || errors.Is(err, io.EOF) || errors.Is(err, ErrRefused) || errors.Is(err, context.DeadlineExceeded)
}

// talk is one stream that is served.
type talk struct {
	h     *Holder
	c     *wire.Conn
	from  [32]byte
	grant *grant // nil before the first
	payer payer
	queue chan *reply
	owed  atomic.Int64   // answers that were not written yet
	puts  sync.WaitGroup // pieces that are becoming durable
}

// reply is the place of an answer among the others.
type reply struct {
	ready  chan struct{} // closed once answer is set
	answer *wire.Answer
	// send, if set, writes answer and body itself, in its turn.
	send func() error
}

// promise takes the next place. It waits while as many requests as a stream may have are unanswered.
func (t *talk) promise(ctx context.Context, send func() error) (*reply, error) {
	r := &reply{ready: make(chan struct{}), send: send}
	t.owed.Add(1)
	select {
	case t.queue <- r:
		return r, nil
	case <-ctx.Done():
		t.owed.Add(-1)
		return nil, context.Cause(ctx)
	}
}

func (r *reply) fulfil(a *wire.Answer) {
	r.answer = a
	close(r.ready)
}

// answer takes the next place with an answer that is known.
func (t *talk) answer(ctx context.Context, a *wire.Answer) error {
	r, err := t.promise(ctx, nil)
	if err == nil {
		r.fulfil(a)
	}
	return err
}

// refuse answers that the stream ends with this request.
func (t *talk) refuse(ctx context.Context, r *wire.Refusal) error {
	if err := t.answer(ctx, r.Answer()); err != nil {
		return err
	}
	return fmt.Errorf("%w: %s", ErrRefused, r.Reason)
}

// read takes requests until the other side has no more.
func (t *talk) read(ctx context.Context) error {
	for {
		m, err := t.c.ReadRequest(func() bool { return t.owed.Load() > 0 })
		if err != nil {
			return err
		}
		switch {
		case m.Grant != nil:
			err = t.takeGrant(ctx, m.Grant)
		case m.Put != nil:
			err = t.takePut(ctx, m.Put)
		case m.Get != nil:
			_, err = t.promise(ctx, func() error { return t.sendPiece(ctx, m.Get) })
		case m.Layout != nil:
			_, err = t.promise(ctx, func() error { return t.sendList(m.Layout) })
		case m.Pay != nil:
			_, err = t.promise(ctx, func() error { return t.takePay(ctx, m.Pay) })
		case m.Fellow != nil:
			_, err = t.promise(ctx, func() error { return t.takeFellow(ctx, m.Fellow) })
		default:
			err = t.takeStore(ctx, m.Store)
		}
		if err != nil {
			return err
		}
	}
}

// write sends answers in their order. After an error it sends no more, but waits for what is owed, so that nobody is
// left behind when it returns.
func (t *talk) write(ctx context.Context) error {
	var failed error
	for r := range t.queue {
		if failed == nil {
			if failed = t.writeReply(ctx, r); failed != nil {
				_ = t.c.Reset() // the reader ends too
			}
		}
		t.owed.Add(-1)
	}
	return failed
}

func (t *talk) writeReply(ctx context.Context, r *reply) error {
	if r.send != nil {
		return r.send()
	}
	select {
	case <-r.ready:
		return t.c.WriteAnswer(r.answer)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
