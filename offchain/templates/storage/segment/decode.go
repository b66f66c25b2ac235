package segment

import (
	"fmt"
	"slices"
)

// Open appends the plain bytes of a part of a segment to dst. pieces has a place for each of the n indices; what is there
// are the bytes of the part's Span of that piece, and the others are nil. Any k of them are enough, and so are the data
// pieces that the part lies in; data pieces are restored only where they are missing. Nothing in pieces is changed.
//
// Errors: ErrLength, ErrRange, ErrPieces, *TooFewError, and *SealedError if bytes are not those that were sealed. Nothing
// is appended then.
func (c *Coder) Open(dst []byte, cipher *Cipher, pieces [][]byte, part Part) ([]byte, error) {
	s, err := part.shape(c.profile.K)
	if err != nil {
		return dst, fmt.Errorf("open segment: %w", err)
	}
	d := c.takeDesk()
	defer c.giveDesk(d)
	part.needs(s, d.required)
	span := part.span(s)
	buf, err := c.restore(d, pieces, span.Len())
	defer c.giveBuffer(buf)
	if err != nil {
		return dst, fmt.Errorf("open segment: %w", err)
	}
	out := slices.Grow(dst, part.Length)
	first, last := part.blocks()
	for b := first; b <= last; b++ {
		if out, err = d.open(out, cipher, s, span, part, b); err != nil {
			return dst, fmt.Errorf("open segment: %w", err)
		}
	}
	return out, nil
}

// Decode appends a content of that length to dst, as Encode took it. pieces has a place for each of the n indices, with
// a whole piece or nil; any k are enough. The content is not verified. Errors: ErrLength, ErrPieces, *TooFewError.
func (c *Coder) Decode(dst []byte, pieces [][]byte, content int) ([]byte, error) {
	s, err := shapeOf(content, c.profile.K)
	if err != nil {
		return dst, fmt.Errorf("decode segment: %w", err)
	}
	d := c.takeDesk()
	defer c.giveDesk(d)
	for j := range s.k {
		d.required[j] = true
	}
	buf, err := c.restore(d, pieces, s.length)
	defer c.giveBuffer(buf)
	if err != nil {
		return dst, fmt.Errorf("decode segment: %w", err)
	}
	dst = slices.Grow(dst, content)
	for b := range s.count() {
		dst = append(dst, d.block(s, Span{To: s.length}, b)...)
	}
	return dst, nil
}

// restore puts the pieces on the desk and those that are required and missing beside them, made of k others, in a buffer
// that the caller gives back.
func (c *Coder) restore(d *desk, pieces [][]byte, length int) (*[]byte, error) {
	have, err := d.place(pieces, length, nobody)
	if err != nil {
		return nil, err
	}
	missing := 0
	for i, need := range d.required {
		if need && d.shards[i] == nil {
			missing++
		}
	}
	if missing == 0 {
		return nil, nil
	}
	if have < c.profile.K {
		return nil, &TooFewError{Need: c.profile.K, Have: have}
	}
	buf := c.takeBuffer(missing * stride(length))
	free := *buf
	for i, need := range d.required {
		if need && d.shards[i] == nil {
			d.shards[i] = free[:0:length] // the code fills what has room and no bytes
			free = free[stride(length):]
		}
	}
	if err := c.code.ReconstructSome(d.shards, d.required); err != nil {
		return buf, fmt.Errorf("restore pieces: %w", err)
	}
	return buf, nil
}

// nobody is the index that no piece has.
const nobody = -1

// place puts pieces of that length on the desk, but for one index, and returns how many there are, or ErrPieces.
func (d *desk) place(pieces [][]byte, length, except int) (int, error) {
	if len(pieces) != len(d.shards) {
		return 0, fmt.Errorf("%w: places for %d, there are %d indices", ErrPieces, len(pieces), len(d.shards))
	}
	have := 0
	for i, p := range pieces {
		if p == nil || i == except {
			continue
		}
		if len(p) != length || length == 0 {
			return 0, fmt.Errorf("%w: %d bytes of piece %d, expected %d", ErrPieces, len(p), i, length)
		}
		d.shards[i] = p
		have++
	}
	return have, nil
}

// open appends what the part has of a block.
func (d *desk) open(dst []byte, cipher *Cipher, s shape, span Span, part Part, block int) ([]byte, error) {
	sealed := d.block(s, span, block)
	start := block * plainBlock
	from, to := max(start, part.Offset), min(start+len(sealed)-tagLen, part.Offset+part.Length)
	if to-from == len(sealed)-tagLen {
		return cipher.openBlock(dst, &d.nonce, block, sealed)
	}
	plain, err := cipher.openBlock(d.plain[:0], &d.nonce, block, sealed)
	if err != nil {
		return dst, err
	}
	return append(dst, plain[from-start:to-start]...), nil
}

// block returns a sealed block out of a span of the data pieces, valid until the next call.
func (d *desk) block(s shape, span Span, block int) []byte {
	if s.whole(block) {
		return d.shards[block%s.k][block/s.k*sealedBlock-span.From:][:sealedBlock]
	}
	sealed := d.sealed[:s.size(block)]
	s.each(block, func(at, piece, offset, length int) {
		copy(sealed[at:at+length], d.shards[piece][offset-span.From:])
	})
	return sealed
}
