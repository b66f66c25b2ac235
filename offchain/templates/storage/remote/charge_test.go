package remote_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire/wiretest"
)

// What is charged is the bytes that are sent: whole groups around those asked for. Length 0 is the rest.
func TestChargedIsWhatIsSent(t *testing.T) {
	const length = 700 << 10
	for _, test := range []struct {
		name            string
		offset, n, sent uint64
	}{
		{"ok: all of it", 0, length, length},
		{"ok: the rest, from the start", 0, 0, length},
		{"ok: the rest, from within a group", 20_000, 0, length - 16<<10},
		{"ok: the rest, which is a byte", length - 1, 0, 12 << 10},
		{"ok: a byte", 20_000, 1, 16 << 10},
		{"ok: a group", 16 << 10, 16 << 10, 16 << 10},
		{"ok: a byte on either side of a group's end", 16<<10 - 1, 2, 32 << 10},
		{"ok: more than a frame", 5, 300 << 10, 304 << 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			runPaid(t, func(p *paid) {
				of := p.pieces(1, length)[0]
				c := p.speak()
				cost := price * test.sent
				ask(t, c, promise(ours, cost-1, 1))
				require.Equal(t, fmt.Sprintf("holder refused: unpaid: it costs %d and %d is left", cost, cost-1), outcome(ask(t, c, get(of, test.offset, test.n))))
				ask(t, c, promise(ours, cost, 2))
				require.Equal(t, test.sent, ask(t, c, get(of, test.offset, test.n)).Follow)
				require.Equal(t, holdertest.Stand{Promised: cost, Used: cost, Charged: cost}, p.stand())
			})
		})
	}
}

// What is refused is not charged, or given back. The stream goes on.
func TestRefusedIsNotCharged(t *testing.T) {
	const length, all = 700 << 10, price * 700 << 10
	for _, test := range []struct {
		name    string
		prepare func(p *paid, of piece)
		m       func(of piece) *wire.Request
		want    string
		charged uint64
	}{
		{"fails: unknown", nil, func(piece) *wire.Request { return get(piece{root: [32]byte{1}}, 0, length) }, "holder refused: unknown: no such piece", 0},
		{"fails: from the end on", nil, func(of piece) *wire.Request { return get(of, length, 0) }, "holder refused: beyond the end: the piece has 716800 bytes", 0},
		{"fails: a byte too many", nil, func(of piece) *wire.Request { return get(of, 1, length) }, "holder refused: beyond the end: the piece has 716800 bytes", 0},
		{"fails: damaged", func(p *paid, of piece) { p.store.Break(of.root) }, func(of piece) *wire.Request { return get(of, 0, 0) },
			"holder refused: damaged: the piece is damaged", 0},
		{"fails: the disk cannot read", func(p *paid, _ piece) { p.store.FailReads(0) }, func(of piece) *wire.Request { return get(of, 0, 0) },
			"holder refused: damaged: the disk cannot read it", all},
	} {
		t.Run(test.name, func(t *testing.T) {
			runPaid(t, func(p *paid) {
				list := p.pieces(2, length)
				c := p.speak()
				ask(t, c, promise(ours, all, 1))
				if test.prepare != nil {
					test.prepare(p, list[0])
				}
				require.Equal(t, test.want, outcome(ask(t, c, test.m(list[0]))))
				require.Equal(t, holdertest.Stand{Promised: all, Charged: test.charged, Returned: test.charged}, p.stand())
				p.store.FailReads(1 << 30)
				require.Equal(t, "given", outcome(ask(t, c, get(list[1], 0, 0))))
				require.Equal(t, holdertest.Stand{Promised: all, Used: all, Charged: all + test.charged, Returned: test.charged}, p.stand())
			})
		})
	}
}

