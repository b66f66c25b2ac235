package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// blindHedges is how many times the hedge a piece may be late when there is nothing to compare it with: it is more likely that
// the way is slow than that all of the holders hang.
const blindHedges = 40

// gatherer gets pieces of segments from the holders of a deal.
type gatherer struct {
	cfg     Config
	reader  Reader
	field   *field
	buffers sync.Pool // of *[]byte
}

// fetched is the outcome of one question.
type fetched struct {
	index int
	piece *[]byte
	took  time.Duration
	err   error
}

// gathering is the questions for the pieces of one segment.
type gathering struct {
	*gatherer
	segment record.Segment
	span    segment.Span
	results chan fetched
	asked   []bool            // by index
	open    map[int]time.Time // questions without an answer: when they were asked
	late    map[int]bool      // those of them that somebody else was asked for
	have    map[int]*[]byte   // pieces that are there
	times   []time.Duration   // that they took
	failed  []int             // indices that did not answer
	second  bool              // whether they were given a second chance
	last    error             // of the failures
}

// gather returns a span of k pieces of a segment, each at the place of its index, and a function that takes their memory
// back. k holders are asked at once, those that are expected to be the fastest; another one for each that fails, and for each
// that is late, of the latter MaxHedges at once beside those that have long been silent. Errors: *HoldersError, or what ended ctx.
func (g *gatherer) gather(ctx context.Context, s record.Segment, span segment.Span) (pieces [][]byte, free func(), err error) {
	n := len(g.field.holders)
	now := &gathering{
		gatherer: g, segment: s, span: span, results: make(chan fetched, n),
		asked: make([]bool, n), open: map[int]time.Time{}, late: map[int]bool{}, have: map[int]*[]byte{},
	}
	err = now.run(ctx)
	free = func() {
		for _, b := range now.have {
			g.buffers.Put(b)
		}
	}
	if err != nil {
		free()
		return nil, nil, err
	}
	pieces = make([][]byte, n)
	for i, b := range now.have {
		pieces[i] = *b
	}
	return pieces, free, nil
}

// run asks until there are k pieces, and returns when no question is open.
func (g *gathering) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		for len(g.open) > 0 {
			r := <-g.results
			delete(g.open, r.index)
			g.buffers.Put(r.piece)
		}
	}()
	for len(g.have) < g.field.k {
		limit := g.limit()
		g.ask(ctx, limit)
		if len(g.open) == 0 && g.again() {
			continue
		}
		if len(g.open) == 0 {
			return &HoldersError{Need: g.field.k, Have: len(g.have), Err: g.last}
		}
		fired, stop := g.cfg.Clock.Timer(g.next(limit))
		select {
		case r := <-g.results:
			g.take(r)
		case <-fired:
			g.mark(limit)
		case <-ctx.Done():
			stop()
			return context.Cause(ctx)
		}
		stop()
	}
	return nil
}

// again lets those that have failed, otherwise than by silence or by saying no, be asked a second time, once there is nobody
// else. A connection of the client's own that was gone for a moment has all of them fail at once.
func (g *gathering) again() bool {
	failed := g.failed
	g.failed = nil
	for _, i := range failed {
		g.asked[i] = false
	}
	second := g.second
	g.second = true
	return !second && len(failed) > 0
}

// ask asks as many holders as it takes. Those that are silent do not count: an answer of theirs is welcome and not expected.
func (g *gathering) ask(ctx context.Context, limit time.Duration) {
	now, silent := g.cfg.Clock.Now(), 0
	for i, asked := range g.open {
		if g.late[i] && now.Sub(asked) >= g.silence(limit) {
			silent++
		}
	}
	missing := g.field.k - len(g.have)
	for len(g.open)-silent < missing+min(len(g.late)-silent, MaxHedges) {
		i := g.field.pick(g.asked)
		if i < 0 {
			return
		}
		g.asked[i] = true
		g.open[i] = g.cfg.Clock.Now()
		buf := g.buffer(g.span.Len())
		go g.fetch(ctx, i, buf)
	}
}

// fetch asks one holder and sends the outcome.
func (g *gathering) fetch(ctx context.Context, index int, buf *[]byte) {
	begun := g.cfg.Clock.Now()
	ctx, free := within(ctx, g.cfg.Clock, g.cfg.Patience, ErrSlow)
	defer free()
	h := g.field.holders[index]
	piece := Piece{Root: g.segment.Roots[index], Length: g.segment.Length}
	err := g.reader.Fetch(ctx, h, piece, uint64(g.span.From), *buf)
	if err != nil {
		err = fmt.Errorf("get piece from node %d: %w", h.Node, why(ctx, err))
	}
	g.results <- fetched{index: index, piece: buf, took: g.cfg.Clock.Now().Sub(begun), err: err}
}

// take books an outcome.
func (g *gathering) take(r fetched) {
	delete(g.open, r.index)
	delete(g.late, r.index)
	if r.err == nil {
		g.field.took(r.index, g.span.Len(), r.took)
		g.have[r.index] = r.piece
		g.times = append(g.times, r.took)
		return
	}
	g.buffers.Put(r.piece)
	g.last = r.err
	if refused(r.err) {
		g.field.lacks(r.index)
	} else {
		g.field.fail(r.index)
		if !errors.Is(r.err, ErrSlow) {
			g.failed = append(g.failed, r.index)
		}
	}
}

// limit returns how long a question may be open before it is late: twice the median of the others, and at least the hedge.
func (g *gathering) limit() time.Duration {
	usual := g.field.expected(g.span.Len())
	if len(g.times) > 0 {
		slices.Sort(g.times)
		usual = g.times[(len(g.times)-1)/2]
	}
	if usual == 0 {
		return blindHedges * g.cfg.Hedge
	}
	return max(2*usual, g.cfg.Hedge)
}

// silence returns how long a question may be open before the holder counts as silent.
func (g *gathering) silence(limit time.Duration) time.Duration {
	return max(2*limit, blindHedges*g.cfg.Hedge)
}

// next returns in how long the next question is late, or its holder silent.
func (g *gathering) next(limit time.Duration) time.Duration {
	now, next := g.cfg.Clock.Now(), g.cfg.Patience
	for i, asked := range g.open {
		if !g.late[i] {
			next = min(next, asked.Add(limit).Sub(now))
		} else if left := asked.Add(g.silence(limit)).Sub(now); left > 0 {
			next = min(next, left)
		}
	}
	return max(next, 0)
}

// mark marks what is late.
func (g *gathering) mark(limit time.Duration) {
	now := g.cfg.Clock.Now()
	for i, asked := range g.open {
		if d := now.Sub(asked); !g.late[i] && d >= limit {
			g.late[i] = true
			g.field.late(i, g.span.Len(), d)
		}
	}
}

// buffer returns room for n bytes of a piece.
func (g *gatherer) buffer(n int) *[]byte {
	b, ok := g.buffers.Get().(*[]byte)
	if !ok || cap(*b) < n {
		fresh := make([]byte, n)
		return &fresh
	}
	*b = (*b)[:n]
	return b
}
