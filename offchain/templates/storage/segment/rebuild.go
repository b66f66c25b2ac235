package segment

import (
	"fmt"
	"slices"
)

// Rebuild appends the piece of an index to dst, made of k others. pieces has a place for each of the n indices, with the
// bytes of one and the same span of the pieces, of whatever length, or nil; what is there of the index itself is not
// used. What is appended is that span of the piece. It is right if the others are: the caller checks the root. Errors:
// ErrRange for an index that does not exist, ErrPieces, *TooFewError.
func (c *Coder) Rebuild(dst []byte, pieces [][]byte, index int) ([]byte, error) {
	if index < 0 || index >= c.profile.N {
		return dst, fmt.Errorf("rebuild piece: %w: index %d of %d", ErrRange, index, c.profile.N)
	}
	d := c.takeDesk()
	defer c.giveDesk(d)
	length := 0
	for i, p := range pieces {
		if i != index {
			length = max(length, len(p))
		}
	}
	have, err := d.place(pieces, length, index)
	if err != nil {
		return dst, fmt.Errorf("rebuild piece: %w", err)
	}
	if have < c.profile.K {
		return dst, fmt.Errorf("rebuild piece: %w", &TooFewError{Need: c.profile.K, Have: have})
	}
	out := slices.Grow(dst, length)
	d.shards[index] = out[len(out) : len(out) : len(out)+length] // the code fills what has room and no bytes
	d.required[index] = true
	if err := c.code.ReconstructSome(d.shards, d.required); err != nil {
		return dst, fmt.Errorf("rebuild piece: %w", err)
	}
	return out[:len(out)+length], nil
}
