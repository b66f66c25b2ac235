//go:build !linux

package piece

import (
	"math"
	"os"
	"syscall"
)

// What only Linux offers is refused, or does nothing, elsewhere: the store then writes through the page cache.

func openDirect(string) (*os.File, error) { return nil, syscall.EINVAL }

func allocate(*os.File, int64, int64) error { return syscall.ENOSYS }

func adviseRandom(*os.File) error { return nil }

func writeOut(*os.File, int64, int64) error { return nil }

func syncData(f *os.File) error { return f.Sync() }

func freeBytes(string) (int64, error) { return math.MaxInt64, nil }
