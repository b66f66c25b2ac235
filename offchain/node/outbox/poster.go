package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/work"
)

const (
	// atOnce is how many posts are under way at a time.
	atOnce = 4
	// firstRetry doubles with every failure up to lastRetry.
	firstRetry, lastRetry = 500 * time.Millisecond, 30 * time.Second
)

// Sender brings a post to the chain.
type Sender interface {
	// Send returns what became of the post once it is in a block. An error that wraps ErrRefused is the chain's last word;
	// after any other it may be tried again.
	Send(ctx context.Context, p work.Post) (outcome string, err error)
}

// Heights knows the head of the chain.
type Heights interface {
	// Height returns the newest height seen, 0 for none.
	Height() int64
	// Next returns a channel that is closed at the next new block.
	Next() <-chan struct{}
}

// ErrRefused: the chain will say the same again.
var ErrRefused = errors.New("refused by the chain")

// ErrDone is the refusal of what is on chain already; it wraps ErrRefused.
var ErrDone = fmt.Errorf("%w: done before", ErrRefused)

// Poster brings what is in an outbox to the chain.
type Poster struct {
	Outbox  *Outbox
	Sender  Sender
	Heights Heights
	Now     func() time.Time
	Log     *slog.Logger
}

// Run posts until ctx ends. What is under way then is found in the journal again at the next start.
func (p *Poster) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		block := p.Heights.Next() // asked for first, so that no block is missed
		if due := p.Outbox.journal.Due(p.Now(), 4*atOnce); len(due) > 0 {
			err := p.postAll(ctx, due)
			if errors.Is(err, journal.ErrFailed) {
				<-ctx.Done() // nothing can be written down before the journal is opened anew; see Watch
				return nil
			}
			if err != nil {
				return err
			}
			continue
		}
		select {
		case <-ctx.Done():
		case <-block: // a retry may be due
		case <-p.Outbox.wake:
		}
	}
	return nil
}

func (p *Poster) postAll(ctx context.Context, due []journal.Intent) error {
	var g errgroup.Group
	g.SetLimit(atOnce)
	for _, in := range due {
		g.Go(func() error { return p.post(ctx, in) })
	}
	if err := g.Wait(); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

// post tries one intent once and writes down what became of it. Its error is one of the journal.
func (p *Poster) post(ctx context.Context, in journal.Intent) error {
	height := p.Heights.Height()
	if in.NotAfter != 0 && uint64(height) > in.NotAfter {
		p.Log.Warn("too late for the chain", "post", in.Key, "height", height, "last", in.NotAfter, "reason", in.LastReason)
		return p.Outbox.journal.Done(ctx, in.Key, fmt.Appendf(nil, "too late at height %d", height))
	}
	w, err := decode(in)
	var outcome string
	if err == nil {
		outcome, err = p.Sender.Send(ctx, w)
	}
	switch {
	case err == nil:
		p.Log.Info("on chain", "post", in.Key, "outcome", outcome)
		return p.Outbox.journal.Done(ctx, in.Key, cut(outcome))
	case ctx.Err() != nil:
		return nil //nolint:nilerr // it is tried again after a restart
	case errors.Is(err, ErrRefused):
		level := slog.LevelInfo // others were faster, or it was one of the questions that only the chain can answer
		if (w.Claim != nil || w.Proof != nil) && !errors.Is(err, ErrDone) {
			level = slog.LevelWarn // an epoch's pay hangs on it
		}
		p.Log.Log(ctx, level, "the chain refuses", "post", in.Key, "reason", err)
		return p.Outbox.journal.Done(ctx, in.Key, cut(err.Error()))
	}
	level := slog.LevelInfo
	if in.Attempts >= 3 {
		level = slog.LevelWarn
	}
	p.Log.Log(ctx, level, "not on chain yet", "post", in.Key, "attempts", in.Attempts+1, "last", in.NotAfter, "reason", err)
	err = p.Outbox.journal.Retry(ctx, in.Key, err.Error(), Backoff(in.Attempts))
	if errors.Is(err, journal.ErrFull) {
		return nil // it waits all the same; only a restart would try at once
	}
	return err
}

// decode reads the post in an intent, or returns ErrRefused: it can never be sent.
func decode(in journal.Intent) (w work.Post, err error) {
	if in.Kind != kindPost {
		return w, fmt.Errorf("%w: it is of kind %d, which is no post", ErrRefused, in.Kind)
	}
	if err := json.Unmarshal(in.Payload, &w); err != nil {
		return work.Post{}, fmt.Errorf("%w: it cannot be read: %w", ErrRefused, err)
	}
	return w, nil
}

// Backoff is the wait after so many failures before.
func Backoff(attempts uint32) time.Duration {
	return min(lastRetry, firstRetry<<min(attempts, 10))
}

// cut shortens an outcome to what the journal takes, without leaving half a character.
func cut(s string) []byte {
	if len(s) <= journal.MaxOutcome {
		return []byte(s)
	}
	return []byte(strings.ToValidUTF8(s[:journal.MaxOutcome], ""))
}