// Once bytes were sent they are paid for, whatever becomes of the rest: who ends the stream has them.
func TestChargedWhereSendingFails(t *testing.T) {
	const length, all = 3 << 20, price * 3 << 20 // a piece that takes two reads
	begin := func(p *paid) *wire.Conn {
		of := p.pieces(1, length)[0]
		c := p.speak()
		ask(t, c, promise(ours, all, 1))
		require.NoError(t, c.WriteRequest(get(of, 0, 0)))
		_, err := c.ReadAnswer()
		require.NoError(t, err)
		return c
	}
	charged := holdertest.Stand{Promised: all, Used: all, Charged: all}
	runPaid(t, func(p *paid) {
		p.store.FailReads(1)
		_, err := begin(p).ReadBody(length)
		require.ErrorIs(t, err, wiretest.ErrReset)
		require.Equal(t, charged, p.stand())
		require.ErrorIs(t, p.ends()[0], holdertest.ErrRead)
	})
	runPaid(t, func(p *paid) {
		c := begin(p)
		for range 7 { // of 12 frames; 4 are on their way
			require.NoError(t, c.ReadFrame(make([]byte, wire.BulkFrame)))
		}
		require.NoError(t, c.Reset())
		require.Equal(t, charged, p.stand())
		require.ErrorIs(t, p.ends()[0], wiretest.ErrReset)
	})
}

// What nothing was sent of is given back, also where the other side is gone before the answer.
func TestGivenBackWhereNothingWasSent(t *testing.T) {
	runPaid(t, func(p *paid) {
		of := p.pieces(1, 1000)[0]
		c := p.speak()
		for _, m := range []*wire.Request{promise(ours, 6000, 1), get(of, 0, 0), inquire(ours), get(of, 0, 0)} {
			require.NoError(t, c.WriteRequest(m))
		}
		// Four frames fit into the stream: the answers to the first three, one of them with a body.
		require.Equal(t, holdertest.Stand{Promised: 6000, Used: 6000, Charged: 6000}, p.stand())
		require.NoError(t, c.Reset())
		require.Equal(t, holdertest.Stand{Promised: 6000, Used: 3000, Charged: 6000, Returned: 3000}, p.stand())
	})
}

// A price of zero takes nothing, whether something was paid or not; one that comes up counts at once.
func TestPriceOfZero(t *testing.T) {
	runPaid(t, func(p *paid) {
		of := p.pieces(1, 1000)[0]
		p.till.SetPrice(0)
		c := p.speak()
		require.Equal(t, "given", outcome(ask(t, c, get(of, 0, 0))))
		require.Empty(t, p.till.Log())
		require.Equal(t, "account: 0 of 3000", outcome(ask(t, c, promise(ours, 3000, 1))))
		require.Equal(t, "given", outcome(ask(t, c, get(of, 0, 0))))
		require.Equal(t, []string{"take 5 3000"}, p.till.Log())
		p.till.SetPrice(price)
		require.Equal(t, "given", outcome(ask(t, c, get(of, 0, 0))))
		require.Equal(t, holdertest.Stand{Promised: 3000, Used: 3000, Charged: 3000}, p.stand())
	})
}

// A holder that stops while it is paid ends the stream and does not wait.
func TestHolderStopsWhileItIsPaid(t *testing.T) {
	for _, name := range []string{"account", "take", "charge"} {
		runPaid(t, func(p *paid) {
			of := p.pieces(1, 1000)[0]
			stops := errors.New("node stops")
			p.till.Step = func(ctx context.Context, call string) error {
				if call != name {
					return nil
				}
				<-ctx.Done()
				return context.Cause(ctx)
			}
			ctx, cancel := context.WithTimeoutCause(p.t.Context(), time.Second, stops)
			defer cancel()
			a, b := wiretest.Pipe(8)
			served := make(chan error, 1)
			go func() { served <- p.holder.Serve(ctx, p.sender, b) }()
			c := wire.NewConn(a, time.Hour)
			for _, m := range []*wire.Request{inquire(ours), promise(ours, 3000, 1), get(of, 0, 0)} {
				require.NoError(t, c.WriteRequest(m))
			}
			begun := time.Now()
			require.ErrorIs(t, <-served, stops, name)
			require.Equal(t, time.Second, time.Since(begun), name)
			synctest.Wait()
			require.Zero(t, p.till.Stand(ours).Used, name)
			require.Zero(t, p.store.OpenReaders(), name)
		})
	}
}
