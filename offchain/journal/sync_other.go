//go:build !linux

package journal

import "os"

// syncData makes f durable where there is no fdatasync.
func syncData(f *os.File) error { return f.Sync() }
