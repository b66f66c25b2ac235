// Package wiretest is a stream in memory, for tests of both ends of the protocol for pieces.
package wiretest

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// Errors of a stream.
var (
	// ErrReset: one side has reset the stream.
	ErrReset = errors.New("stream was reset")
	// ErrClosed: the other side reads no more, or this one has said that it writes no more.
	ErrClosed = errors.New("stream is closed")
	// ErrFrame: a frame of the wrong kind or size.
	ErrFrame = errors.New("wrong frame")
)

const (
	maxBody = 64<<10 - 4
	maxBulk = 272 << 10
)

// End is one end of a stream that keeps what was written until it is read, up to a number of frames.
type End struct {
	in, out *way
}

// way is one direction.
type way struct {
	mu     sync.Mutex
	moved  *sync.Cond
	frames []frame
	window int
	ended  bool // nothing more is written
	unread bool // nobody reads any more
	reset  bool
}

type frame struct {
	bulk bool
	b    []byte
}

// Pipe returns the two ends of a stream on which so many frames are under way in each direction.
func Pipe(window int) (*End, *End) {
	there, back := newWay(window), newWay(window)
	return &End{in: back, out: there}, &End{in: there, out: back}
}

func newWay(window int) *way {
	w := &way{window: window}
	w.moved = sync.NewCond(&w.mu)
	return w
}

func (w *way) write(f frame) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.frames) >= w.window && !w.reset && !w.unread && !w.ended {
		w.moved.Wait()
	}
	switch {
	case w.reset:
		return ErrReset
	case w.unread, w.ended:
		return ErrClosed
	}
	w.frames = append(w.frames, frame{f.bulk, append([]byte(nil), f.b...)})
	w.moved.Broadcast()
	return nil
}

func (w *way) read() (frame, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.frames) == 0 && !w.reset && !w.ended && !w.unread {
		w.moved.Wait()
	}
	switch {
	case w.reset:
		return frame{}, ErrReset
	case w.unread:
		return frame{}, ErrClosed
	case len(w.frames) == 0:
		return frame{}, io.EOF
	}
	f := w.frames[0]
	w.frames = w.frames[1:]
	w.moved.Broadcast()
	return f, nil
}

func (w *way) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
	w.moved.Broadcast()
}

// ReadBody reads a control frame.
func (e *End) ReadBody() ([]byte, error) {
	f, err := e.in.read()
	if err == nil && f.bulk {
		err = ErrFrame
	}
	return f.b, err
}

// WriteBody writes a control frame.
func (e *End) WriteBody(b []byte) error {
	if len(b) > maxBody {
		return ErrFrame
	}
	return e.out.write(frame{b: b})
}

// ReadBulk reads a bulk frame, which may not be longer than buf.
func (e *End) ReadBulk(buf []byte) (int, error) {
	f, err := e.in.read()
	if err == nil && (!f.bulk || len(f.b) > len(buf)) {
		err = ErrFrame
	}
	if err != nil {
		return 0, err
	}
	return copy(buf, f.b), nil
}

// WriteBulk writes a bulk frame.
func (e *End) WriteBulk(b []byte) error {
	if len(b) > maxBulk {
		return ErrFrame
	}
	return e.out.write(frame{bulk: true, b: b})
}

// CloseWrite lets the other side read io.EOF after all that was written.
func (e *End) CloseWrite() error {
	e.out.set(func() { e.out.ended = true })
	return nil
}

// Close ends both directions; what was written still arrives.
func (e *End) Close() error {
	e.in.set(func() { e.in.unread = true })
	return e.CloseWrite()
}

// Reset ends both directions at once.
func (e *End) Reset() error {
	e.in.set(func() { e.in.reset = true })
	e.out.set(func() { e.out.reset = true })
	return nil
}

// Dialer opens streams to ends that somebody serves.
type Dialer func(ctx context.Context, peer string) (work.Stream, error)

// Open opens a stream.
func (d Dialer) Open(ctx context.Context, peer string) (work.Stream, error) { return d(ctx, peer) }
