package outbox_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/node/outbox"
	"github.com/mesh-protocol/mesh/offchain/work"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// open opens the journal in dir, with segments small enough that some are sealed.
func open(t require.TestingT, dir string) *journal.Journal {
	cfg := journal.DefaultConfig(dir)
	cfg.SegmentBytes = journal.MinSegmentBytes
	j, err := journal.Open(cfg)
	require.NoError(t, err)
	return j
}

// blocks is a chain whose height the test sets.
type blocks struct {
	mu     sync.Mutex
	height int64
	next   chan struct{}
}

func newBlocks(height int64) *blocks { return &blocks{height: height, next: make(chan struct{})} }

func (b *blocks) Height() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.height
}

func (b *blocks) Next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.next
}

// to makes the blocks up to a height.
func (b *blocks) to(height int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.height = height
	close(b.next)
	b.next = make(chan struct{})
}

// every makes a block in every interval until ctx ends.
func (b *blocks) every(ctx context.Context, interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			b.to(b.Height() + 1)
		}
	}
}

// line is a way to the chain: what it does with a post is said by the test, and it remembers when each came.
type line struct {
	send func(ctx context.Context, p work.Post) (string, error)

	mu   sync.Mutex
	came map[string][]time.Time
	most int // posts under way at once
	now  int
}

func newLine(send func(ctx context.Context, p work.Post) (string, error)) *line {
	return &line{send: send, came: map[string][]time.Time{}}
}

func (l *line) Send(ctx context.Context, p work.Post) (string, error) {
	l.mu.Lock()
	l.came[p.Key] = append(l.came[p.Key], time.Now())
	l.now++
	l.most = max(l.most, l.now)
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.now--
	}()
	return l.send(ctx, p)
}

// times returns when a post came.
func (l *line) times(key string) []time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.came[key]
}

// run runs a poster until the returned function is called, which waits for it.
func run(t *testing.T, o *outbox.Outbox, s outbox.Sender, b *blocks) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	p := &outbox.Poster{Outbox: o, Sender: s, Heights: b, Now: time.Now, Log: quiet()}
	go func() { ran <- p.Run(ctx) }()
	return func() {
		cancel()
		require.NoError(t, <-ran)
	}
}

// outcome returns what became of a post, by putting it again; it must be finished.
func outcome(t *testing.T, j *journal.Journal, in journal.Intent) string {
	t.Helper()
	var done *journal.AlreadyDoneError
	require.ErrorAs(t, j.Put(t.Context(), in), &done)
	return string(done.Outcome)
}
