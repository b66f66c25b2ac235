package chain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPace(t *testing.T) {
	for name, tc := range map[string]struct {
		keeps int64
		want  time.Duration
	}{"ok": {1, 3 * time.Second}, "ok: pruned": {3, 0}} {
		t.Run(name, func(t *testing.T) {
			node := newFakeNode()
			node.keeps = tc.keeps
			head, pace, err := newClient(t, testConfig(node.serve(t)), nil).Pace(t.Context())
			require.NoError(t, err)
			require.Equal(t, int64(41), head.Height)
			require.Equal(t, tc.want, pace)
		})
	}
}
