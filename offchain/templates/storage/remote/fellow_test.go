package remote_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire/wiretest"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// fellow is the number of the node that the client's host belongs to in these tests: it holds index 0 of deal 7.
const fellow = 100

// join makes the client's host that of a node, and has it read by a deal.
func (p *paid) join(node, deal uint64) {
	p.fellows.Hosts[p.sender] = node
	p.reader = p.remote.FellowReader(deal)
	p.t.Cleanup(func() { require.NoError(p.t, p.reader.Close()) })
}

func present(deal uint64) *wire.Request { return &wire.Request{Fellow: &wire.Fellow{Deal: deal}} }

// Who holds or rebuilds an index of a deal reads for nothing from a holder of it, pieces and lists, on every stream.
func TestFellowsReadForNothing(t *testing.T) {
	for name, status := range map[string]work.IndexStatus{"holds": work.IndexHeld, "rebuilds": work.IndexReserved} {
		t.Run(name, func(t *testing.T) {
			runPaid(t, func(p *paid) {
				p.chain.Change(7, func(_ *work.Deal, at []work.Index) { at[0].Status = status })
				h := p.grant()
				list, made := p.first(h, 1000, 1)
				p.join(fellow, 7)
				of := piece{list.At(0).Roots[index], holdertest.Content(1000+index, 1000)}
				p.fetch(of, 0, 1000)
				got, err := p.reader.Layout(p.t.Context(), peer(), 7, made, n)
				require.NoError(t, err)
				require.Equal(t, list.Encode(), got.Encode())
				require.Equal(t, 2, p.opened) // one of them is the client's that has stored

				why := errors.New("enough")
				ctx, cancel := context.WithCancelCause(p.t.Context())
				cancel(why)
				require.ErrorIs(t, p.try(ctx, of), why)
				p.fetch(of, 7, 100)
				require.Empty(t, p.till.Log())
				require.Empty(t, p.payer.asked)
			})
		})
	}
}

// A stream that is opened for many fetches presents itself once, before them.
func TestFellowPresentsItselfOnce(t *testing.T) {
	runPaid(t, func(p *paid) {
		list := p.pieces(3, 100_000)
		p.join(fellow, 7)
		var all sync.WaitGroup
		for i := range 30 {
			all.Go(func() {
				if err := p.try(p.t.Context(), list[i%3]); err != nil {
					p.t.Errorf("fetch: %v", err)
				}
			})
		}
		all.Wait()
		require.Equal(t, 1, p.opened)
		require.Empty(t, p.till.Log())
	})
}

// Nobody else reads for nothing: not by a deal that the holder does not have, nor by one that the host has no index of.
func TestFellowRefused(t *testing.T) {
	const (
		none = "present itself as a fellow holder at holder: holder refused: not granted: deal 7 has no two indices, here and with the one that asks"
		down = "present itself as a fellow holder at holder: holder refused: holder failed: the chain cannot be asked"
	)
	for _, test := range []struct {
		name    string
		prepare func(p *paid)
		code    wire.Code
		want    string
	}{
		{"fails: host of no node", func(p *paid) { clear(p.fellows.Hosts) }, wire.NotGranted, none},
		{"fails: host of a node without an index", func(p *paid) { p.fellows.Hosts[p.sender] = 77 }, wire.NotGranted, none},
		{"fails: index was lost here", func(p *paid) { p.chain.Change(7, giveAway) }, wire.NotGranted, none},
		{"fails: deal is settled", func(p *paid) {
			p.chain.Change(7, func(d *work.Deal, _ []work.Index) { d.Settled = true })
		}, wire.NotGranted, none},
		{"fails: unknown deal", func(p *paid) { p.join(fellow, 8) }, wire.NotGranted,
			"present itself as a fellow holder at holder: holder refused: not granted: deal 8 has no two indices, here and with the one that asks"},
		{"fails: chain cannot be asked", func(p *paid) { p.chain.Fail(errors.New("down")) }, wire.Internal, down},
		{"fails: chain cannot be asked for nodes", func(p *paid) { p.fellows.Down = errors.New("down") }, wire.Internal, down},
	} {
		t.Run(test.name, func(t *testing.T) {
			runPaid(t, func(p *paid) {
				of := p.pieces(1, 1000)[0]
				p.join(fellow, 7)
				test.prepare(p)
				err := p.try(p.t.Context(), of)
				require.ErrorIs(t, err, test.code)
				require.EqualError(t, err, test.want)
				var named *remote.HolderError
				require.ErrorAs(t, err, &named)
				require.Equal(t, []error{nil}, p.ends(), "the reader leaves in peace")
				require.Equal(t, 1, p.opened)

				require.ErrorIs(t, p.reader.Reach(p.t.Context(), peer()), test.code)
				require.Equal(t, 2, p.opened, "another attempt, on another stream")
				require.Empty(t, p.till.Log())
			})
		})
	}
}

