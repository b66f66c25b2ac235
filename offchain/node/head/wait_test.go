package head_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/node/head"
)

var (
	errAway  = errors.New("the chain does not answer")
	errOther = errors.New("it is another chain")
)

// script is a chain that answers one thing after another, the last one for ever: a height, or an error.
type script struct {
	answers []any
	next    int
}

func (s *script) Height(context.Context) (int64, error) {
	answer := s.answers[min(s.next, len(s.answers)-1)]
	s.next++
	if err, ok := answer.(error); ok {
		return 0, err
	}
	return int64(answer.(int)), nil
}

func TestWait(t *testing.T) {
	away := func(looks int) []any { return slices.Repeat([]any{errAway}, looks) }
	for name, tc := range map[string]struct {
		answers []any
		after   time.Duration
		err     error
	}{
		"ok: it is there":              {[]any{7}, 0, nil},
		"ok: it is past":               {[]any{9}, 0, nil},
		"ok: it comes":                 {[]any{5, 6, 7}, 2 * time.Second, nil},
		"ok: the chain comes back":     {slices.Concat(away(60), []any{7}), time.Minute, nil},
		"ok: it comes back twice":      {slices.Concat(away(40), []any{6}, away(40), []any{7}), 81 * time.Second, nil},
		"fails: the chain is away":     {away(1), time.Minute, errAway},
		"fails: it goes away for good": {[]any{5, 6, errAway}, time.Minute + time.Second, errAway},
		"fails: it is another chain":   {[]any{5, errOther}, time.Second, errOther},
		"fails: the caller has enough": {[]any{6}, time.Hour, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				begun := time.Now()
				err := head.Wait(ctx, &script{answers: tc.answers}, 7, poll, func(err error) bool { return errors.Is(err, errAway) })
				require.ErrorIs(t, err, tc.err)
				require.Equal(t, tc.after.String(), time.Since(begun).String())
			})
		})
	}
}
