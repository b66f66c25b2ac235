package piece

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// uninterrupted makes a system call until it is not interrupted: an interrupted call has failed at nothing.
func uninterrupted(name string, call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError(name, err)
		}
	}
}

// openDirect opens an existing file so that reads and writes go around the page cache.
func openDirect(name string) (*os.File, error) { return os.OpenFile(name, os.O_RDWR|unix.O_DIRECT, 0) }

// allocate gives a range of a file its blocks.
func allocate(f *os.File, offset, length int64) error {
	return uninterrupted("fallocate", func() error { return unix.Fallocate(int(f.Fd()), 0, offset, length) })
}

// adviseRandom keeps the kernel from reading ahead.
func adviseRandom(f *os.File) error {
	return uninterrupted("fadvise", func() error { return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_RANDOM) })
}

// writeOut starts and awaits the writing of a range and gives its pages back. It makes nothing durable.
func writeOut(f *os.File, offset, length int64) error {
	const flags = unix.SYNC_FILE_RANGE_WAIT_BEFORE | unix.SYNC_FILE_RANGE_WRITE | unix.SYNC_FILE_RANGE_WAIT_AFTER
	fd := int(f.Fd())
	if err := uninterrupted("sync_file_range", func() error { return unix.SyncFileRange(fd, offset, length, flags) }); err != nil {
		return err
	}
	return uninterrupted("fadvise", func() error { return unix.Fadvise(fd, offset, length, unix.FADV_DONTNEED) })
}

// syncData makes the content and the length of a file durable, without the times that fsync would add.
func syncData(f *os.File) error {
	return uninterrupted("fdatasync", func() error { return unix.Fdatasync(int(f.Fd())) })
}

// freeBytes returns what a user may still write to the file system of a directory.
func freeBytes(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := uninterrupted("statfs", func() error { return unix.Statfs(dir, &st) }); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * st.Bsize, nil
}
