package segment

import "fmt"

// Part names Length plain bytes from Offset on of a segment that has Plain of them.
type Part struct {
	Plain, Offset, Length int
}

// Whole is all of a segment of that many plain bytes.
func Whole(plain int) Part { return Part{Plain: plain, Length: plain} }

// Span is bytes From…To, To excluded, of every piece of a segment.
type Span struct {
	From, To int
}

// Len returns the number of bytes.
func (s Span) Len() int { return s.To - s.From }

// Span returns what is needed of k pieces to open the part: the stripes that it touches, the last one as a whole. Errors:
// ErrLength for a segment, ErrRange for a part that does not exist, and ErrProfile.
func (p Part) Span(k int) (Span, error) {
	s, err := p.shape(k)
	if err != nil {
		return Span{}, fmt.Errorf("find span: %w", err)
	}
	return p.span(s), nil
}

// shape checks the part and returns how its segment is laid out.
func (p Part) shape(k int) (shape, error) {
	content, err := ContentLength(p.Plain)
	if err != nil {
		return shape{}, err
	}
	if p.Offset < 0 || p.Length < 1 || p.Length > p.Plain-p.Offset {
		return shape{}, fmt.Errorf("%w: %d bytes from %d on of %d", ErrRange, p.Length, p.Offset, p.Plain)
	}
	return shapeOf(content, k)
}

// blocks returns the first and the last block that the part touches.
func (p Part) blocks() (first, last int) {
	return p.Offset / plainBlock, (p.Offset + p.Length - 1) / plainBlock
}

func (p Part) span(s shape) Span {
	first, last := p.blocks()
	span := Span{From: first / s.k * sealedBlock, To: s.length}
	if s.whole(last) {
		span.To = (last/s.k + 1) * sealedBlock
	}
	return span
}

// needs marks the data pieces that the part lies in.
func (p Part) needs(s shape, required []bool) {
	first, last := p.blocks()
	for b := first; b <= last; b++ {
		if s.whole(b) {
			required[b%s.k] = true
			continue
		}
		for j := range s.k {
			required[j] = true
		}
		return
	}
}
