package duty_test

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"

	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// content is one version of a deal as the holder of an index has it.
type content struct {
	layout *proof.Layout
	index  uint32
	pieces [][]byte
	cvs    [][]byte
	at     work.Layout
}

// newContent makes a version of a deal with pieces of up to three groups.
func newContent(id uint64, index, n int, version uint64) *content {
	r := rand.New(rand.NewPCG(id, version))
	c := &content{index: uint32(index)}
	var segments proof.SegmentList
	for range 1 + r.IntN(3) {
		piece := make([]byte, 1+r.IntN(3*proof.GroupSize))
		for at := range piece {
			piece[at] = byte(r.Uint32())
		}
		roots := make([][32]byte, n)
		for at := range roots {
			roots[at] = sha256.Sum256(fmt.Appendf(nil, "%d/%d/%d", id, version, at))
		}
		roots[index] = blake3.Sum256(piece)
		segments = append(segments, proof.Segment{Length: uint64(len(piece)), Roots: roots})
		c.pieces, c.cvs = append(c.pieces, piece), append(c.cvs, cvsOf(piece))
	}
	var err error
	if c.layout, err = proof.BuildLayout(uint32(n), segments); err != nil {
		panic(err)
	}
	root := c.layout.Root()
	c.at = work.Layout{Version: version, Root: root.Hash, Bytes: root.Bytes}
	return c
}

func cvsOf(piece []byte) []byte {
	var list []byte
	for g := uint64(0); g*proof.GroupSize < uint64(len(piece)); g++ {
		cv, err := proof.GroupCV(groupOf(piece, g), g, uint64(len(piece)))
		if err != nil {
			panic(err)
		}
		list = append(list, cv[:]...)
	}
	return list
}

func groupOf(piece []byte, g uint64) []byte {
	return piece[g*proof.GroupSize : min(uint64(len(piece)), (g+1)*proof.GroupSize)]
}

// open returns the openings of a byte.
func (c *content) open(position uint64) (layout, chunk []byte, err error) {
	layout, segment, err := c.layout.Open(c.index, position)
	if err != nil {
		return nil, nil, err
	}
	root := c.layout.Root()
	at, err := proof.VerifyLayout(root, c.layout.Pieces(), c.index, position, layout)
	if err != nil {
		return nil, nil, err
	}
	chunk, err = proof.OpenChunk(groupOf(c.pieces[segment], at.Offset/proof.GroupSize), c.cvs[segment], at.Length, at.Chunk())
	return layout, chunk, err
}
