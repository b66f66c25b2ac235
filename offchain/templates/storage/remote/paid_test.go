package remote_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
)

const (
	price = 3 // base units a byte
	ours  = 5 // the channel by which the client pays the holder
)

// paid is a rig whose holder takes payment, and who reads from it and pays.
type paid struct {
	*rig
	till    *holdertest.Till
	fellows *holdertest.Fellows
	purse   *holdertest.Purse
	payer   *payer
	reader  *remote.Reader
}

// runPaid runs a test as run does.
func runPaid(t *testing.T, test func(*paid)) {
	t.Helper()
	run(t, func(r *rig) { test(newPaid(r)) })
}

func newPaid(r *rig) *paid {
	p := &paid{
		rig: r, till: holdertest.NewTill(price), fellows: &holdertest.Fellows{Chain: r.chain, Hosts: map[[32]byte]uint64{}},
		purse: newPurse(0),
	}
	p.till.Open(ours, r.sender)
	r.till, r.fellows = p.till, p.fellows
	r.start()
	p.payer = &payer{purse: p.purse}
	r.remote = newPaying(r.t, r.dial, p.payer)
	p.reader = r.remote.Reader()
	r.t.Cleanup(func() { require.NoError(r.t, p.reader.Close()) })
	return p
}

// newPurse returns the client's purse, which pays so many bytes ahead.
func newPurse(step uint64) *holdertest.Purse {
	return &holdertest.Purse{ID: ours, Key: holdertest.Key(9), Price: price, Step: step}
}

// payer has one purse, and notes what it is asked for.
type payer struct {
	purse remote.Purse // nil: nothing is to be paid
	err   error        // what it says, if set
	hangs bool         // it says nothing until the context ends

	mu     sync.Mutex
	asked  []uint64 // bytes that a purse was asked for, in order
	funded []funding
}

type funding struct {
	holders []remote.Peer
	bytes   uint64
}

func (p *payer) Fund(_ context.Context, holders []remote.Peer, bytes uint64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.funded = append(p.funded, funding{holders, bytes})
	return p.err
}

func (p *payer) Purse(ctx context.Context, _ remote.Peer, bytes uint64) (remote.Purse, error) {
	if p.hangs {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, bytes)
	return p.purse, p.err
}

// keep puts a piece into the holder's store.
func (r *rig) keep(b []byte) [32]byte {
	root := holdertest.Root(b)
	w, err := r.store.Put(r.t.Context(), 7, root, uint64(len(b)))
	require.NoError(r.t, err)
	_, err = w.Write(b)
	require.NoError(r.t, err)
	require.NoError(r.t, w.Commit())
	return root
}

// piece is bytes that a holder has.
type piece struct {
	root [32]byte
	b    []byte
}

// pieces has the holder keep pieces of that length.
func (r *rig) pieces(number, length int) (list []piece) {
	for i := range number {
		b := holdertest.Content(uint64(i), length)
		list = append(list, piece{r.keep(b), b})
	}
	return list
}

// fetch reads a range of a piece and requires that it is right.
func (p *paid) fetch(of piece, offset, length int) {
	p.t.Helper()
	dst := make([]byte, length)
	require.NoError(p.t, p.reader.Fetch(p.t.Context(), peer(), of.root, uint64(len(of.b)), uint64(offset), dst))
	require.Equal(p.t, of.b[offset:offset+length], dst)
}

// try reads a whole piece and returns how that ends.
func (p *paid) try(ctx context.Context, of piece) error {
	return p.reader.Fetch(ctx, peer(), of.root, uint64(len(of.b)), 0, make([]byte, len(of.b)))
}

// stand returns where the client's channel stands at the till, once the holder has done what it was asked for.
func (p *paid) stand() holdertest.Stand {
	synctest.Wait()
	return p.till.Stand(ours)
}

// speak opens a stream that is spoken by hand.
func (r *rig) speak() *wire.Conn {
	s, err := r.dial(r.t.Context(), "holder")
	require.NoError(r.t, err)
	c := wire.NewConn(s, time.Hour)
	r.t.Cleanup(func() { _ = c.Reset() }) // the holder may have ended it
	return c
}

// ask sends a request by hand and returns the answer, whose bytes it reads.
func ask(t *testing.T, c *wire.Conn, m *wire.Request) *wire.Answer {
	t.Helper()
	require.NoError(t, c.WriteRequest(m))
	return answer(t, c)
}

func answer(t *testing.T, c *wire.Conn) *wire.Answer {
	t.Helper()
	a, err := c.ReadAnswer()
	require.NoError(t, err)
	_, err = c.ReadBody(a.Follow)
	require.NoError(t, err)
	return a
}

// get asks for a range of a piece.
func get(of piece, offset, length uint64) *wire.Request {
	return &wire.Request{Get: &wire.Get{Root: of.root[:], Offset: offset, Length: length}}
}

// inquire asks where a channel stands.
func inquire(channel uint64) *wire.Request { return &wire.Request{Pay: &wire.Pay{Channel: channel}} }

// promise hands over the client's voucher of an amount.
func promise(channel, amount, count uint64) *wire.Request {
	return &wire.Request{Pay: wire.PayWith(holdertest.Voucher(holdertest.Key(9), channel, amount, count))}
}

// outcome is what an answer says, in a few words.
func outcome(a *wire.Answer) string {
	switch err := a.Refused(); {
	case err != nil:
		return err.Error()
	case a.Account != nil:
		at := a.Account.Account(ours)
		return "account: " + at.Used.String() + " of " + at.Latest.Amount.String()
	case a.Follow > 0:
		return "given"
	}
	return "accepted"
}
