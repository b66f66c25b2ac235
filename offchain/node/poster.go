package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/work"
)

const (
	// atOnce is how many posts are under way at a time.
	atOnce = 4
	// firstRetry doubles with every failure up to lastRetry.
	firstRetry, lastRetry = 500 * time.Millisecond, 30 * time.Second
)

// submitter signs and sends transactions and waits for their inclusion.
type submitter interface {
	Submit(ctx context.Context, tx chain.Tx) (chain.Result, error)
}

// poster brings what is in the outbox to the chain, oldest first, until each post is in a block, refused for
// good, or too late.
type poster struct {
	outbox  *outbox
	chain   submitter
	head    *head
	key     string // name of the operator's key
	payer   string // of the fees; "" = the operator
	account chain.Operated
	node    uint64
	now     func() time.Time
	log     *slog.Logger
}

// run posts until ctx ends. What is under way then is found in the journal again at the next start.
func (p *poster) run(ctx context.Context) error {
	for ctx.Err() == nil {
		if due := p.outbox.journal.Due(p.now(), 4*atOnce); len(due) > 0 {
			if err := p.postAll(ctx, due); err != nil {
				return err
			}
			continue
		}
		select {
		case <-ctx.Done():
		case <-p.head.next(): // a retry may be due
		case <-p.outbox.wake:
		}
	}
	return nil
}

func (p *poster) postAll(ctx context.Context, due []journal.Intent) error {
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
func (p *poster) post(ctx context.Context, in journal.Intent) error {
	height := p.head.height()
	if in.NotAfter != 0 && uint64(height) > in.NotAfter {
		p.log.Warn("too late for the chain", "post", in.Key, "height", height, "last", in.NotAfter, "reason", in.LastReason)
		return p.outbox.journal.Done(ctx, in.Key, []byte(fmt.Sprintf("too late at height %d", height)))
	}
	result, err := p.submit(ctx, in)
	switch {
	case err == nil:
		p.log.Info("on chain", "post", in.Key, "height", result.Height, "tx", result.Hash, "gas", result.GasUsed)
		return p.outbox.journal.Done(ctx, in.Key, []byte(fmt.Sprintf("tx %s in block %d", result.Hash, result.Height)))
	case ctx.Err() != nil:
		return nil
	case isFinal(err):
		p.log.Info("the chain refuses", "post", in.Key, "reason", err)
		return p.outbox.journal.Done(ctx, in.Key, []byte(cut(err.Error(), journal.MaxOutcome)))
	}
	level := slog.LevelInfo
	if in.Attempts >= 3 {
		level = slog.LevelWarn
	}
	p.log.Log(ctx, level, "not on chain yet", "post", in.Key, "attempts", in.Attempts+1, "last", in.NotAfter, "reason", err)
	return p.outbox.journal.Retry(ctx, in.Key, cut(err.Error(), journal.MaxReason), backoff(in.Attempts))
}

func (p *poster) submit(ctx context.Context, in journal.Intent) (chain.Result, error) {
	var w work.Post
	if err := json.Unmarshal(in.Payload, &w); err != nil {
		return chain.Result{}, fmt.Errorf("%w: %w", errEmptyPost, err)
	}
	m, err := messageOf(p.account, p.node, w)
	if err != nil {
		return chain.Result{}, err
	}
	return p.chain.Submit(ctx, chain.Tx{From: p.key, Msgs: []chain.Msg{m}, Unordered: true, FeesFrom: p.payer})
}

// isFinal tells whether the chain would say the same again. Refusals of the chain itself are about fees and
// sequence numbers and may pass; that a window is not open may pass, too.
func isFinal(err error) bool {
	if errors.Is(err, errEmptyPost) || errors.Is(err, chain.ErrInvalid) {
		return true
	}
	var r *chain.RejectedError
	return errors.As(err, &r) && r.Codespace != "sdk" && r.Codespace != "feegrant" && !errors.Is(err, chain.ErrWindow)
}

// backoff is the wait after so many failures before.
func backoff(attempts uint32) time.Duration {
	return min(lastRetry, firstRetry<<min(attempts, 10))
}

// cut shortens a text to so many bytes.
func cut(s string, limit int) string { return s[:min(len(s), limit)] }
