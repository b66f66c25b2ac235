package proof_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/proof"
)

func newDuties(t testing.TB, n int) ([]proof.Duty, *proof.Trie) {
	t.Helper()
	var duties []proof.Duty
	var leaves proof.LeafList
	for i := range n {
		d := proof.Duty{Node: uint64(i / 3), Slot: uint32(i % 3), Weight: proof.U64(66_666 * uint64(1+i%2)), Answer: [64]byte(fill(byte(i), 64))}
		l, err := d.Leaf()
		require.NoError(t, err)
		duties, leaves = append(duties, d), append(leaves, l)
	}
	return duties, must(proof.BuildTrie(leaves))
}

func TestDuties(t *testing.T) {
	duties, trie := newDuties(t, 40)
	no := errors.New("no")
	for seed := range byte(50) {
		s := [32]byte{seed}
		p, err := proof.ProveDuties(trie, s, 3)
		require.NoError(t, err)
		asked := map[proof.Duty]int{}
		require.NoError(t, proof.VerifyDuties(trie.Root(), s, 3, p, func(d proof.Duty) error {
			require.Contains(t, duties, d)
			asked[d]++
			return nil
		}))
		for d, n := range asked {
			require.Equal(t, 1, n, "duty %v", d)
		}
		var drawErr *proof.DrawError
		require.ErrorAs(t, proof.VerifyDuties(trie.Root(), s, 3, p, func(proof.Duty) error { return no }), &drawErr)
		require.Equal(t, "duty", drawErr.Of)
		require.ErrorIs(t, drawErr, no)
	}
}

func TestDutiesRefused(t *testing.T) {
	_, err := proof.Duty{Node: proof.MaxWatched + 1, Weight: proof.U64(1)}.Leaf()
	require.ErrorIs(t, err, proof.ErrRange)
	_, err = proof.Duty{Slot: proof.MaxSlots, Weight: proof.U64(1)}.Leaf()
	require.ErrorIs(t, err, proof.ErrRange)
	most, err := proof.Duty{Node: proof.MaxWatched, Slot: proof.MaxSlots - 1}.Leaf()
	require.NoError(t, err)
	require.Equal(t, uint64(math.MaxUint64), most.Item)

	short := must(proof.BuildTrie(proof.LeafList{{Item: 1, Weight: proof.U64(1), Data: make([]byte, 63)}}))
	p := must(proof.ProveDuties(short, [32]byte{}, 1))
	fine := func(proof.Duty) error { return nil }
	require.ErrorIs(t, proof.VerifyDuties(short.Root(), [32]byte{}, 1, p, fine), proof.ErrRange)
	require.ErrorIs(t, proof.VerifyDuties(short.Root(), [32]byte{}, 0, p, fine), proof.ErrDraws)
	require.ErrorIs(t, proof.VerifyDuties(proof.Node{Sum: proof.U64(1)}, [32]byte{}, 1, p, fine), proof.ErrRoot)
	_, err = proof.ProveDuties(short, [32]byte{}, 65)
	require.ErrorIs(t, err, proof.ErrDraws)
}

func FuzzVerifyDuties(f *testing.F) {
	_, trie := newDuties(f, 12)
	seed := [32]byte{1}
	good := must(proof.ProveDuties(trie, seed, 3))
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add([]byte{0, 1, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		err := proof.VerifyDuties(trie.Root(), seed, 3, b, func(d proof.Duty) error {
			l, err := d.Leaf()
			require.NoError(t, err)
			require.Equal(t, d, must(proof.DutyOf(l)))
			return nil
		})
		if err == nil {
			require.Equal(t, good, b, "only one proof verifies")
		}
	})
}
