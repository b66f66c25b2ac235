package journal

import (
	"errors"
	"io"

	"github.com/mesh-protocol/mesh/offchain/dirlock"
)

// lockDir takes a directory for this process until the result is closed or the process ends.
func lockDir(dir string) (io.Closer, error) {
	lock, err := dirlock.Take(dir)
	var held *dirlock.LockedError
	if errors.As(err, &held) {
		return nil, (*LockedError)(held)
	}
	return lock, err
}
