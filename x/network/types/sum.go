package types

import "github.com/mesh-protocol/mesh/proof"

// Fanout is the number of children of an inner node of a sum tree.
const Fanout = 16

// AsOf returns the sum as of the opening of an epoch: before every edit made in that epoch or
// later. It knows the last KeptOpenings openings only.
func (s Sum) AsOf(opening uint64) proof.U128 {
	for _, p := range s.Past {
		if p.Epoch >= opening {
			return sumFromBytes(p.Sum)
		}
	}
	return s.Latest()
}

// Latest returns the sum that counts from the next opening on.
func (s Sum) Latest() proof.U128 { return sumFromBytes(s.Now) }

// Edited returns the sum after an edit in an epoch. What it was before is kept once for the
// epoch, and what no kept opening can ask for is dropped.
func (s Sum) Edited(epoch uint64, now proof.U128) Sum {
	var past []PastSum
	for _, p := range s.Past {
		if p.Epoch+KeptOpenings > epoch {
			past = append(past, p)
		}
	}
	if n := len(past); n == 0 || past[n-1].Epoch < epoch {
		past = append(past, PastSum{Epoch: epoch, Sum: s.Now})
	}
	return Sum{Child: s.Child, Now: sumToBytes(now), Past: past}
}

// Child returns the sum of one child; one that was never edited is nothing.
func (n SumNode) Child(child uint32) Sum {
	for _, s := range n.Sums {
		if s.Child == child {
			return s
		}
	}
	return Sum{Child: child}
}

// WithChild returns the node with the sum of one child replaced.
func (n SumNode) WithChild(sum Sum) SumNode {
	sums := make([]Sum, 0, len(n.Sums)+1)
	placed := false
	for _, s := range n.Sums {
		if !placed && s.Child >= sum.Child {
			sums, placed = append(sums, sum), true
		}
		if s.Child != sum.Child {
			sums = append(sums, s)
		}
	}
	if !placed {
		sums = append(sums, sum)
	}
	return SumNode{Sums: sums}
}

func sumToBytes(u proof.U128) []byte {
	if u.IsZero() {
		return nil
	}
	b := u.Bytes()
	return b[:]
}

func sumFromBytes(b []byte) proof.U128 {
	if len(b) != proof.U128Size {
		return proof.U128{}
	}
	return proof.U128FromBytes([proof.U128Size]byte(b))
}
