package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// TestSumIsTheNaiveModel edits a sum over epochs, of which some pass without an edit, and holds it
// as of each of the last 8 openings and the next one against a list of what it was at each.
func TestSumIsTheNaiveModel(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		s := types.Sum{Child: 3}
		var now proof.U128
		var asOf []proof.U128
		for epoch := range uint64(rapid.IntRange(1, 40).Draw(rt, "epochs")) {
			asOf = append(asOf, now)
			for range rapid.SampledFrom([]int{0, 0, 1, 1, 2, 3}).Draw(rt, "edits") {
				now = proof.U128{Hi: rapid.Uint64Range(0, 2).Draw(rt, "hi"), Lo: rapid.Uint64Range(0, 2).Draw(rt, "lo")}
				before, copied := s, clone(s)
				s = s.Edited(epoch, now)
				require.Equal(rt, copied, before, "an edit changes the sum it is made of")
			}
			require.Equal(rt, now, s.Latest())
			require.Equal(rt, now, s.AsOf(epoch+1))
			for opening := range epoch + 1 {
				if opening+types.KeptOpenings > epoch {
					require.Equal(rt, asOf[opening], s.AsOf(opening), "as of %d in epoch %d", opening, epoch)
				}
			}
			require.LessOrEqual(rt, len(s.Past), types.KeptOpenings)
			require.Equal(rt, uint32(3), s.Child)
		}
	})
}

// clone copies a sum with what it points to.
func clone(s types.Sum) types.Sum {
	past := make([]types.PastSum, len(s.Past))
	copy(past, s.Past)
	if s.Past == nil {
		past = nil
	}
	return types.Sum{Child: s.Child, Now: append([]byte(nil), s.Now...), Past: past}
}

// TestSumNodeKeepsOrder: children are in ascending order, each once, whatever the order of edits.
func TestSumNodeKeepsOrder(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		var n types.SumNode
		model := map[uint32]types.Sum{}
		for range rapid.IntRange(1, 40).Draw(rt, "edits") {
			child := rapid.Uint32Range(0, types.Fanout-1).Draw(rt, "child")
			sum := n.Child(child).Edited(1, proof.U64(rapid.Uint64().Draw(rt, "sum")))
			n, model[child] = n.WithChild(sum), sum
		}
		require.Len(rt, n.Sums, len(model))
		for i, s := range n.Sums {
			require.Equal(rt, model[s.Child], s)
			require.True(rt, i == 0 || n.Sums[i-1].Child < s.Child)
		}
		for child := range uint32(types.Fanout) {
			want, ok := model[child]
			if !ok {
				want = types.Sum{Child: child}
			}
			require.Equal(rt, want, n.Child(child))
		}
	})
}

// TestSumSpelling: nothing is spelled with no bytes, anything else with 16.
func TestSumSpelling(t *testing.T) {
	require.Empty(t, types.Sum{}.Edited(1, proof.U128{}).Now)
	require.Len(t, types.Sum{}.Edited(1, proof.U64(1)).Now, proof.U128Size)
	require.Equal(t, proof.U128{}, types.Sum{}.Latest())
}
