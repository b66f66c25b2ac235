package types_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// noting is a hook that notes its name, and fails if it is told to.
type noting struct {
	name string
	err  error
	to   *[]string
}

func (n noting) AfterEpochClosed(_ context.Context, network, epoch uint64) error {
	if network == 3 && epoch == 5 {
		*n.to = append(*n.to, n.name)
	}
	return n.err
}

// TestMultiHooks calls in order and stops at the first error.
func TestMultiHooks(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name   string
		second error
		want   []string
	}{{"ok: all", nil, []string{"a", "b", "c"}}, {"fails: the second", broken, []string{"a", "b"}}} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			hooks := types.MultiHooks{noting{"a", nil, &got}, noting{"b", c.second, &got}, noting{"c", nil, &got}}
			require.Equal(t, c.second, hooks.AfterEpochClosed(context.Background(), 3, 5))
			require.Equal(t, c.want, got)
		})
	}
	require.NoError(t, types.MultiHooks{}.AfterEpochClosed(context.Background(), 3, 5))
}