// A refusal does not end a stream, which reads on if it pays.
func TestRefusedFellowMayPay(t *testing.T) {
	runPaid(t, func(p *paid) {
		of := p.pieces(1, 1000)[0]
		c := p.speak()
		require.Equal(t, "holder refused: not granted: deal 7 has no two indices, here and with the one that asks", outcome(ask(t, c, present(7))))
		require.Equal(t, wire.Unpaid, wire.Code(ask(t, c, get(of, 0, 0)).Code))
		ask(t, c, promise(ours, 3000, 1))
		require.Equal(t, "given", outcome(ask(t, c, get(of, 0, 0))))
		require.Equal(t, holdertest.Stand{Promised: 3000, Used: 3000, Charged: 3000}, p.stand())
	})
}

// What a stream was let read for nothing it reads for nothing to its end, whatever is asked on it after that.
func TestFellowStaysOne(t *testing.T) {
	runPaid(t, func(p *paid) {
		of := p.pieces(1, 1000)[0]
		p.fellows.Hosts[p.sender] = fellow
		c := p.speak()
		for _, m := range []*wire.Request{present(7), present(8), promise(ours, 3000, 1), inquire(6)} {
			ask(t, c, m)
			require.Equal(t, "given", outcome(ask(t, c, get(of, 0, 0))))
		}
		p.chain.Change(7, giveAway)
		require.Equal(t, "given", outcome(ask(t, c, get(of, 0, 0))))
		require.Equal(t, holdertest.Stand{Promised: 3000}, p.stand())
		require.Equal(t, []string{"take 5 3000", "account 6"}, p.till.Log())
	})
}

// Where reading is free everybody is a fellow, and the chain is not asked.
func TestFellowWhereReadingIsFree(t *testing.T) {
	run(t, func(r *rig) {
		of := r.pieces(1, 1000)[0]
		r.chain.Fail(errors.New("down"))
		reader := r.remote.FellowReader(9)
		dst := make([]byte, 1000)
		require.NoError(t, reader.Fetch(r.t.Context(), peer(), of.root, 1000, 0, dst))
		require.Equal(t, of.b, dst)
		require.NoError(t, reader.Close())
	})
}

// A holder that says nothing to who presents itself is left when the context ends, and one that answers anything else is named.
func TestFellowAtAHolderThatLies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("enough")
		silent := newRemote(t, liar(func(*wire.Conn, *wiretest.End) error { return nil }).dial(t)).FellowReader(7)
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, why)
		defer cancel()
		begun := time.Now()
		require.ErrorIs(t, fetch(ctx, silent), why)
		require.Equal(t, time.Second, time.Since(begun))
		require.NoError(t, silent.Close())

		lies := newRemote(t, liar(func(c *wire.Conn, _ *wiretest.End) error { return c.WriteAnswer(given()) }).dial(t)).FellowReader(7)
		require.ErrorIs(t, fetch(t.Context(), lies), remote.ErrProtocol)
		require.NoError(t, lies.Close())
	})
}
