package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/node/outbox"
)

func TestWatch(t *testing.T) {
	full := fmt.Errorf("journal has failed: %w", &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC})
	broken := errors.New("input/output error")
	for name, tc := range map[string]struct {
		failure error         // from 25 s on
		room    time.Duration // after which there is some
		want    error
		ends    time.Duration
		told    int
	}{
		"ok: all is well":                 {nil, 0, nil, time.Minute, 0},
		"ok: stopped while it waits":      {full, time.Hour, nil, time.Minute, 1},
		"fails: broken disk":              {broken, 0, broken, 30 * time.Second, 0},
		"fails: full disk that has room":  {full, 0, full, 30 * time.Second, 0},
		"fails: full disk, when it can":   {full, 47 * time.Second, full, 50 * time.Second, 1},
		"fails: quota, when it has room":  {syscall.EDQUOT, 0, syscall.EDQUOT, 30 * time.Second, 0},
		"fails: broken disk without room": {broken, time.Hour, broken, 30 * time.Second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				var log bytes.Buffer
				err := outbox.Watch(ctx, 10*time.Second, func() error {
					if time.Since(begun) < 25*time.Second {
						return nil
					}
					return tc.failure
				}, func() error {
					if time.Since(begun) < tc.room {
						return syscall.ENOSPC
					}
					return nil
				}, slog.New(slog.NewTextHandler(&log, nil)))
				require.ErrorIs(t, err, tc.want)
				require.Equal(t, tc.ends, time.Since(begun))
				require.Equal(t, tc.told, strings.Count(log.String(), "the disk is full"))
			})
		})
	}
}

// A disk that was full and now fails otherwise is not waited for.
func TestWatchOfADiskThatBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		err := outbox.Watch(t.Context(), 10*time.Second, func() error { return syscall.ENOSPC }, func() error {
			if time.Since(begun) < 25*time.Second {
				return syscall.ENOSPC
			}
			return syscall.EROFS
		}, slog.New(slog.DiscardHandler))
		require.ErrorIs(t, err, syscall.ENOSPC)
		require.Equal(t, 30*time.Second, time.Since(begun))
	})
}
