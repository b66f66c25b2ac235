//go:build unix

package dirlock

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// FileName is the file in the directory whose lock counts. It stays when the lock is given back: removing it
// would let two processes lock two files of the same name.
const FileName = "lock"

// ErrLocked is what a *LockedError wraps.
var ErrLocked = errors.New("directory is in use")

// LockedError says that another process has the directory.
type LockedError struct {
	Dir string
	PID int // of the holder; 0 when it has not written it yet
}

// Error names the directory and the process.
func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("%v: %s", ErrLocked, e.Dir)
	}
	return fmt.Sprintf("%v: %s, by process %d", ErrLocked, e.Dir, e.PID)
}

// Unwrap returns ErrLocked.
func (e *LockedError) Unwrap() error { return ErrLocked }

// Take takes the directory, which must exist, for this process until the result is closed or the process
// ends. Another holder, in this process or another, is a *LockedError.
func Take(dir string) (io.Closer, error) {
	f, err := os.OpenFile(filepath.Join(dir, FileName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, &LockedError{Dir: dir, PID: readPID(f)}
		}
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	if err := writePID(f); err != nil {
		return nil, errors.Join(fmt.Errorf("write lock: %w", err), f.Close())
	}
	return f, nil
}

// Holder returns the process that has the directory, 0 if none has. It leaves no file behind where there was none, and
// looks by taking the lock for a moment.
func Holder(dir string) (pid int, err error) {
	if _, err := os.Stat(filepath.Join(dir, FileName)); errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	l, err := Take(dir)
	var locked *LockedError
	if errors.As(err, &locked) {
		return max(1, locked.PID), nil
	}
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return 0, l.Close()
}

// readPID reads who holds the lock, 0 when the holder has not written it yet.
func readPID(r io.Reader) int {
	b, err := io.ReadAll(io.LimitReader(r, 20))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return 0
	}
	return pid
}

func writePID(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}
