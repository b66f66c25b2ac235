package work

import "context"

// Stream carries frames to and from one node. One goroutine may read while another writes.
type Stream interface {
	// ReadBody reads a control frame, a message of at most 64 KiB less a few bytes. A refusal of the other side is an error.
	ReadBody() ([]byte, error)
	// WriteBody writes a control frame.
	WriteBody(b []byte) error
	// ReadBulk reads a frame of bare bytes, at most 272 KiB, into buf and returns their number.
	ReadBulk(buf []byte) (int, error)
	// WriteBulk writes a frame of bare bytes, at most 272 KiB.
	WriteBulk(b []byte) error
	// CloseWrite says that nothing more will be written; the other side reads io.EOF.
	CloseWrite() error
	// Close ends the stream in both directions; what was written still arrives.
	Close() error
	// Reset ends the stream at once; what was written may be lost.
	Reset() error
}

// Dialer opens streams to nodes.
type Dialer interface {
	// Open opens a stream of the protocol for pieces to the peer of that libp2p name, which is dialled if need be. ctx
	// bounds the opening only.
	Open(ctx context.Context, peer string) (Stream, error)
}
