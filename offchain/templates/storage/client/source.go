package client

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Source is a file, or anything else whose size is known, that becomes an object.
type Source struct {
	Name     string // at most 1,024 bytes of UTF-8
	Size     uint64 // bytes
	Type     string // media type, or empty
	Modified int64  // Unix seconds, or 0
	// Open returns a reader of Size bytes; it is called again when the sending begins anew.
	Open func() (io.ReadCloser, error)
}

// FileSource is a file of this machine under its last name.
func FileSource(path string) (Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Source{}, fmt.Errorf("look at source: %w", err)
	}
	if !info.Mode().IsRegular() {
		return Source{}, fmt.Errorf("%w: %s is not a file", ErrInvalid, path)
	}
	return Source{
		Name: filepath.Base(path), Size: uint64(info.Size()), Modified: info.ModTime().Unix(),
		Open: func() (io.ReadCloser, error) { return os.Open(path) },
	}, nil
}

// BytesSource is bytes in memory.
func BytesSource(name string, b []byte) Source {
	return Source{
		Name: name, Size: uint64(len(b)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil },
	}
}

// fill reads exactly len(buf) bytes, or returns ErrChanged if there are fewer.
func fill(r io.Reader, buf []byte) error {
	_, err := io.ReadFull(r, buf)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it is shorter than announced", ErrChanged)
	}
	return err
}

// ended returns ErrChanged if there is more to read.
func ended(r io.Reader) error {
	var one [1]byte
	switch _, err := io.ReadFull(r, one[:]); {
	case err == nil:
		return fmt.Errorf("%w: it is longer than announced", ErrChanged)
	case errors.Is(err, io.EOF):
		return nil
	default:
		return err
	}
}
