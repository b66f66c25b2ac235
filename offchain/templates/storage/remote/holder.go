package remote

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
)

// Holder is a stream to a holder. All its errors are *HolderError. It must be closed.
type Holder struct {
	r    *Remote
	peer Peer
	conn *wire.Conn

	payer  Payer         // nil: nothing is paid
	paying chan struct{} // taken by who sends a voucher and what it pays for
	stands bool          // guarded by paying: the purse knows where its channel stands

	slots chan struct{} // taken by calls that are under way
	queue chan *call    // calls in the order in which they are answered
	over  chan struct{} // closed when the stream has ended
	idle  chan struct{} // closed when the reader has
	puts  puts

	writing sync.Mutex // held by who writes a request
	closed  bool       // guarded by writing: no call may follow

	mu    sync.Mutex
	cause error // why the stream has ended
}

func newHolder(r *Remote, peer Peer, conn *wire.Conn) *Holder {
	h := &Holder{
		r: r, peer: peer, conn: conn, paying: make(chan struct{}, 1),
		slots: make(chan struct{}, wire.MaxInFlight), queue: make(chan *call, wire.MaxInFlight),
		over: make(chan struct{}), idle: make(chan struct{}),
	}
	go h.read()
	return h
}

// Close ends the stream; calls that are under way fail. It returns when nothing of the stream is left, and no error. A
// second call does nothing.
func (h *Holder) Close() error {
	last := h.conn.Reset
	if len(h.slots) == 0 {
		last = h.conn.Close // the holder may finish in peace
	}
	h.stop(fmt.Errorf("%w: closed", ErrEnded), last)
	h.writing.Lock()
	if !h.closed {
		h.closed = true
		close(h.queue)
	}
	h.writing.Unlock()
	<-h.idle
	return nil
}

// Ended is closed when the stream has ended and another one is needed.
func (h *Holder) Ended() <-chan struct{} { return h.over }

// call is a request that is under way.
type call struct {
	ctx  context.Context //nolint:containedctx // the caller's; the call ends with it
	op   string
	stop func() bool              // ends the watch over ctx
	take func(*wire.Answer) error // takes the answer and reads its body; its error ends the stream
	sent chan struct{}            // closed when the request was written, or could not be
	lost error                    // why it could not be; set before sent is closed
	done chan struct{}            // closed when err is set
	err  error
}

// start sends a request with its body and returns the call, which wait waits for. The body may be used again then.
func (h *Holder) start(ctx context.Context, op string, m *wire.Request, body []byte, take func(*wire.Answer) error) (*call, error) {
	select {
	case h.slots <- struct{}{}:
	case <-h.over:
		return nil, h.named(op, h.why(ctx))
	case <-ctx.Done():
		return nil, h.named(op, context.Cause(ctx))
	}
	c := &call{ctx: ctx, op: op, take: take, sent: make(chan struct{}), done: make(chan struct{})}
	c.stop = context.AfterFunc(ctx, func() { h.end(context.Cause(ctx)) })
	h.writing.Lock()
	defer h.writing.Unlock()
	if h.closed {
		c.stop()
		<-h.slots
		return nil, h.named(op, h.why(ctx))
	}
	h.queue <- c // has as much room as there are slots
	if c.lost = h.conn.WriteRequest(m); c.lost == nil {
		c.lost = h.conn.WriteBody(body)
	}
	close(c.sent)
	return c, nil
}

// wait returns how a call ended.
func (c *call) wait() error {
	<-c.done
	return c.err
}

// ask sends a request and waits for its answer.
func (h *Holder) ask(ctx context.Context, op string, m *wire.Request, body []byte, take func(*wire.Answer) error) error {
	c, err := h.start(ctx, op, m, body, take)
	if err != nil {
		return err
	}
	return c.wait()
}

// read takes answers in the order of the calls until the stream is closed. Once it has ended they all fail.
func (h *Holder) read() {
	defer close(h.idle)
	for c := range h.queue {
		<-c.sent
		err := h.readAnswer(c)
		c.stop()
		c.err = h.named(c.op, err)
		<-h.slots // before anybody hears of the end: a Close that follows finds nothing under way
		close(c.done)
	}
}

// readAnswer returns how a call ends: nil, a *wire.Refusal, or why the stream has ended.
func (h *Holder) readAnswer(c *call) error {
	select {
	case <-h.over:
		return h.why(c.ctx)
	default:
	}
	// A holder that ends the stream while it is written to has said why.
	a, err := h.conn.ReadAnswer()
	if err != nil {
		if c.lost != nil {
			err = c.lost
		}
		return h.fail(c, fault(err))
	}
	if c.lost != nil {
		h.end(fault(c.lost))
	}
	if refused := a.Refused(); refused != nil {
		return refused
	}
	if err := c.take(a); err != nil {
		return h.fail(c, fault(err))
	}
	return nil
}

// fail ends the stream because of a call, and returns what the call is told: not the consequence of an end that others
// have caused.
func (h *Holder) fail(c *call, err error) error {
	if h.end(err) {
		return err
	}
	return h.why(c.ctx)
}

// end ends the stream at once; the first cause counts. It reports whether this was the first.
func (h *Holder) end(cause error) bool { return h.stop(cause, h.conn.Reset) }

func (h *Holder) stop(cause error, last func() error) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.cause != nil {
		return false
	}
	h.cause = cause
	close(h.over)
	_ = last() // there is nobody to tell
	return true
}

// why returns why a call fails on a stream that has ended: by its own context, or by something that is not its matter.
func (h *Holder) why(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if errors.Is(h.cause, ErrEnded) {
		return h.cause
	}
	return fmt.Errorf("%w: %v", ErrEnded, h.cause) //nolint:errorlint // what others have caused must not be taken for this call's
}

// endedByOther tells whether the stream has ended by the holder or the way to it, and not by a call of this side.
func (h *Holder) endedByOther() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return errors.Is(h.cause, ErrEnded)
}

func (h *Holder) named(op string, err error) error {
	if err == nil {
		return nil
	}
	return &HolderError{Peer: h.peer.Name, Op: op, Err: err}
}

// fault tells what breaks the protocol from a stream that fails.
func fault(err error) error {
	for _, breach := range []error{wire.ErrTooLarge, wire.ErrMalformed, wire.ErrNotCanonical, wire.ErrInvalid, wire.ErrBody} {
		if errors.Is(err, breach) {
			return fmt.Errorf("%w: %w", ErrProtocol, err)
		}
	}
	if errors.Is(err, ErrBadBytes) || errors.Is(err, ErrProtocol) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrEnded, err)
}
