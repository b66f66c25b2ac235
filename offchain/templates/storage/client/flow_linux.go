package client

import (
	"os"

	"golang.org/x/sys/unix"
)

// beginSync begins to bring bytes of a file to the disk and does not wait. It is help and no more: what fails is found by Sync.
func beginSync(f *os.File, offset, length int64) {
	_ = unix.SyncFileRange(int(f.Fd()), offset, length, unix.SYNC_FILE_RANGE_WRITE)
}
