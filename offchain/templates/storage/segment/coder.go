package segment

import (
	"fmt"
	"sync"

	"github.com/klauspost/reedsolomon"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Coder makes pieces of segments and segments of pieces, for one profile. It is safe for concurrent use.
type Coder struct {
	profile work.Profile
	code    reedsolomon.Encoder
	desks   sync.Pool // of *desk
	buffers sync.Pool // of *[]byte, each for the pieces of a full segment
	full    int       // length of such a buffer
}

// NewCoder returns a coder, or ErrProfile unless 1 ≤ k < n ≤ 256.
func NewCoder(p work.Profile) (*Coder, error) {
	if err := check(p); err != nil {
		return nil, fmt.Errorf("make coder: %w", err)
	}
	// Without the cache of inverted matrices, as it keeps one for every set of missing pieces there ever was.
	code, err := reedsolomon.New(p.K, p.N-p.K, reedsolomon.WithMaxGoroutines(1), reedsolomon.WithInversionCache(false))
	if err != nil {
		return nil, fmt.Errorf("make coder: %w", err)
	}
	longest, err := shapeOf(MaxContent, p.K)
	if err != nil {
		return nil, fmt.Errorf("make coder: %w", err)
	}
	return &Coder{profile: p, code: code, full: p.N * stride(longest.length)}, nil
}

// Profile returns the profile.
func (c *Coder) Profile() work.Profile { return c.profile }

// desk is what one call needs beside the pieces.
type desk struct {
	shards   [][]byte // n, what the code works on
	required []bool   // n, which of them are wanted
	cvs      []byte   // of all groups of all pieces
	sealed   []byte   // one block
	plain    []byte   // one block
	nonce    [nonceLen]byte
}

func (c *Coder) takeDesk() *desk {
	if d, ok := c.desks.Get().(*desk); ok {
		return d
	}
	return &desk{
		shards:   make([][]byte, c.profile.N),
		required: make([]bool, c.profile.N),
		sealed:   make([]byte, sealedBlock),
		plain:    make([]byte, plainBlock),
	}
}

// giveDesk takes a desk back, without what belongs to others.
func (c *Coder) giveDesk(d *desk) {
	clear(d.shards)
	clear(d.required)
	c.desks.Put(d)
}

// list returns the room for the CVs of all groups of n pieces.
func (d *desk) list(n, length int) []byte {
	size := n * groups(length) * proof.CVSize
	if cap(d.cvs) < size {
		d.cvs = make([]byte, size)
	}
	return d.cvs[:size]
}

// groups returns how many groups a piece has.
func groups(length int) int { return (length + proof.GroupSize - 1) / proof.GroupSize }

// line is a line of the processor's cache.
const line = 64

// stride returns how far apart pieces of that length begin in a buffer: on lines of the cache.
func stride(length int) int { return (length + line - 1) / line * line }

// takeBuffer returns room of at least n bytes, at most those of a full segment, with arbitrary content. Only what is worth
// it comes from the pool.
func (c *Coder) takeBuffer(n int) *[]byte {
	if n < c.full/8 {
		b := make([]byte, n)
		return &b
	}
	if b, ok := c.buffers.Get().(*[]byte); ok {
		return b
	}
	b := make([]byte, c.full)
	return &b
}

// giveBuffer takes a buffer back.
func (c *Coder) giveBuffer(b *[]byte) {
	if b != nil && len(*b) == c.full {
		c.buffers.Put(b)
	}
}
