package storage

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/stretchr/testify/require"
	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/proof"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// Content is what a client puts into a deal: segments of n pieces each, with the public layout over them.
type Content struct {
	// Layout is the tree over the segments.
	Layout *proof.Layout
	// Pieces by segment and index.
	Pieces [][][]byte
}

// NewContent makes segments of n pieces with the given lengths in bytes, whose bytes follow from the deal and
// the version of the layout.
func (n *Network) NewContent(deal, version uint64, pieces uint32, lengths ...int) *Content {
	n.t.Helper()
	c := &Content{}
	var segments proof.SegmentList
	for at, length := range lengths {
		s, of := proof.Segment{Length: uint64(length)}, make([][]byte, pieces)
		for i := range of {
			of[i] = bytesOf(length, deal, version, uint64(at), uint64(i))
			s.Roots = append(s.Roots, blake3.Sum256(of[i]))
		}
		segments, c.Pieces = append(segments, s), append(c.Pieces, of)
	}
	n.lay(c, pieces, segments)
	return c
}

// NewVastContent makes that many segments of one length whose pieces all have the same bytes, so that any number of them fits
// into memory.
func (n *Network) NewVastContent(pieces uint32, segments, length int) *Content {
	n.t.Helper()
	piece := bytesOf(length)
	of, roots := make([][]byte, pieces), make([][32]byte, pieces)
	for i := range of {
		of[i], roots[i] = piece, blake3.Sum256(piece)
	}
	c := &Content{}
	var list proof.SegmentList
	for range segments {
		list, c.Pieces = append(list, proof.Segment{Length: uint64(length), Roots: roots}), append(c.Pieces, of)
	}
	n.lay(c, pieces, list)
	return c
}

// lay makes the layout of a content, by which it is found again.
func (n *Network) lay(c *Content, pieces uint32, segments proof.SegmentList) {
	n.t.Helper()
	layout, err := proof.BuildLayout(pieces, segments)
	require.NoError(n.t, err)
	c.Layout = layout
	root := layout.Root()
	n.contents[string(root.Hash[:])] = c
}

// bytesOf returns length bytes that no other numbers give.
func bytesOf(length int, numbers ...uint64) []byte {
	var name []byte
	for _, v := range numbers {
		name = binary.BigEndian.AppendUint64(name, v)
	}
	var b []byte
	for i := uint64(0); len(b) < length; i++ {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(name, i))
		b = append(b, sum[:]...)
	}
	return b[:length]
}

// Version returns the layout as the chain has it.
func (c *Content) Version(version uint64) tasktypes.Layout {
	root := c.Layout.Root()
	return tasktypes.Layout{Version: version, Root: root.Hash[:], Bytes: root.Bytes}
}

// index returns the pieces of one index, one a segment.
func (c *Content) index(index uint32) [][]byte {
	var pieces [][]byte
	for _, s := range c.Pieces {
		pieces = append(pieces, s[index])
	}
	return pieces
}

// groupOf returns a group of a piece and the flat list of the chaining values of all its groups.
func groupOf(piece []byte, group uint64) (data, cvs []byte, err error) {
	length := uint64(len(piece))
	for g := uint64(0); g*proof.GroupSize < length; g++ {
		part := piece[g*proof.GroupSize : min((g+1)*proof.GroupSize, length)]
		cv, err := proof.GroupCV(part, g, length)
		if err != nil {
			return nil, nil, err
		}
		if g == group {
			data = part
		}
		cvs = append(cvs, cv[:]...)
	}
	return data, cvs, nil
}
