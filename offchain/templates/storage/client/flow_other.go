//go:build !linux

package client

import "os"

// beginSync leaves everything to Sync.
func beginSync(*os.File, int64, int64) {}
