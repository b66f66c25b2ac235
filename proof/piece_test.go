package proof_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"lukechampine.com/blake3"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// groupsOf returns the flat list of the CVs of a piece, as a holder keeps it.
func groupsOf(t require.TestingT, piece []byte) []byte {
	var cvs []byte
	for g := range slices.Collect(slices.Chunk(piece, proof.GroupSize)) {
		cv, err := proof.GroupCV(groupOf(piece, uint64(g)), uint64(g), uint64(len(piece)))
		require.NoError(t, err)
		cvs = append(cvs, cv[:]...)
	}
	return cvs
}

// groupOf returns the bytes of one group of a piece.
func groupOf(piece []byte, g uint64) []byte {
	return piece[g*proof.GroupSize : min((g+1)*proof.GroupSize, uint64(len(piece)))]
}

// borderLengths are all lengths near the borders of blocks, chunks, groups and powers of two up to 1 MiB.
func borderLengths() []int {
	var out []int
	near := func(n int) {
		for d := -2; d <= 2; d++ {
			if n+d > 0 {
				out = append(out, n+d)
			}
		}
	}
	for n := 1; n <= 130; n++ {
		out = append(out, n)
	}
	for c := 1; c <= 34; c++ {
		near(c * proof.ChunkSize)
	}
	for g := 2; g <= 18; g++ {
		near(g * proof.GroupSize)
		near(g*proof.GroupSize + proof.ChunkSize)
	}
	for n := 1 << 15; n <= 1<<20; n *= 2 {
		near(n)
		near(n + proof.ChunkSize)
		near(n - proof.GroupSize)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// The root of every piece is its plain BLAKE3 hash, and each chunk near an end or a border opens to it.
func TestPieceRootIsBlake3(t *testing.T) {
	data := fill(1, 1<<20+2048)
	for _, n := range borderLengths() {
		piece := data[:n]
		cvs := groupsOf(t, piece)
		root, err := proof.FoldGroups(cvs, uint64(n))
		require.NoError(t, err)
		require.Equal(t, blake3.Sum256(piece), root, "%d bytes", n)

		chunks := (n + proof.ChunkSize - 1) / proof.ChunkSize
		for _, c := range []int{0, 1, 15, 16, 17, chunks / 2, chunks - 17, chunks - 16, chunks - 2, chunks - 1} {
			if c >= 0 && c < chunks {
				requireChunk(t, piece, cvs, root, uint64(c))
			}
		}
	}
}

// requireChunk opens one chunk and checks that it verifies as this chunk.
func requireChunk(t require.TestingT, piece, cvs []byte, root [32]byte, chunk uint64) []byte {
	n := uint64(len(piece))
	opening, err := proof.OpenChunk(groupOf(piece, chunk/16), cvs, n, chunk)
	require.NoError(t, err)
	got, err := proof.VerifyChunk(root, n, chunk, opening)
	require.NoError(t, err)
	require.Equal(t, piece[chunk*proof.ChunkSize:min((chunk+1)*proof.ChunkSize, n)], got)
	return opening
}

func TestEveryChunkOfAPiece(t *testing.T) {
	for _, n := range []int{1, 1024, 16384, 16385, 5 * 16384, 100_000, 283 * 1024} {
		piece := fill(byte(n), n)
		cvs := groupsOf(t, piece)
		root := blake3.Sum256(piece)
		for c := uint64(0); c*proof.ChunkSize < uint64(n); c++ {
			requireChunk(t, piece, cvs, root, c)
		}
	}
}

// One sibling a level: 11 levels for 2 MiB, 10 for 1 MiB.
func TestChunkOpeningSizes(t *testing.T) {
	for _, tc := range []struct {
		name  string
		bytes int
		want  int
	}{
		{"ok: one byte", 1, 1},
		{"ok: one chunk", 1024, 1024},
		{"ok: one group", 16384, 1024 + 4*32},
		{"ok: 1 MiB", 1 << 20, 1024 + 10*32},
		{"ok: 2 MiB", 2 << 20, 1024 + 11*32},
	} {
		t.Run(tc.name, func(t *testing.T) {
			piece := make([]byte, tc.bytes)
			require.Len(t, requireChunk(t, piece, groupsOf(t, piece), blake3.Sum256(piece), 0), tc.want)
		})
	}
}

func TestPieces(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300_000).Draw(t, "length")
		piece := fill(byte(n), n)
		cvs := groupsOf(t, piece)
		root, err := proof.FoldGroups(cvs, uint64(n))
		require.NoError(t, err)
		require.Equal(t, blake3.Sum256(piece), root)
		requireChunk(t, piece, cvs, root, rapid.Uint64Max(uint64(n-1)).Draw(t, "position")/proof.ChunkSize)
	})
}

func TestPieceLengthsAreChecked(t *testing.T) {
	group := make([]byte, proof.GroupSize)
	for _, tc := range []struct {
		name     string
		p        []byte
		group    uint64
		pieceLen uint64
		err      error
	}{
		{"ok: first of two", group, 0, proof.GroupSize + 1, nil},
		{"ok: last of two", group[:1], 1, proof.GroupSize + 1, nil},
		{"ok: last group of the longest piece", group, proof.MaxPieceLength/proof.GroupSize - 1, proof.MaxPieceLength, nil},
		{"fails: empty piece", nil, 0, 0, proof.ErrPieceLength},
		{"fails: piece too long", group, 0, proof.MaxPieceLength + 1, proof.ErrPieceLength},
		{"fails: no such group", group[:1], 2, proof.GroupSize + 1, proof.ErrPieceLength},
		{"fails: group near 2^64", group[:1], 1 << 63, proof.GroupSize + 1, proof.ErrPieceLength},
		{"fails: group too short", group[:100], 0, proof.GroupSize + 1, proof.ErrPieceLength},
		{"fails: group too long", group, 1, proof.GroupSize + 1, proof.ErrPieceLength},
		{"fails: empty group", nil, 0, proof.GroupSize, proof.ErrPieceLength},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := proof.GroupCV(tc.p, tc.group, tc.pieceLen)
			require.ErrorIs(t, err, tc.err)
		})
	}
	for _, n := range []uint64{0, proof.GroupSize, 2*proof.GroupSize + 1, proof.MaxPieceLength + 1} {
		_, err := proof.FoldGroups(make([]byte, 64), n)
		require.ErrorIs(t, err, proof.ErrPieceLength, "%d bytes", n)
	}
	_, err := proof.FoldGroups(make([]byte, 63), 2*proof.GroupSize)
	require.ErrorIs(t, err, proof.ErrPieceLength)
}
