package devnet

import (
	"errors"
	"fmt"
	"io"

	"github.com/mesh-protocol/mesh/offchain/dirlock"
)

// takeLock takes the directory for this process until the result is closed or the process ends. It is held by whoever
// starts, runs or ends the devnet of the directory.
func takeLock(dir string) (io.Closer, error) {
	lock, err := dirlock.Take(dir)
	if errors.Is(err, dirlock.ErrLocked) {
		return nil, fmt.Errorf("%w: another command starts, runs or ends the one in %s", ErrRunning, dir)
	}
	return lock, err
}
