package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/x/rewards/types"
)

func TestHeld(t *testing.T) {
	g := someGenesis()
	held, err := g.Held(map[uint64]string{1: "ustr"})
	require.NoError(t, err)
	require.Equal(t, "2ustr", held.String(), "the fee since bonds changed and that before, no emission")
	require.Len(t, g.Fees, 1, "the state is as it was")

	none, err := types.DefaultGenesis().Held(nil)
	require.NoError(t, err)
	require.True(t, none.Empty())

	_, err = g.Held(map[uint64]string{2: "uother"})
	require.ErrorIs(t, err, types.ErrInvalidGenesis)
}
