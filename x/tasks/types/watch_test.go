package types_test

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// TestSlotSeedGolden: a change of this is a change of consensus.
func TestSlotSeedGolden(t *testing.T) {
	seed := types.SlotSeed(make([]byte, 32), 1, 2, 3, 4)
	require.Equal(t, "c53005e233ae8de7", hex.EncodeToString(seed[:8]))
	for _, other := range [][32]byte{
		types.SlotSeed(make([]byte, 32), 2, 2, 3, 4), types.SlotSeed(make([]byte, 32), 1, 3, 3, 4),
		types.SlotSeed(make([]byte, 32), 1, 2, 4, 4), types.SlotSeed(make([]byte, 32), 1, 2, 3, 5),
		types.SlotSeed(append(make([]byte, 31), 1), 1, 2, 3, 4), types.ProofSeed(make([]byte, 32), 1, 2, 3),
	} {
		require.NotEqual(t, seed, other)
	}
}

// Slots lie side by side from the opening to the close.
func TestSlotHeights(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		open := rapid.Int64Range(1, 1<<40).Draw(rt, "open")
		slots := rapid.Uint32Range(1, 64).Draw(rt, "slots")
		closed := open + rapid.Int64Range(int64(slots), 20_000).Draw(rt, "blocks")
		at := open
		for slot := range slots {
			from, until := types.SlotHeights(open, closed, slots, slot)
			require.Equal(rt, at, from)
			require.Greater(rt, until, from)
			at = until
		}
		require.Equal(rt, closed, at)
	})
}
