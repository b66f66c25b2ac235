package p2p

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// Stream carries frames to and from one peer. Each frame must pass within the protocol's Idle time, so that a peer who
// drips bytes holds nothing for long. One goroutine may read while another writes.
type Stream struct {
	raw  network.Stream
	idle time.Duration
	max  int // bytes of a frame
}

// Peer is who is at the other end.
func (s *Stream) Peer() peer.ID { return s.raw.Conn().RemotePeer() }

// ReadBody reads a control frame of at most the protocol's MaxFrame: errors as of message.ReadBody, a peer's refusal
// being a *message.Refusal inside the error, and context.DeadlineExceeded if the frame does not arrive in time.
func (s *Stream) ReadBody() ([]byte, error) {
	if err := s.raw.SetReadDeadline(s.deadline()); err != nil {
		return nil, fmt.Errorf("read frame: %w", err)
	}
	b, err := message.ReadBody(s.raw, s.max)
	return b, named(err)
}

// WriteBody writes a control frame: errors as of message.WriteBody, and context.DeadlineExceeded if it is not taken in
// time.
func (s *Stream) WriteBody(b []byte) error {
	if err := s.raw.SetWriteDeadline(s.deadline()); err != nil {
		return fmt.Errorf("write frame: %w", err)
	}
	return named(message.WriteBody(s.raw, b, s.max))
}

// ReadBulk reads a frame of bare bytes into buf and returns their number: errors as of message.ReadFrameInto, and
// context.DeadlineExceeded.
func (s *Stream) ReadBulk(buf []byte) (int, error) {
	if err := s.raw.SetReadDeadline(s.deadline()); err != nil {
		return 0, fmt.Errorf("read frame: %w", err)
	}
	n, err := message.ReadFrameInto(s.raw, buf[:min(len(buf), s.max)])
	return n, named(err)
}

// WriteBulk writes a frame of bare bytes: errors as of message.WriteFrame, and context.DeadlineExceeded.
func (s *Stream) WriteBulk(b []byte) error {
	if err := s.raw.SetWriteDeadline(s.deadline()); err != nil {
		return fmt.Errorf("write frame: %w", err)
	}
	return named(message.WriteFrame(s.raw, b, s.max))
}

// Refuse tells the peer why it gets nothing. The stream is not closed by that.
func (s *Stream) Refuse(r *message.Refusal) error {
	if err := s.raw.SetWriteDeadline(s.deadline()); err != nil {
		return fmt.Errorf("write refusal: %w", err)
	}
	return named(message.WriteRefusal(s.raw, r))
}

// CloseWrite says that nothing more will be written; the peer reads io.EOF.
func (s *Stream) CloseWrite() error { return s.raw.CloseWrite() }

// Close ends the stream in both directions; what was written still arrives.
func (s *Stream) Close() error { return s.raw.Close() }

// Reset ends the stream at once; what was written may be lost.
func (s *Stream) Reset() error { return s.raw.Reset() }

// deadline is the machine's time by which the next frame must have passed.
func (s *Stream) deadline() time.Time { return time.Now().Add(s.idle) }

// resetAfter makes every read and write fail once ctx ends. The returned function ends the watch; it reports whether
// ctx had not ended.
func (s *Stream) resetAfter(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = s.raw.Reset() })
}

// named gives the many kinds of timeout one name. An error that ends a stream is never retried on it, so nothing else
// of the network's errors is of use to callers.
func named(err error) error {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", context.DeadlineExceeded, err)
	}
	return err
}
