package piece_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/piece"
)

func deals(t *testing.T, s *piece.Store, root [32]byte) (list []uint64) {
	t.Helper()
	require.NoError(t, s.Deals(root, func(deal uint64) error {
		list = append(list, deal)
		return nil
	}))
	return list
}

func TestPieceLivesUntilItsLastReference(t *testing.T) {
	s := openStore(t, small(t.TempDir()))
	b := content(1, 5000)
	root := put(t, s, 1, b)
	require.NoError(t, s.Link(math.MaxUint64, root))
	require.NoError(t, s.Link(0, root))
	require.NoError(t, s.Link(0, root), "twice is once")
	require.Equal(t, []uint64{0, 1, math.MaxUint64}, deals(t, s, root))
	require.NoError(t, s.Drop(1, root))
	require.NoError(t, s.Drop(1, root), "not there is no error")
	require.NoError(t, s.Drop(2, root), "of no deal of ours neither")
	requirePiece(t, s, b)
	require.NoError(t, s.DropDeal(0))
	requirePiece(t, s, b)
	require.NoError(t, s.DropDeal(math.MaxUint64))
	_, err := s.Get(root)
	require.ErrorIs(t, err, piece.ErrUnknown)
	require.Empty(t, deals(t, s, root))
	require.Zero(t, stat(t, s).Used)
	require.Zero(t, stat(t, s).Pieces)
	require.Equal(t, root, put(t, s, 1, b), "it can come back")
	requirePiece(t, s, b)
}

func TestLinkIsAllOrNothing(t *testing.T) {
	s := openStore(t, small(t.TempDir()))
	root := put(t, s, 1, content(1, 100))
	require.ErrorIs(t, s.Link(2, root, [32]byte{9}), piece.ErrUnknown)
	require.Empty(t, roots(t, s, 2))
	require.NoError(t, s.Link(2))
}

func TestWalkOfADeal(t *testing.T) {
	s := openStore(t, small(t.TempDir()))
	const n = 2*piece.ListChunk + 1
	var want [][32]byte
	for i := range uint64(n) {
		want = append(want, put(t, s, 5, content(i, 10)))
	}
	put(t, s, 4, content(n, 10))
	put(t, s, 6, content(n+1, 10))
	slices.SortFunc(want, func(a, b [32]byte) int { return slices.Compare(a[:], b[:]) })
	require.Equal(t, want, roots(t, s, 5))

	enough := errors.New("enough")
	count := 0
	require.Equal(t, enough, s.Pieces(5, func(root [32]byte) error {
		if count++; count == 3 {
			return enough
		}
		return s.Drop(5, root) // fn may call the store
	}))
	require.Equal(t, want[2:], roots(t, s, 5))
	require.NoError(t, s.DropDeal(5))
	require.Empty(t, roots(t, s, 5))
	require.Len(t, roots(t, s, 4), 1)
	require.Len(t, roots(t, s, 6), 1)
	require.Equal(t, enough, s.Deals(rootOf(content(n, 10)), func(uint64) error { return enough }))
}

func TestDropOfManyRoots(t *testing.T) {
	s := openStore(t, small(t.TempDir()))
	var all [][32]byte
	for i := range uint64(piece.ListChunk + 5) {
		all = append(all, put(t, s, 5, content(i, 10)))
	}
	require.NoError(t, s.Drop(5, all...))
	require.Zero(t, stat(t, s).Pieces)
}
