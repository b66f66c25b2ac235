package segment

import "fmt"

// Sizes in bytes.
const (
	// MaxPlain is the length of every segment of an object but the last.
	MaxPlain = blocks * plainBlock
	// MaxContent is the length of the content of such a segment.
	MaxContent = blocks * sealedBlock

	blocks      = 128                  // of a full segment
	sealedBlock = 64 << 10             // of the content; the last one may be shorter
	plainBlock  = sealedBlock - tagLen // of the segment
	tagLen      = 16                   // of AES-GCM
)

// Count returns the number of segments of an object of size bytes.
func Count(size uint64) uint64 {
	n := size / MaxPlain
	if size%MaxPlain != 0 {
		n++
	}
	return n
}

// LengthOf returns how many bytes of an object of size bytes lie in a segment, 0 for one that it does not have.
func LengthOf(size, number uint64) int {
	if number >= Count(size) {
		return 0
	}
	return int(min(MaxPlain, size-number*MaxPlain))
}

// ContentLength returns the length of the content of a segment of 1…MaxPlain plain bytes, or ErrLength.
func ContentLength(plain int) (int, error) {
	if plain < 1 || plain > MaxPlain {
		return 0, fmt.Errorf("%w: %d plain bytes", ErrLength, plain)
	}
	return plain + (plain+plainBlock-1)/plainBlock*tagLen, nil
}

// PlainLength returns how many plain bytes a content of that length holds, or ErrLength if there is none such.
func PlainLength(content int) (int, error) {
	last := content % sealedBlock
	if content < 1 || content > MaxContent || last > 0 && last <= tagLen {
		return 0, fmt.Errorf("%w: content of %d bytes", ErrLength, content)
	}
	return content - (content+sealedBlock-1)/sealedBlock*tagLen, nil
}

// PieceLength returns the length of every piece of a content of 1…MaxContent bytes, or ErrLength or ErrProfile.
func PieceLength(content, k int) (int, error) {
	s, err := shapeOf(content, k)
	return s.length, err
}

// shape is how a content lies in its k data pieces: block b of the whole stripes in piece b mod k, what is left in k
// equal shares in a row.
type shape struct {
	k       int
	content int // length in bytes
	stripes int // whole ones
	rest    int // bytes after them
	share   int // of the rest in each piece, filled with zeros in the last ones
	length  int // of a piece
}

func shapeOf(content, k int) (shape, error) {
	if k < 1 {
		return shape{}, fmt.Errorf("%w: k is %d", ErrProfile, k)
	}
	if content < 1 || content > MaxContent {
		return shape{}, fmt.Errorf("%w: content of %d bytes", ErrLength, content)
	}
	s := shape{k: k, content: content, stripes: content / (k * sealedBlock)}
	s.rest = content - s.stripes*k*sealedBlock
	s.share = (s.rest + k - 1) / k
	s.length = s.stripes*sealedBlock + s.share
	return s, nil
}

// count returns the number of blocks.
func (s shape) count() int { return (s.content + sealedBlock - 1) / sealedBlock }

// size returns the length of a block.
func (s shape) size(block int) int { return min(sealedBlock, s.content-block*sealedBlock) }

// whole says whether a block lies in a whole stripe, and so in one piece.
func (s shape) whole(block int) bool { return block < s.stripes*s.k }

// each calls do for every run of bytes of a block that lies in the last stripe: bytes from at on of the block are those
// from offset on of a piece.
func (s shape) each(block int, do func(at, piece, offset, length int)) {
	size := s.size(block)
	for at := 0; at < size; {
		in := (block-s.stripes*s.k)*sealedBlock + at // of the last stripe
		length := min(size-at, s.share-in%s.share)
		do(at, in/s.share, s.stripes*sealedBlock+in%s.share, length)
		at += length
	}
}
