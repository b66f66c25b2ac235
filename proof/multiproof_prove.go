package proof

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sort"
)

// Prove returns the multiproof that opens the leaves of the draws, and what VerifyMultiproof says about it: the proof is
// verified before it is returned, so that leaves which changed since the trie was built are found here. Errors: ErrDraws;
// *DrawError with ErrNotOpened for a draw at or above the total; ErrTooLarge for a proof above MaxProofSize; those of the
// source; ErrRoot if the source changed.
func (t *Trie) Prove(draws []U128) ([]byte, []Opened, error) {
	if len(draws) < 1 || len(draws) > MaxDraws {
		return nil, nil, fmt.Errorf("prove %d draws: %w", len(draws), ErrDraws)
	}
	for i, d := range draws {
		if d.Cmp(t.Root().Sum) >= 0 {
			return nil, nil, &DrawError{Draw: i, Err: ErrNotOpened}
		}
	}
	w := proofWriter{trie: t}
	sorted := slices.SortedFunc(slices.Values(draws), U128.Cmp)
	if err := w.open(span{b: t.Len()}, t.Root(), sorted, U128{}); err != nil {
		return nil, nil, fmt.Errorf("prove draws: %w", err)
	}
	p := binary.AppendUvarint(nil, uint64(w.count))
	p = append(p, w.leaves...)
	p = append(p, w.siblings...)
	opened, err := VerifyMultiproof(t.Root(), draws, p)
	if err != nil {
		return nil, nil, fmt.Errorf("check own proof: %w", err)
	}
	return p, opened, nil
}

// proofWriter collects the two lists of a multiproof while it walks the trie depth first.
type proofWriter struct {
	trie     *Trie
	count    int
	leaves   []byte
	siblings []byte
}

// open writes what the draws, ascending, need below the span, whose node is n and whose interval begins at start.
func (w *proofWriter) open(s span, n Node, draws []U128, start U128) error {
	if len(draws) == 0 {
		w.siblings = appendUvarint128(w.siblings, n.Sum)
		if !n.IsEmpty() {
			w.siblings = append(w.siblings, n.Hash[:]...)
		}
		return nil
	}
	switch s.b - s.a {
	case 0: // the sums promised a leaf here
		return fmt.Errorf("open leaf: source changed: %w", ErrRoot)
	case 1:
		return w.leaf(s)
	}
	ls, rs := w.trie.split(s)
	l, err := w.trie.node(ls)
	if err != nil {
		return err
	}
	r, err := w.trie.node(rs)
	if err != nil {
		return err
	}
	edge, err := start.Add(l.Sum)
	if err != nil {
		return err
	}
	m := sort.Search(len(draws), func(i int) bool { return draws[i].Cmp(edge) >= 0 })
	if err := w.open(ls, l, draws[:m], start); err != nil {
		return err
	}
	return w.open(rs, r, draws[m:], edge)
}

func (w *proofWriter) leaf(s span) error {
	l, err := w.trie.leaf(s.a)
	if err != nil {
		return err
	}
	w.leaves, err = l.AppendTo(append(w.leaves, byte(s.depth)))
	w.count++
	return err
}
