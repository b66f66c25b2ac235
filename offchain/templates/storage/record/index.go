package record

import "lukechampine.com/blake3"

// Index finds the segments of a list by what they are called elsewhere.
type Index struct {
	segments  map[[32]byte]int
	manifests map[[32]byte]int
}

// NewIndex goes over a list once. Of segments with one id, or labels with one hash, the first is found: they have the
// same roots, or say to have the same content.
func NewIndex(l *List) *Index {
	x := &Index{segments: make(map[[32]byte]int, l.Len()), manifests: make(map[[32]byte]int)}
	var roots []byte // used again for every id
	for i := l.Len() - 1; i >= 0; i-- {
		s := l.segments[i]
		roots = s.appendRoots(roots[:0])
		x.segments[blake3.Sum256(roots)] = i
		if s.Label != nil {
			x.manifests[s.Label.Hash] = i
		}
	}
	return x
}

// Segment returns the number of the segment with an id, as manifests name it.
func (x *Index) Segment(id [32]byte) (number int, ok bool) {
	number, ok = x.segments[id]
	return number, ok
}

// Manifest returns the number of the segment that is labelled with the manifest of an object.
func (x *Index) Manifest(id CID) (number int, ok bool) {
	number, ok = x.manifests[id]
	return number, ok
}
