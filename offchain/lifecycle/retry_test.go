package lifecycle_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/lifecycle"
)

var errPasses, errStays = errors.New("passes"), errors.New("stays")

func TestRetry(t *testing.T) {
	for name, tc := range map[string]struct {
		ends []error // of the runs, one after the other
		want error
	}{
		"ok: at once":              {[]error{nil}, nil},
		"ok: after two that pass":  {[]error{errPasses, errPasses, nil}, nil},
		"fails: at once":           {[]error{errStays}, errStays},
		"fails: after one passing": {[]error{errPasses, errStays}, errStays},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun, runs := time.Now(), 0
				err := lifecycle.Retry(t.Context(), time.Second, func(err error) bool { return errors.Is(err, errPasses) }, func(context.Context) error {
					runs++
					return tc.ends[runs-1]
				})
				require.ErrorIs(t, err, tc.want)
				require.Equal(t, len(tc.ends), runs)
				require.Equal(t, time.Duration(runs-1)*time.Second, time.Since(begun), "a pause between two runs")
			})
		})
	}
}

func TestRetryEndsWithItsContext(t *testing.T) {
	passes := func(error) bool { return true }
	t.Run("fails: in the pause", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
			defer cancel()
			runs := 0
			err := lifecycle.Retry(ctx, time.Minute, passes, func(context.Context) error { runs++; return errPasses })
			require.ErrorIs(t, err, errPasses)
			require.Equal(t, 2, runs)
		})
	})
	t.Run("fails: in a run", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		runs := 0
		err := lifecycle.Retry(ctx, time.Hour, passes, func(context.Context) error { runs++; cancel(); return errPasses })
		require.ErrorIs(t, err, errPasses)
		require.Equal(t, 1, runs)
	})
}
