package bench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"
)

// writeRandom makes the file that is moved.
func writeRandom(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("make the file: %w", err)
	}
	_, err = io.CopyN(f, rand.NewChaCha8([32]byte{1}), size)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write the file: %w", err)
	}
	return nil
}

// plainCopy copies a file, with one sync at the end, and returns what that took.
func plainCopy(from, to string) (cost, error) {
	if err := os.RemoveAll(to); err != nil {
		return cost{}, fmt.Errorf("remove a file: %w", err)
	}
	before, err := ownCPU()
	if err != nil {
		return cost{}, err
	}
	begun := time.Now()
	if err := copyFile(from, to); err != nil {
		return cost{}, err
	}
	took := time.Since(begun)
	after, err := ownCPU()
	return cost{wall: took, cpu: after - before}, err
}

func copyFile(from, to string) error {
	r, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	defer r.Close()
	w, err := os.Create(to)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	// Without the methods by which the kernel would copy, or share, the blocks itself.
	_, err = io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{r}, make([]byte, ioSize))
	if err := errors.Join(err, w.Sync(), w.Close()); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	return nil
}

// same compares two files.
func same(a, b string) error {
	x, err := os.Open(a)
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	defer x.Close()
	y, err := os.Open(b)
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	defer y.Close()
	p, q := make([]byte, ioSize), make([]byte, ioSize)
	for total := 0; ; {
		n, errX := io.ReadFull(x, p)
		m, errY := io.ReadFull(y, q)
		if total += n; n != m || !bytes.Equal(p[:n], q[:m]) {
			return fmt.Errorf("compare: %s and %s differ before byte %d", a, b, total)
		}
		if errX != nil || errY != nil {
			return ended(errX, errY)
		}
	}
}

// ended returns what else than the end of the files has ended a comparison.
func ended(errs ...error) error {
	for _, err := range errs {
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("compare: %w", err)
		}
	}
	return nil
}
