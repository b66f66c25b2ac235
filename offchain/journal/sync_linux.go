package journal

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncData makes the content and the length of f durable, without the times that fsync would add.
func syncData(f *os.File) error {
	for {
		// An interrupted call has failed at nothing; only a real error must not be tried again.
		if err := unix.Fdatasync(int(f.Fd())); err != unix.EINTR {
			return os.NewSyscallError("fdatasync "+f.Name(), err)
		}
	}
}
