package wire

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// Conn speaks the protocol over a stream. A frame that does not pass in time resets the stream, in both directions, so
// that no method waits for ever; the errors of both then wrap context.DeadlineExceeded. One goroutine may read while another
// writes.
type Conn struct {
	s        work.Stream
	patience time.Duration
	late     atomic.Bool // a frame has not passed in time, and the stream was reset for that
}

// NewConn returns a Conn whose frames have the given time each.
func NewConn(s work.Stream, patience time.Duration) *Conn { return &Conn{s: s, patience: patience} }

// Watch resets the stream when ctx ends. The returned function ends the watch and reports whether ctx had not ended.
func (c *Conn) Watch(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = c.s.Reset() })
}

// ReadRequest reads a request. However long one is waited for, the stream goes on while busy says that answers are
// under way. Errors: io.EOF at the end of the stream, those of Decode and of the stream.
func (c *Conn) ReadRequest(busy func() bool) (*Request, error) {
	m := new(Request)
	if err := receive(c, m, busy); err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	return m, nil
}

// WriteRequest writes a request. Errors are those of Encode and of the stream.
func (c *Conn) WriteRequest(m *Request) error {
	if err := send(c, m); err != nil {
		return fmt.Errorf("write request: %w", err)
	}
	return nil
}

// ReadAnswer reads an answer, which may refuse. Errors: io.EOF at the end of the stream, those of Decode and of the
// stream.
func (c *Conn) ReadAnswer() (*Answer, error) {
	m := new(Answer)
	if err := receive(c, m, idle); err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	return m, nil
}

// WriteAnswer writes an answer. Errors are those of Encode and of the stream.
func (c *Conn) WriteAnswer(m *Answer) error {
	if err := send(c, m); err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	return nil
}

// CloseWrite says that nothing more will be written; the other side reads io.EOF.
func (c *Conn) CloseWrite() error { return c.s.CloseWrite() }

// Close ends the stream in both directions; what was written still arrives.
func (c *Conn) Close() error { return c.s.Close() }

// Reset ends the stream at once; what was written may be lost.
func (c *Conn) Reset() error { return c.s.Reset() }

func send[M Message](c *Conn, m M) error {
	b, err := Encode(m)
	if err != nil {
		return err
	}
	return c.timed(idle, func() error { return c.s.WriteBody(b) })
}

func receive[M Message](c *Conn, m M, busy func() bool) error {
	var b []byte
	err := c.timed(busy, func() (err error) {
		b, err = c.s.ReadBody()
		return err
	})
	if err != nil {
		return err
	}
	return Decode(b, m)
}

// idle is how nothing is under way.
func idle() bool { return false }
