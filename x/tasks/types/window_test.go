package types_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// The chain and every daemon must come to the same windows and positions.
func TestShiftsAndSeedsAreFixed(t *testing.T) {
	var text strings.Builder
	for _, room := range []uint64{0, 1, 7, 450} {
		for _, node := range []uint64{1, 2, 1 << 40} {
			fmt.Fprintf(&text, "shift network=3 node=%d room=%d %d\n", node, room, types.ProofShift(3, node, room))
		}
	}
	for _, at := range [][3]uint64{{1, 1, 1}, {1, 1, 2}, {1, 2, 1}, {2, 1, 1}, {1 << 63, 1, 1}} {
		fmt.Fprintf(&text, "seed network=%d epoch=%d node=%d %x\n", at[0], at[1], at[2], types.ProofSeed([]byte(strings.Repeat("s", 32)), at[0], at[1], at[2]))
	}
	golden(t, "windows.txt", text.String())
}

func TestProofShiftStaysWithinRoom(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		room := rapid.Uint64Range(0, 1_000_000).Draw(t, "room")
		shift := types.ProofShift(rapid.Uint64().Draw(t, "network"), rapid.Uint64().Draw(t, "node"), room)
		require.GreaterOrEqual(t, shift, int64(0))
		require.LessOrEqual(t, shift, int64(room))
	})
}

// The proofs of many nodes fill the epoch: no tenth of it has half or twice its part.
func TestProofShiftSpreads(t *testing.T) {
	const nodes, room = 10_000, 999
	var tenths [10]int
	for node := range uint64(nodes) {
		tenths[types.ProofShift(1, node, room)/100]++
	}
	for i, n := range tenths {
		require.InDelta(t, nodes/10, n, nodes/50, "tenth %d", i)
	}
}

func TestProofSeedsDiffer(t *testing.T) {
	seen := map[[32]byte]string{}
	for network := range uint64(5) {
		for epoch := range uint64(5) {
			for node := range uint64(5) {
				at := fmt.Sprint(network, epoch, node)
				seed := types.ProofSeed([]byte("seed"), network, epoch, node)
				require.Empty(t, seen[seed], "the seed of %s", at)
				seen[seed] = at
			}
		}
	}
}

func TestOpenings(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fixed uint32
		nodes uint64
		want  int
	}{
		{"ok: few nodes", 0, 0, 16}, {"ok: 99 nodes", 0, 99, 16}, {"ok: 100 nodes", 0, 100, 8},
		{"ok: 100,000 nodes", 0, 100_000, 8}, {"ok: more", 0, 100_001, 4},
		{"ok: as the network says", 3, 1, 3}, {"ok: whatever the nodes", 3, 1 << 40, 3},
	} {
		t.Run(tc.name, func(t *testing.T) { require.Equal(t, tc.want, types.Openings(tc.fixed, tc.nodes)) })
	}
}
