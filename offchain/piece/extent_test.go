package piece_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/piece"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// Spans that are taken never overlap, gaps are in order, apart, and not at the end; together they are all there is.
func TestExtentAccount(t *testing.T) {
	seeded.Checks(t, 300, func(t *rapid.T) {
		const limit = 200
		e := piece.NewExtent(1)
		var taken []piece.Span
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			if len(taken) > 0 && rapid.Bool().Draw(t, "give") {
				i := rapid.IntRange(0, len(taken)-1).Draw(t, "which")
				e.Give(taken[i])
				taken = append(taken[:i], taken[i+1:]...)
			} else {
				n := int64(rapid.IntRange(1, 30).Draw(t, "length"))
				s, ok := e.Take(n, limit)
				if !ok {
					require.Greater(t, e.End()+n, int64(limit))
					for _, g := range e.Gaps() {
						from, to := g.Bounds()
						require.Less(t, to-from, n)
					}
					continue
				}
				from, to := s.Bounds()
				require.Equal(t, n, to-from)
				taken = append(taken, s)
			}
			requireAccount(t, e, taken, limit)
		}
	})
}

func requireAccount(t *rapid.T, e *piece.Extent, taken []piece.Span, limit int) {
	owner := make([]string, limit+1)
	mark := func(s piece.Span, who string) {
		from, to := s.Bounds()
		for i := from; i < to; i++ {
			if owner[i] != "" {
				t.Fatalf("byte %d: %s and %s", i, owner[i], who)
			}
			owner[i] = who
		}
	}
	for _, s := range taken {
		mark(s, "taken")
	}
	last := int64(0)
	for _, g := range e.Gaps() {
		from, to := g.Bounds()
		require.Greater(t, from, last, "in order and apart")
		mark(g, "gap")
		last = to
	}
	require.True(t, e.End() > last || last == 0, "no gap at the end")
	for i := int64(1); i <= int64(limit); i++ {
		if i < e.End() != (owner[i] != "") {
			t.Fatalf("byte %d of %d: owner %q", i, e.End(), owner[i])
		}
	}
}
