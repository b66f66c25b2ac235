package proof_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// A liar's claim has honest leaves and one forged subtree at the end of forgedPath, the rightmost place, whose interval
// is an exact share of the total. The first draw into that interval convicts.

var forgedPath = []int{1, 1}

// Honest leaves: a block of blockLeaves whose weight is a ninth of the whole, and restLeaves beside it.
const (
	blockLeaves  = 8
	restLeaves   = 16
	honestWeight = 9 * blockLeaves * restLeaves
)

// attack is one shape of forged subtree. With weight w below it and w = honestWeight/9 · copies it fills its share.
type attack struct {
	name  string
	forge func(root *tree, copies int) *tree
}

func forgedWeight(copies int) proof.U128 { return proof.U64(uint64(copies) * honestWeight / 9) }

var attacks = []attack{
	{"inflated leaf", func(_ *tree, copies int) *tree {
		// The leaf is in its place, but heavier than what the chain's state says.
		return leafTree(proof.Leaf{Item: dealsWithPrefix(1_000, 1, forgedPath...)[0], Weight: forgedWeight(copies)})
	}},
	{"phantom subtree", func(_ *tree, copies int) *tree { return phantom(forgedWeight(copies)) }},
	{"false child sum", func(_ *tree, copies int) *tree {
		return honestTree(unitLeaves(dealsWithPrefix(1_000, 4, forgedPath...)), 2).lying(forgedWeight(copies))
	}},
	{"repeated block", func(root *tree, copies int) *tree {
		block, _ := root.at([]int{0, 0})
		forged := block
		for range copies - 1 {
			forged = innerTree(forged, block)
		}
		return forged
	}},
	{"wrong turn", func(_ *tree, copies int) *tree {
		return leafTree(proof.Leaf{Item: dealsWithPrefix(1_000, 1, 0, 1)[0], Weight: forgedWeight(copies)})
	}},
	{"deep chain", func(_ *tree, copies int) *tree {
		l := proof.Leaf{Item: dealsWithPrefix(1_000, 1, forgedPath...)[0], Weight: forgedWeight(copies)}
		t := leafTree(l)
		for depth := 6; depth >= len(forgedPath); depth-- {
			if bit(l.Key(), depth) == 0 {
				t = innerTree(t, emptyTree())
			} else {
				t = innerTree(emptyTree(), t)
			}
		}
		return t
	}},
}

func unitLeaves(deals []uint64) []proof.Leaf {
	out := make([]proof.Leaf, len(deals))
	for i, d := range deals {
		out[i] = proof.Leaf{Item: d, Weight: proof.U64(1)}
	}
	return out
}

// liar is a claim with a forged share, and what the chain knows about its honest deals.
type liar struct {
	root   *tree
	honest map[uint64]proof.U128
}

func newLiar(a attack, copies int) liar {
	l := liar{honest: map[uint64]proof.U128{}}
	var leaves []proof.Leaf
	add := func(weight uint64, deals []uint64) {
		for _, d := range deals {
			leaves = append(leaves, proof.Leaf{Item: d, Weight: proof.U64(weight), Data: fill(byte(d), 16)})
			l.honest[d] = proof.U64(weight)
		}
	}
	add(restLeaves, dealsWithPrefix(0, blockLeaves, 0, 0))
	add(8*blockLeaves, dealsWithPrefix(0, restLeaves/2, 0, 1))
	add(8*blockLeaves, dealsWithPrefix(0, restLeaves/2, 1, 0))
	honest := honestTree(leaves, 0)
	l.root = innerTree(honest.l, innerTree(honestTree(leaves[blockLeaves+restLeaves/2:], 2), a.forge(honest, copies)))
	return l
}

// caught proves k draws as well as the liar can and reports whether the chain refuses them.
func (l liar) caught(draws []proof.U128) bool {
	opened, err := proof.VerifyMultiproof(l.root.node, draws, l.root.open(draws))
	if err != nil {
		return true
	}
	for _, o := range opened {
		if l.honest[o.Leaf.Item] != o.Leaf.Weight {
			return true
		}
	}
	return false
}

// shares are the forged shares of the total: honestWeight/9 of copies beside honestWeight.
var shares = []struct {
	name   string
	copies int
	share  float64
}{{"share=10", 1, 0.1}, {"share=50", 9, 0.5}}

// randomDraws returns the k leaf draws of a fresh seed.
func (l liar) randomDraws(r *rand.Rand, k int) []proof.U128 {
	var seed [32]byte
	for i := 0; i < len(seed); i += 8 {
		for j, w := 0, r.Uint64(); j < 8; j++ {
			seed[i+j] = byte(w >> (8 * j))
		}
	}
	return seededDraws(seed, k, l.root.node.Sum)
}

func TestForgedShareIsCaught(t *testing.T) {
	const sets = 200_000
	r := seeded.Source(t)
	for _, s := range shares {
		for _, k := range []int{1, 8, 16} {
			caught, each := 0, sets/len(attacks)
			for _, a := range attacks {
				n := countCaught(t, newLiar(a, s.copies), r, k, each)
				requireRate(t, a.name, n, each, s.share, k, 0.015)
				caught += n
			}
			requireRate(t, s.name, caught, each*len(attacks), s.share, k, 0.01)
		}
	}
}

// countCaught proves sets of k draws. A set is caught exactly if one of its draws falls into the forged interval, so that
// what the rates below measure is the draws, and what is asserted here is the verifier.
func countCaught(t *testing.T, l liar, r *rand.Rand, k, sets int) int {
	t.Helper()
	caught := 0
	for range sets {
		draws := l.randomDraws(r, k)
		forged := false
		for _, d := range draws {
			forged = forged || d.Cmp(proof.U64(honestWeight)) >= 0
		}
		got := l.caught(draws)
		if got != forged {
			t.Fatalf("draws %v: caught %v, forged %v", draws, got, forged)
		}
		if got {
			caught++
		}
	}
	return caught
}

func requireRate(t *testing.T, name string, caught, sets int, share float64, k int, within float64) {
	t.Helper()
	want := 1 - math.Pow(1-share, float64(k))
	rate := float64(caught) / float64(sets)
	t.Logf("%-16s k=%-2d caught %.4f, expected %.4f", name, k, rate, want)
	require.InDelta(t, want, rate, within, "%s, k=%d", name, k)
}

// BenchmarkForgedSum measures how often k = 8 draws, the default on chain, catch a forged share of 10 % and 50 %:
// caught/op over 200,000 proofs spread over all shapes of attack, beside the share expected. ns/op is one proof, made and
// verified.
func BenchmarkForgedSum(b *testing.B) {
	const sets, k = 200_000, 8
	for _, s := range shares {
		b.Run(s.name, func(b *testing.B) {
			r := seeded.Source(b)
			var liars []liar
			for _, a := range attacks {
				liars = append(liars, newLiar(a, s.copies))
			}
			try := func(i int) bool { return liars[i%len(liars)].caught(liars[0].randomDraws(r, k)) }
			caught := 0
			for i := range sets {
				if try(i) {
					caught++
				}
			}
			for i := 0; b.Loop(); i++ {
				try(i)
			}
			b.ReportMetric(float64(caught)/sets, "caught/op")
			b.ReportMetric(1-math.Pow(1-s.share, k), "expected/op")
		})
	}
}
