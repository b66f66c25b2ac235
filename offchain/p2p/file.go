package p2p

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// readLimited reads a whole file of at most limit bytes; a longer one is an error that wraps ErrInvalid.
func readLimited(f *os.File, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%w: more than %d bytes in %s", ErrInvalid, limit, f.Name())
	}
	return b, nil
}

// writeSynced writes a new file of mode 0600 beside path, makes it durable and hands its name to place, which gives it
// its final one. Afterwards the directory is durable too, and the temporary name is gone whatever happened.
func writeSynced(path string, b []byte, place func(temporary string) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // made with mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if gone := os.Remove(f.Name()); err == nil && gone != nil && !errors.Is(gone, os.ErrNotExist) {
			err = gone
		}
	}()
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	if err := place(f.Name()); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if closed := d.Close(); err == nil {
		err = closed
	}
	return err
}
