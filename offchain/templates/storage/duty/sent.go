package duty

import (
	"context"
	"fmt"
	"maps"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// Spans, in blocks, after which a post that has had no effect is made again.
const (
	minSpan = 2
	maxSpan = 32
	ackSpan = 8
)

// spanOf returns the span of what has to be done in a window.
func spanOf(window int64) int64 { return min(maxSpan, max(minSpan, window/10)) }

// sent posts, and knows what was posted a short while ago. Whatever becomes of a post, because the chain refuses it,
// or a node of the chain that lags does, its effect shows in the chain's state or it is made again in the next span.
type sent struct {
	outbox Outbox
	at     map[string]int64 // height, by key without span
	pruned int64
}

func newSent(o Outbox) *sent { return &sent{outbox: o, at: map[string]int64{}} }

// due tells whether a key was not used in the last span of blocks.
func (s *sent) due(key string, height, span int64) bool {
	at, ok := s.at[key]
	return !ok || height >= at+span
}

// knows tells whether a key was used in the last maxSpan of blocks, or a little earlier.
func (s *sent) knows(key string) bool {
	_, ok := s.at[key]
	return ok
}

// post puts something into the outbox, to reach the chain within a span or two, and before a last height unless that is
// 0. It does nothing if its key is not due. After a restart the same key and post come out in the same span.
func (s *sent) post(ctx context.Context, p work.Post, height, span, last int64) error {
	if !s.due(p.Key, height, span) {
		return nil
	}
	key, number := p.Key, height/span
	p.Key, p.NotAfter = fmt.Sprintf("%s/%d", key, number), (number+2)*span-1
	if last != 0 {
		p.NotAfter = min(p.NotAfter, last)
	}
	if err := s.outbox.Post(ctx, p); err != nil {
		return fmt.Errorf("post %s: %w", p.Key, err)
	}
	s.at[key] = height
	return nil
}

// prune forgets what is due again in any case.
func (s *sent) prune(height int64) {
	if height < s.pruned+maxSpan {
		return
	}
	s.pruned = height
	maps.DeleteFunc(s.at, func(_ string, at int64) bool { return at+maxSpan <= height })
}

// refKey names an index in keys.
func refKey(r work.IndexRef) string { return fmt.Sprintf("%d/%d", r.Deal, r.Index) }
