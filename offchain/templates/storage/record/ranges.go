package record

import (
	"fmt"
	"slices"

	"github.com/mesh-protocol/mesh/proof"
)

// Range is Count segments of a list from number From on, Count at least 1.
type Range struct {
	From, Count uint64
}

// Kept returns which of a number of segments stay when some are dropped, as the shortest ascending list of ranges; the
// numbers to drop may come in any order, also twice. It returns ErrRanges for a number that is not there.
func Kept(segments int, drop []int) ([]Range, error) {
	drop = slices.Clone(drop)
	slices.Sort(drop)
	if len(drop) > 0 && (drop[0] < 0 || drop[len(drop)-1] >= segments) {
		return nil, fmt.Errorf("keep segments: %w: %d to %d dropped, there are %d", ErrRanges, drop[0], drop[len(drop)-1], segments)
	}
	var kept []Range
	next := 0 // the first one that nothing is said of yet
	for _, number := range append(drop, segments) {
		if number > next {
			kept = append(kept, Range{From: uint64(next), Count: uint64(number - next)})
		}
		next = number + 1
	}
	return kept, nil
}

// Apply returns the list of the next version: the kept segments in their order, then the added ones. Ranges must be as
// Kept makes them. Errors: ErrRanges, ErrList for added segments with another number of pieces, ErrTooLarge.
func (l *List) Apply(kept []Range, added *List) (*List, error) {
	if added.n != l.n {
		return nil, fmt.Errorf("apply change: %w: %d pieces a segment, added ones have %d", ErrList, l.n, added.n)
	}
	total, err := l.count(kept)
	if err != nil {
		return nil, fmt.Errorf("apply change: %w", err)
	}
	if total += uint64(added.Len()); total > proof.MaxSegments {
		return nil, fmt.Errorf("apply change: %w: %d segments", ErrTooLarge, total)
	}
	next := make([]Segment, 0, total)
	for _, r := range kept {
		next = append(next, l.segments[r.From:r.From+r.Count]...)
	}
	return &List{n: l.n, segments: append(next, added.segments...)}, nil
}

// count checks ranges and returns how many segments they have.
func (l *List) count(kept []Range) (uint64, error) {
	var total uint64
	end, size := uint64(0), uint64(len(l.segments)) // of the range before
	for i, r := range kept {
		if r.Count == 0 || r.From > size || r.Count > size-r.From {
			return 0, fmt.Errorf("%w: range %d has %d from %d on, there are %d", ErrRanges, i, r.Count, r.From, size)
		}
		if i > 0 && r.From <= end {
			return 0, fmt.Errorf("%w: range %d begins at %d, the one before ends at %d", ErrRanges, i, r.From, end)
		}
		end = r.From + r.Count
		total += r.Count
	}
	return total, nil
}
