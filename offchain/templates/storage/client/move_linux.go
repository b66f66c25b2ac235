package client

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// moveNew gives a file another name. Its error wraps fs.ErrExist if something has that, which stays as it is. Some file systems know
// no renaming of this kind and others, such as FAT, no second names.
func moveNew(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	switch {
	case errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOSYS):
		return linkNew(from, to)
	case err != nil:
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}
