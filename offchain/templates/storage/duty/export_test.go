package duty

import (
	"context"
	"log/slog"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// Compared returns when no comparison of the shelf is under way, Rebuilt when no rebuild is.
func (d *Duties) Compared() { d.stock.wait() }
func (d *Duties) Rebuilt()  { d.rebuilds.wait() }

// Remembered returns how many things are kept in memory, beside what the chain said last.
func (d *Duties) Remembered() int {
	return len(d.sent.at) + len(d.proofs) + len(d.declined) + len(d.rebuilds.state) +
		len(d.view.reported) + len(d.stock.damaged) + len(d.stock.healed)
}

// Bounds and spans.
const (
	HeldEvery   = heldEvery
	MaxRebuilds = maxRebuilds
	Hopeless    = hopeless
	GiveBack    = giveBack
	MaxChecks   = maxChecks
	MaxTakes    = maxTakes
	MaxLooks    = maxLooks
	AckSpan     = ackSpan
	MaxSpan     = maxSpan
)

// Rebuilds are rebuilds of which each ends before Want returns.
type Rebuilds struct{ *rebuilds }

type rebuilder func(context.Context, work.Held) error

func (f rebuilder) Rebuild(ctx context.Context, h work.Held) error { return f(ctx, h) }

// NewRebuilds rebuilds as f does.
func NewRebuilds(f func(context.Context, work.Held) error) Rebuilds {
	return Rebuilds{newRebuilds(rebuilder(f), slog.New(slog.DiscardHandler))}
}

// Want wants an index.
func (r Rebuilds) Want(ctx context.Context, h work.Held, height int64) {
	r.want(ctx, h, height)
	r.wait()
}

// Failed returns how often in a row that was in vain.
func (r Rebuilds) Failed(h work.Held) int { return r.failed(h) }
