package wire

import (
	"errors"
	"fmt"
	"io"
)

// FrameSize returns the length of the next frame of a body of which rest bytes are still to come.
func FrameSize(rest uint64) int { return int(min(rest, BulkFrame)) }

// WriteBody writes bytes as the next frames of a body. All but the last call for a body write whole frames: a multiple
// of BulkFrame. Errors are those of the stream.
func (c *Conn) WriteBody(b []byte) error {
	for len(b) > 0 {
		frame := b[:FrameSize(uint64(len(b)))]
		if err := c.timed(idle, func() error { return c.s.WriteBulk(frame) }); err != nil {
			return fmt.Errorf("write body: %w", err)
		}
		b = b[len(frame):]
	}
	return nil
}

// ReadFrame fills p with the next frame of a body, which must have that length. Errors: ErrBody, io.ErrUnexpectedEOF, those of the
// stream.
func (c *Conn) ReadFrame(p []byte) error {
	n := 0
	err := c.timed(idle, func() (err error) {
		n, err = c.s.ReadBulk(p)
		return err
	})
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // not the polite end of a stream
	}
	if err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	if n != len(p) {
		return fmt.Errorf("read body: %w: %d bytes for %d", ErrBody, n, len(p))
	}
	return nil
}

// ReadBody reads a body of n bytes into memory that grows as bytes arrive. Errors as of ReadFrame.
func (c *Conn) ReadBody(n uint64) ([]byte, error) {
	b := make([]byte, 0, FrameSize(n))
	for uint64(len(b)) < n {
		size := FrameSize(n - uint64(len(b)))
		b = append(b, make([]byte, size)...)
		if err := c.ReadFrame(b[len(b)-size:]); err != nil {
			return nil, err
		}
	}
	return b, nil
}
