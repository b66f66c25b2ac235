package duty_test

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// outbox survives crashes, as a journal does.
type outbox struct {
	posts map[string]*posted
	order []*posted
}

// posted is a post and what became of it.
type posted struct {
	work.Post
	payload string
	done    bool
	reason  string // empty = in a block
	height  int64
}

func (p *posted) finish(reason string, height int64) {
	p.done, p.reason, p.height = true, reason, height
}

// open returns what is not done, oldest first.
func (o *outbox) open() []*posted {
	var list []*posted
	for _, p := range o.order {
		if !p.done {
			list = append(list, p)
		}
	}
	return list
}

// keys returns the keys of posts that begin with a word, in the order they came in.
func (o *outbox) keys(word string) []string {
	var list []string
	for _, p := range o.order {
		if strings.HasPrefix(p.Key, word+"/") {
			list = append(list, p.Key)
		}
	}
	return list
}

// accepted counts the posts that begin with a word and are in a block.
func (o *outbox) accepted(word string) int {
	n := 0
	for _, p := range o.order {
		if strings.HasPrefix(p.Key, word+"/") && p.done && p.reason == "" {
			n++
		}
	}
	return n
}

// post takes what the node posts, and holds what it must never post against it.
func (w *world) post(p work.Post) {
	payload, err := json.Marshal(p)
	require.NoError(w.t, err)
	if known, ok := w.outbox.posts[p.Key]; ok {
		require.Equal(w.t, known.payload, string(payload), "two posts under one key")
		return
	}
	if len(p.Acks) > 0 {
		a := p.Acks[0]
		require.NotNil(w.t, w.disk[a.Ref.Deal][a.Version], "acknowledged and not durable: %+v", a)
	}
	if p.Claim != nil {
		_, ok := w.book[*p.Claim]
		require.True(w.t, ok, "a claim that is not written down")
	}
	require.GreaterOrEqual(w.t, p.NotAfter, w.now.height+1, "%s can be in no block: last %d, now %d", p.Key, p.NotAfter, w.now.height)
	fresh := &posted{Post: p, payload: string(payload)}
	w.outbox.posts[p.Key] = fresh
	w.outbox.order = append(w.outbox.order, fresh)
}

// word returns what a key begins with.
func word(key string) string { return key[:strings.IndexByte(key, '/')] }

// words returns the kinds of posts that were made, each once, in order of name.
func (o *outbox) words() []string {
	var list []string
	for _, p := range o.order {
		list = append(list, word(p.Key))
	}
	slices.Sort(list)
	return slices.Compact(list)
}
