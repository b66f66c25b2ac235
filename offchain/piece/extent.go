package piece

import "slices"

// span is a range of a volume, bytes, on page boundaries.
type span struct {
	offset, length int64
}

func (p span) end() int64 { return p.offset + p.length }

// extent says which parts of a volume are spoken for: everything below end but the gaps. Gaps are ranges that no reader
// can have seen, left by writers that gave up or found when the store was opened; what is dropped later becomes no gap,
// as somebody may be reading it.
type extent struct {
	end  int64
	gaps []span // in order, apart from each other and from end
}

// take finds room for a record below limit, in the first gap that is large enough or at the end.
func (e *extent) take(length, limit int64) (span, bool) {
	for i, g := range e.gaps {
		if g.length < length {
			continue
		}
		if g.length == length {
			e.gaps = slices.Delete(e.gaps, i, i+1)
		} else {
			e.gaps[i] = span{g.offset + length, g.length - length}
		}
		return span{g.offset, length}, true
	}
	if e.end+length > limit {
		return span{}, false
	}
	taken := span{e.end, length}
	e.end = taken.end()
	return taken, true
}

// give takes room back and joins it with the gaps around it.
func (e *extent) give(p span) {
	at, _ := slices.BinarySearchFunc(e.gaps, p.offset, func(g span, offset int64) int { return int(g.offset - offset) })
	if at < len(e.gaps) && p.end() == e.gaps[at].offset {
		p.length += e.gaps[at].length
		e.gaps = slices.Delete(e.gaps, at, at+1)
	}
	if at > 0 && e.gaps[at-1].end() == p.offset {
		at--
		p = span{e.gaps[at].offset, e.gaps[at].length + p.length}
		e.gaps = slices.Delete(e.gaps, at, at+1)
	}
	if p.end() == e.end {
		e.end = p.offset
		return
	}
	e.gaps = slices.Insert(e.gaps, at, p)
}

// free returns how many bytes the gaps have.
func (e *extent) free() (total int64) {
	for _, g := range e.gaps {
		total += g.length
	}
	return total
}
