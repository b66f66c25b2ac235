package message

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Limits of frames, in bytes after the length.
const (
	// MaxControlFrame bounds the frames of every protocol but piece transfer.
	MaxControlFrame = 64 << 10
	// MaxBulkFrame bounds the frames of piece transfer: 256 KiB of data and 16 KiB of what belongs to it.
	MaxBulkFrame = 256<<10 + 16<<10
)

// firstChunk is what is allocated for a frame before any of it has arrived.
const firstChunk = 4 << 10

// maxPrefix is the longest length prefix: three groups of seven bits reach beyond MaxBulkFrame.
const maxPrefix = 3

// WriteFrame writes b after its length as a varint, in one call of w if b is short. It returns ErrTooLarge, having
// written nothing, if b is longer than limit or than MaxBulkFrame, and the error of w.
func WriteFrame(w io.Writer, b []byte, limit int) error {
	if len(b) > min(limit, MaxBulkFrame) {
		return fmt.Errorf("write frame of %d bytes: %w", len(b), ErrTooLarge)
	}
	first := make([]byte, 0, maxPrefix+min(len(b), firstChunk))
	first = binary.AppendUvarint(first, uint64(len(b)))
	// A packet of its own for the length costs more than a copy, until the copy is long.
	if len(b) <= firstChunk {
		first, b = append(first, b...), nil
	}
	_, err := w.Write(first)
	if err == nil && len(b) > 0 {
		_, err = w.Write(b)
	}
	if err != nil {
		return fmt.Errorf("write frame: %w", err)
	}
	return nil
}

// ReadFrame reads what WriteFrame writes and not a byte more. It returns io.EOF if r ends before the first byte,
// ErrTruncated if it ends later, ErrTooLarge for a length above limit or MaxBulkFrame, ErrNotCanonical for a length
// that is not the shortest, and the error of r.
func ReadFrame(r io.Reader, limit int) ([]byte, error) {
	length, err := readLength(r)
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if err != nil {
		return nil, fmt.Errorf("read frame length: %w", err)
	}
	if length > min(limit, MaxBulkFrame) {
		return nil, fmt.Errorf("read frame of %d bytes: %w", length, ErrTooLarge)
	}
	b, err := readGrowing(r, length)
	if err != nil {
		return nil, fmt.Errorf("read frame: %w", err)
	}
	return b, nil
}

// ReadFrameInto reads a frame into buf, for callers that use their memory again, and returns its length; a frame longer
// than buf is ErrTooLarge. Errors as of ReadFrame.
func ReadFrameInto(r io.Reader, buf []byte) (int, error) {
	length, err := readLength(r)
	if errors.Is(err, io.EOF) {
		return 0, io.EOF
	}
	if err != nil {
		return 0, fmt.Errorf("read frame length: %w", err)
	}
	if length > min(len(buf), MaxBulkFrame) {
		return 0, fmt.Errorf("read frame of %d bytes: %w", length, ErrTooLarge)
	}
	if _, err := io.ReadFull(r, buf[:length]); err != nil {
		return 0, fmt.Errorf("read frame: %w", truncated(err))
	}
	return length, nil
}

// readLength reads a varint byte by byte: what follows it in the stream may belong to somebody else.
func readLength(r io.Reader) (int, error) {
	var b [1]byte
	var length int
	for i := range maxPrefix {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			if i > 0 && errors.Is(err, io.EOF) {
				return 0, ErrTruncated
			}
			return 0, err
		}
		length |= int(b[0]&0x7f) << (7 * i)
		if b[0] < 0x80 {
			if b[0] == 0 && i > 0 {
				return 0, ErrNotCanonical
			}
			return length, nil
		}
	}
	return 0, ErrTooLarge
}

// readGrowing reads n bytes into memory that at most doubles with what has arrived, so that announcing a large frame
// costs the sender as much as it costs us.
func readGrowing(r io.Reader, n int) ([]byte, error) {
	b := make([]byte, 0, min(n, firstChunk))
	for len(b) < n {
		if len(b) == cap(b) {
			grown := make([]byte, len(b), min(n, 2*cap(b)))
			copy(grown, b)
			b = grown
		}
		got, err := io.ReadFull(r, b[len(b):cap(b)])
		b = b[:len(b)+got]
		if err != nil {
			return nil, truncated(err)
		}
	}
	return b, nil
}

// truncated names the end of the input inside a frame.
func truncated(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTruncated
	}
	return err
}
