package duty_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/duty"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

var (
	errCrash  = errors.New("the process is dead")
	errHangs  = errors.New("the chain does not answer")
	errDisk   = errors.New("input/output error")
	errFellow = errors.New("too few fellows answer")
)

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	require.TestingT
	Helper()
	Context() context.Context
}

// world is a chain, a disk, and a node of which only the memory is lost when it crashes.
type world struct {
	t       tester
	now     *state
	past    []*state // after each block, the latest last
	content map[uint64][]*content

	disk   map[uint64]map[uint64]*content // by deal and version: durable
	outbox outbox
	book   map[work.Claim]work.Made
	duties *duty.Duties

	lag           func() int              // how old the state is that a query answers from, in blocks
	refuse        func(p work.Post) bool  // a node of the chain that lags refuses for good
	delay         func() bool             // a post waits for one more block
	fails         func(call string) error // what a call comes to before it is done
	log           bytes.Buffer
	rebuild       func(ctx context.Context, h work.Held) error // whether fellows can help
	calls         map[string]int                               // of every port
	dies          int                                          // the calls after which the process is dead, 0 = never
	dead          bool
	mu            sync.Mutex       // of what ports touch
	compare, mend chan struct{}    // what runs beside a round does its work once these are closed; nil = at once
	damaged       map[uint64]error // by deal: what reading it comes to
	rebuilds      []work.Held
	present       func(epoch uint64) work.Attested // what the node has collected; nil = nobody watches
	late          int64                            // for how many blocks after the close more may come
}

func newWorld(t tester, p params) *world {
	w := &world{
		t: t, now: &state{p: p, deals: map[uint64]deal{}, claims: map[uint64]claimed{}, fellows: map[uint64]fellow{}, reported: map[work.IndexRef]bool{}},
		content: map[uint64][]*content{}, disk: map[uint64]map[uint64]*content{}, book: map[work.Claim]work.Made{},
		lag: func() int { return 0 }, refuse: func(work.Post) bool { return false }, delay: func() bool { return false },
		fails: func(string) error { return nil }, rebuild: func(context.Context, work.Held) error { return nil },
		calls: map[string]int{}, damaged: map[uint64]error{},
	}
	w.outbox.posts = map[string]*posted{}
	w.now.height = 1
	w.past = []*state{w.now.clone()}
	w.start()
	return w
}

// start starts the node, with nothing in its memory.
func (w *world) start() {
	w.t.Helper()
	w.dead, w.dies = false, 0
	cfg := duty.DefaultConfig(me, w.now.p.turn)
	d, err := duty.New(cfg, w.deps())
	require.NoError(w.t, err)
	w.duties = d
}

func (w *world) deps() duty.Deps {
	return duty.Deps{
		Chain: chainPort{w}, Outbox: outboxPort{w}, Book: bookPort{w}, Presence: presencePort{w}, Shelf: shelfPort{w}, Rebuilder: rebuildPort{w},
		Log: slog.New(slog.NewTextHandler(&w.log, nil)),
	}
}

// add opens a deal with a fellow of number 10 + n on every other index; the node holds one from an epoch on.
func (w *world) add(id uint64, index, n int, rate, from, last uint64) {
	w.addAs(id, index, n, rate, last, work.Index{Status: work.IndexHeld, Node: me, FromEpoch: from, SinceEpoch: 1, Since: 1})
	w.content[id] = []*content{newContent(id, index, n, 1)}
	w.commit(id, true)
}

// addAs opens a deal without content with an index as given.
func (w *world) addAs(id uint64, index, n int, rate, last uint64, i work.Index) {
	d := deal{Deal: work.Deal{ID: id, Profile: work.Profile{K: 1, N: n}, Space: 1 << 20, Rate: proof.U64(rate), FirstEpoch: 1, LastEpoch: last}}
	for at := range n {
		d.indices = append(d.indices, work.Index{Status: work.IndexHeld, Node: uint64(10 + at), FromEpoch: 1, SinceEpoch: 1, Since: 1})
		if _, ok := w.now.fellows[uint64(10+at)]; !ok {
			w.now.fellows[uint64(10+at)] = fellow{proven: 1 << 30, status: work.MemberJoined}
		}
	}
	d.indices[index] = i
	w.now.deals[id] = d
	w.show()
}

// show lets queries see what was changed since the latest block.
func (w *world) show() { w.past[len(w.past)-1] = w.now.clone() }

