package segment

import (
	"fmt"

	"github.com/mesh-protocol/mesh/proof"
)

// Seal seals 1…MaxPlain plain bytes and codes the content into n pieces. The cipher must never have sealed anything else.
// Errors: ErrLength.
func (c *Coder) Seal(cipher *Cipher, plain []byte) (*Pieces, error) {
	content, err := ContentLength(len(plain))
	if err != nil {
		return nil, fmt.Errorf("seal segment: %w", err)
	}
	d := c.takeDesk()
	defer c.giveDesk(d)
	p, err := c.encode(d, content, func(dst []byte, block int) {
		cipher.sealBlock(dst[:0], &d.nonce, block, plain)
	})
	if err != nil {
		return nil, fmt.Errorf("seal segment: %w", err)
	}
	return p, nil
}

// Encode codes a content of 1…MaxContent bytes that is sealed already, as that of a manifest is, into n pieces. Errors:
// ErrLength.
func (c *Coder) Encode(content []byte) (*Pieces, error) {
	d := c.takeDesk()
	defer c.giveDesk(d)
	p, err := c.encode(d, len(content), func(dst []byte, block int) {
		copy(dst, content[block*sealedBlock:])
	})
	if err != nil {
		return nil, fmt.Errorf("encode segment: %w", err)
	}
	return p, nil
}

// encode makes the pieces of a content, of which fill writes one block at a time to dst, all of it.
func (c *Coder) encode(d *desk, content int, fill func(dst []byte, block int)) (*Pieces, error) {
	s, err := shapeOf(content, c.profile.K)
	if err != nil {
		return nil, err
	}
	p := c.newPieces(s.length)
	cvs := d.list(c.profile.N, s.length)
	for from := 0; from < s.length; from += sealedBlock {
		to := min(from+sealedBlock, s.length)
		if stripe := from / sealedBlock; stripe < s.stripes {
			for j := range s.k {
				fill(p.part(j, from, to), stripe*s.k+j)
			}
		} else {
			fillRest(p, s, d.sealed, fill)
		}
		if err := c.finish(d, p, cvs, from, to); err != nil {
			p.Release()
			return nil, err
		}
	}
	list := len(cvs) / c.profile.N
	for i := range p.Roots {
		if p.Roots[i], err = proof.FoldGroups(cvs[i*list:(i+1)*list], uint64(s.length)); err != nil {
			p.Release()
			return nil, err
		}
	}
	return p, nil
}

// fillRest writes the last stripe of the data pieces: the blocks that are left, one after another over the shares.
func fillRest(p *Pieces, s shape, buf []byte, fill func(dst []byte, block int)) {
	for b := s.stripes * s.k; b < s.count(); b++ {
		sealed := buf[:s.size(b)]
		fill(sealed, b)
		s.each(b, func(at, piece, offset, length int) {
			copy(p.part(piece, offset, offset+length), sealed[at:])
		})
	}
	for t := s.rest; t < s.k*s.share; { // the buffer may have been used before
		offset := s.length - s.share + t%s.share
		clear(p.part(t/s.share, offset, s.length))
		t += s.length - offset
	}
}

// finish makes the parity of bytes from…to of the data pieces, and hashes those of all pieces while they are near.
func (c *Coder) finish(d *desk, p *Pieces, cvs []byte, from, to int) error {
	for i := range d.shards {
		d.shards[i] = p.part(i, from, to)
	}
	if err := c.code.Encode(d.shards); err != nil {
		return fmt.Errorf("make parity: %w", err)
	}
	list := groups(p.Length)
	for i, shard := range d.shards {
		for at := 0; at < len(shard); at += proof.GroupSize {
			group := (from + at) / proof.GroupSize
			cv, err := proof.GroupCV(shard[at:min(at+proof.GroupSize, len(shard))], uint64(group), uint64(p.Length))
			if err != nil {
				return err
			}
			copy(cvs[(i*list+group)*proof.CVSize:], cv[:])
		}
	}
	return nil
}
