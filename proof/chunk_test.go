package proof_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/proof"
)

func TestChunkRefuses(t *testing.T) {
	piece := fill(3, 2*proof.GroupSize+100)
	n, cvs, root := uint64(len(piece)), groupsOf(t, piece), blake3.Sum256(piece)
	for _, tc := range []struct {
		name       string
		group, cvs []byte
		length     uint64
		chunk      uint64
		err        error
	}{
		{"ok: last chunk", piece[2*proof.GroupSize:], cvs, n, 32, nil},
		{"fails: chunk beyond the end", piece[2*proof.GroupSize:], cvs, n, 33, proof.ErrRange},
		{"fails: group too short", piece[:100], cvs, n, 0, proof.ErrPieceLength},
		{"fails: list too short", piece[:proof.GroupSize], cvs[32:], n, 0, proof.ErrPieceLength},
		{"fails: empty piece", nil, nil, 0, 0, proof.ErrPieceLength},
		{"fails: piece too long", piece[:proof.GroupSize], cvs, proof.MaxPieceLength + 1, 0, proof.ErrPieceLength},
	} {
		t.Run("open "+tc.name, func(t *testing.T) {
			_, err := proof.OpenChunk(tc.group, tc.cvs, tc.length, tc.chunk)
			require.ErrorIs(t, err, tc.err)
		})
	}
	last := requireChunk(t, piece, cvs, root, 32)
	padded := slices.Concat(last[:100], make([]byte, 924), last[100:])
	for _, tc := range []struct {
		name    string
		length  uint64
		chunk   uint64
		opening []byte
		err     error
	}{
		{"ok: last chunk", n, 32, last, nil},
		{"fails: one byte longer", n + 1, 32, last, proof.ErrTruncated},
		{"fails: last chunk filled with zeros", n, 32, padded, proof.ErrTrailing},
		{"fails: last chunk filled, length too", 2*proof.GroupSize + 1024, 32, padded, proof.ErrChunk},
		{"fails: one byte shorter", n - 1, 32, last, proof.ErrTrailing},
		{"fails: another chunk", n, 31, last, proof.ErrTruncated},
		{"fails: chunk beyond the end", n, 33, last, proof.ErrRange},
		{"fails: empty piece", 0, 0, nil, proof.ErrPieceLength},
		{"fails: piece too long", proof.MaxPieceLength + 1, 0, last, proof.ErrPieceLength},
		{"fails: empty opening", n, 32, nil, proof.ErrTruncated},
	} {
		t.Run("verify "+tc.name, func(t *testing.T) {
			_, err := proof.VerifyChunk(root, tc.length, tc.chunk, tc.opening)
			require.ErrorIs(t, err, tc.err)
		})
	}
}

func TestChunkOfAnotherPlace(t *testing.T) {
	piece := fill(4, 40*proof.ChunkSize)
	cvs, root := groupsOf(t, piece), blake3.Sum256(piece)
	for a := range uint64(40) {
		opening := requireChunk(t, piece, cvs, root, a)
		for b := range uint64(40) {
			if _, err := proof.VerifyChunk(root, uint64(len(piece)), b, opening); a != b {
				require.Error(t, err, "chunk %d as %d", a, b)
			}
		}
	}
}

func TestEveryBitFlipOfAChunkOpeningIsRefused(t *testing.T) {
	for _, n := range []int{1, 700, 1024, 5000, 3*proof.GroupSize + 5} {
		piece := fill(5, n)
		root := blake3.Sum256(piece)
		chunk := uint64(n-1) / proof.ChunkSize
		opening := requireChunk(t, piece, groupsOf(t, piece), root, chunk)
		flipBits(opening, func(b int) {
			if _, err := proof.VerifyChunk(root, uint64(n), chunk, opening); err == nil {
				t.Fatalf("%d bytes: bit %d", n, b)
			}
		})
	}
}

func TestPieceGolden(t *testing.T) {
	piece := fill(6, 3*proof.GroupSize+77)
	cvs := groupsOf(t, piece)
	root := blake3.Sum256(piece)
	golden(t, "piece", slices.Concat(root[:], cvs, requireChunk(t, piece, cvs, root, 48)))
}

// An opening that verifies is the one the honest prover makes.
func FuzzVerifyChunk(f *testing.F) {
	piece := fill(7, 2*proof.GroupSize+100)
	n, cvs, root := uint64(len(piece)), groupsOf(f, piece), blake3.Sum256(piece)
	for _, c := range []uint64{0, 15, 16, 31, 32} {
		f.Add(c, requireChunk(f, piece, cvs, root, c))
	}
	f.Fuzz(func(t *testing.T, chunk uint64, opening []byte) {
		if _, err := proof.VerifyChunk(root, n, chunk, opening); err == nil {
			require.Equal(t, requireChunk(t, piece, cvs, root, chunk), opening)
		}
	})
}
