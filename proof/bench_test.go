package proof_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// million are 2^20 leaves that are computed when read: large deal ids, weights of about 40 bits, and all the data a leaf
// may have, so that the leaf has its greatest realistic size.
type million struct {
	data [proof.MaxLeafData]byte
}

func (m *million) Len() int { return 1 << 20 }

func (m *million) Leaf(i int) (proof.Leaf, error) {
	mix := uint64(i+1) * 0x9e3779b97f4a7c15
	return proof.Leaf{Item: 1<<63 | uint64(i), Weight: proof.U64(1 + mix>>24), Data: m.data[:]}, nil
}

// proofSeeds are how many seeds the longest proof is taken from.
const proofSeeds = 1000

// BenchmarkMultiproofVerify verifies 16 draws over 2^20 leaves. proof-bytes is the longest of 1,000 seeds, with the opened
// leaves in it.
func BenchmarkMultiproofVerify(b *testing.B) {
	b.Run("k=16", func(b *testing.B) {
		r := seeded.Source(b)
		trie, err := proof.BuildTrie(&million{})
		require.NoError(b, err)
		var draws []proof.U128
		var longest []byte
		for range proofSeeds {
			d := seededDraws(hash32(r), 16, trie.Root().Sum)
			p, _, err := trie.Prove(d)
			require.NoError(b, err)
			if len(p) > len(longest) {
				draws, longest = d, p
			}
		}
		for b.Loop() {
			if _, err := proof.VerifyMultiproof(trie.Root(), draws, longest); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(longest)), "proof-bytes")
	})
}

// wideSegments are 2^14 segments of 80 pieces of 2 MiB. Piece roots are computed when read, but for one index, which
// holds the same real piece in every segment.
type wideSegments struct {
	index uint32
	root  [32]byte
}

const (
	wideCount  = 1 << 14
	widePieces = 80
	widePiece  = 2 << 20
)

func (w *wideSegments) Len() int { return wideCount }

func (w *wideSegments) Segment(i int) (proof.Segment, error) {
	s := proof.Segment{Length: widePiece, Roots: make([][32]byte, widePieces)}
	for j := range s.Roots {
		binary.BigEndian.PutUint64(s.Roots[j][:], uint64(i)<<8|uint64(j))
	}
	s.Roots[w.index] = w.root
	return s, nil
}

// wideHolder holds the same layout and piece for each of 2^20 deals.
type wideHolder struct {
	layout *proof.Layout
	index  uint32
	piece  []byte
	cvs    []byte
}

// newWideHolder takes an index with the most siblings: the last 16 of 80 have two fewer.
func newWideHolder(tb testing.TB) *wideHolder {
	tb.Helper()
	h := &wideHolder{index: 17, piece: fill(1, widePiece)}
	h.cvs = groupsOf(tb, h.piece)
	layout, err := proof.BuildLayout(widePieces, &wideSegments{index: h.index, root: blake3.Sum256(h.piece)})
	require.NoError(tb, err)
	h.layout = layout
	return h
}

func (h *wideHolder) Layout(uint64) (*proof.Layout, uint32, error) { return h.layout, h.index, nil }

func (h *wideHolder) Group(_ uint64, _ int, group uint64) (data, cvs []byte, err error) {
	return groupOf(h.piece, group), h.cvs, nil
}

// BenchmarkStorageProof decodes and verifies a storage proof of 8 draws, and of the 16 of a small network, over 2^20 deals,
// each with a layout of 2^14 segments of 80 pieces of 2 MiB: the largest that is planned with. proof-bytes is the longest of
// 1,000 seeds.
func BenchmarkStorageProof(b *testing.B) {
	for _, k := range []int{8, 16} {
		benchStorageProof(b, k)
	}
}

func benchStorageProof(b *testing.B, k int) {
	b.Helper()
	b.Run(fmt.Sprint("k=", k), func(b *testing.B) {
		r := seeded.Source(b)
		trie, err := proof.BuildTrie(&million{})
		require.NoError(b, err)
		h := newWideHolder(b)
		var seed [32]byte
		var longest []byte
		for range proofSeeds {
			s := hash32(r)
			p, err := proof.ProveStorage(trie, s, k, h)
			require.NoError(b, err)
			if enc := must(p.Encode()); len(enc) > len(longest) {
				seed, longest = s, enc
			}
		}
		root := h.layout.Root()
		lookup := func(deal uint64) (proof.DealView, error) {
			l, err := (&million{}).Leaf(int(deal &^ (1 << 63)))
			return proof.DealView{Weight: l.Weight, LayoutHash: root.Hash, LayoutBytes: root.Bytes, N: widePieces,
				Index: h.index}, err
		}
		for b.Loop() {
			p, err := proof.DecodeStorageProof(longest)
			if err == nil {
				err = p.Verify(trie.Root(), seed, k, lookup)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(longest)), "proof-bytes")
		b.ReportMetric(float64(gasOfProof+gasOfByte*len(longest)), "gas")
	})
}

// What x/tasks charges for a storage proof, beside the state that it reads.
const gasOfProof, gasOfByte = 20_000, 5

// BenchmarkBuildTrie builds the trie over 2^20 leaves.
func BenchmarkBuildTrie(b *testing.B) {
	for b.Loop() {
		if _, err := proof.BuildTrie(&million{}); err != nil {
			b.Fatal(err)
		}
	}
}