// commit makes the newest content of a deal its layout; what is stored lies on the node's disk and was acknowledged
// with it.
func (w *world) commit(id uint64, stored bool) {
	w.t.Helper()
	d := w.now.deals[id]
	list := w.content[id]
	c := list[len(list)-1]
	d.Layout = c.at
	w.now.deals[id] = d
	if stored {
		w.store(id, c)
		i := &d.indices[c.index]
		w.now.acknowledge(i, c.at)
	}
	w.now.deals[id] = d
	w.show()
}

// another makes one more content for a deal.
func (w *world) another(id uint64) *content {
	d := w.now.deals[id]
	index := 0
	for at, i := range d.indices {
		if i.Node == me {
			index = at
		}
	}
	c := newContent(id, index, d.Profile.N, d.Layout.Version+1)
	w.content[id] = append(w.content[id], c)
	return c
}

func (w *world) store(id uint64, c *content) {
	if w.disk[id] == nil {
		w.disk[id] = map[uint64]*content{}
	}
	w.disk[id][c.at.Version] = c
}

// latest returns the content of a deal's layout on chain.
func (w *world) latest(id uint64) *content {
	for _, c := range w.content[id] {
		if c.at == w.now.deals[id].Layout {
			return c
		}
	}
	return nil
}

// block makes a block of what was posted before it.
func (w *world) block() {
	w.now.height++
	for _, p := range w.outbox.open() {
		if p.NotAfter != 0 && w.now.height > p.NotAfter {
			p.finish("too late", w.now.height)
			continue
		}
		if w.delay() {
			continue
		}
		if w.refuse(p.Post) {
			p.finish("refused elsewhere", w.now.height)
			continue
		}
		next := w.now.clone()
		err := next.apply(p.Post)
		switch {
		case err == nil:
			w.now = next
			p.finish("", w.now.height)
		case !errors.Is(err, errWindow):
			p.finish(err.Error(), w.now.height)
		}
	}
	w.past = append(w.past[max(0, len(w.past)-3):], w.now.clone())
}

// round lets the node do a round after the latest block, and what it does beside it.
func (w *world) round() error {
	w.compare, w.mend = make(chan struct{}), make(chan struct{})
	err := w.duties.Round(w.t.Context(), w.now.height)
	if w.mendFirst() {
		close(w.mend)
		w.duties.Rebuilt()
	}
	close(w.compare)
	w.duties.Compared()
	if !w.mendFirst() {
		close(w.mend)
		w.duties.Rebuilt()
	}
	return err
}

// run makes blocks with a round after each, until a height. Errors of rounds must not happen.
func (w *world) run(until int64) {
	w.t.Helper()
	for {
		require.NoError(w.t, w.round(), "round at height %d", w.now.height)
		if w.now.height >= until {
			return
		}
		w.block()
	}
}

// runDying makes blocks with a round after each, until a height. The node dies at a call, and is started again.
func (w *world) runDying(at int, until int64) {
	w.dies = at
	for w.now.height < until {
		_ = w.round()
		if w.dead {
			w.start()
		}
		w.block()
	}
}

// mendFirst tells whether rebuilds end before the comparison that runs at the same time.
func (w *world) mendFirst() bool { return w.now.height%2 == 0 }

// beside waits until the round is done that started what runs beside it, so that all comes in one order.
func beside(gate chan struct{}) {
	if gate != nil {
		<-gate
	}
}

// lock keeps others out until what it returns is called.
func (w *world) lock() func() {
	w.mu.Lock()
	return w.mu.Unlock
}

// enterBeside notes a call that is made beside the rounds.
func (w *world) enterBeside(call string) error {
	w.calls[call]++
	if w.dead {
		return errCrash
	}
	return w.fails(call)
}

// enter notes a call of a port. With the last one before a crash, the process is dead.
func (w *world) enter(call string) error {
	w.calls[call]++
	w.calls[""]++
	if w.dies != 0 && w.calls[""] >= w.dies {
		w.dead = true
	}
	if w.dead {
		return errCrash
	}
	return w.fails(call)
}

// seen returns the state that a query answers from.
func (w *world) seen() *state {
	return w.past[max(0, len(w.past)-1-w.lag())]
}

// proven returns the epochs that were proven.
func (w *world) proven() []uint64 {
	var list []uint64
	for e := uint64(1); e <= w.now.epoch(); e++ {
		if c, ok := w.now.claims[e]; ok && c.proven != 0 {
			list = append(list, e)
		}
	}
	return list
}
