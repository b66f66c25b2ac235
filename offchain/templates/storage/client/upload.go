package client

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// fleet is the lanes to all holders of a deal that can take a new layout.
type fleet struct {
	lanes  []*lane
	need   int             // acks that make a layout current
	full   atomic.Int32    // holders that had no room
	ctx    context.Context //nolint:containedctx // that of the put or removal, which the lanes end with
	cancel context.CancelCauseFunc
}

// fleet returns the lanes to the holders of a site. Nothing is opened yet; close frees them.
func (c *Client) fleet(ctx context.Context, s *site) *fleet {
	f := &fleet{need: s.deal.Profile.Current()}
	f.ctx, f.cancel = context.WithCancelCause(ctx)
	for i, h := range s.holders {
		l := &lane{client: c, to: h, deal: s.deal.ID, number: i, queue: make(chan *parcel, c.cfg.InFlight)}
		l.ctx, l.drop = context.WithCancelCause(f.ctx)
		f.lanes = append(f.lanes, l)
	}
	return f
}

// close ends all sessions.
func (f *fleet) close() {
	f.cancel(context.Canceled)
	for _, l := range f.lanes {
		l.hangUp()
	}
}

// lose notes why a holder is left behind.
func (f *fleet) lose(l *lane, why error) {
	if l.lost = why; hasNoRoom(why) {
		f.full.Add(1)
	}
}

// short returns the error of too few holders.
func (f *fleet) short(have int, last error) *HoldersError {
	return &HoldersError{Need: f.need, Have: have, Full: int(f.full.Load()), Err: last}
}

// left returns the lanes whose holders were not left behind.
func (f *fleet) left() []*lane {
	var list []*lane
	for _, l := range f.lanes {
		if l.lost == nil {
			list = append(list, l)
		}
	}
	return list
}

// upload codes segments and sends their pieces down the lanes.
type upload struct {
	client *Client
	fleet  *fleet
	coder  *segment.Coder
	ledger *ledger
	meter  *meter
	jobs   chan job
	slots  chan struct{} // holds one for each segment on its way
}

// job is a segment to be coded.
type job struct {
	plain   *[]byte         // of the segment, from the client's buffers
	cipher  *segment.Cipher // to seal it with
	content []byte          // or what is sealed already
	done    func(*segment.Pieces)
}

// parcel is a segment whose pieces are on their way.
type parcel struct {
	pieces *segment.Pieces
	plain  uint64       // bytes of the object in it
	lanes  atomic.Int32 // that are not done with it
}

// upload runs produce, which hands segments to seal and send, and returns once the holders that are left have everything.
func (c *Client) upload(f *fleet, coder *segment.Coder, m *meter, produce func(*upload) error) error {
	u := &upload{
		client: c, fleet: f, coder: coder, meter: m, ledger: newLedger(c.cfg, len(f.lanes), f.need),
		jobs: make(chan job), slots: make(chan struct{}, c.cfg.InFlight),
	}
	var lanes, coders, watch sync.WaitGroup
	ctx, end := context.WithCancel(f.ctx)
	defer end()
	watch.Go(func() { u.ledger.watch(ctx, func(holder int) { f.lanes[holder].drop(ErrSlow) }) })
	for _, l := range f.lanes {
		lanes.Go(func() { u.serve(l) })
	}
	for range c.cfg.Coders {
		coders.Go(u.code)
	}
	err := produce(u)
	if err != nil {
		f.cancel(err)
	}
	close(u.jobs)
	coders.Wait()
	u.ledger.starve(true)
	for _, l := range f.lanes {
		close(l.queue)
	}
	lanes.Wait()
	end()
	watch.Wait()
	return context.Cause(f.ctx)
}

// serve delivers what a lane is given, and clears away what comes after the holder was left behind.
func (u *upload) serve(l *lane) {
	left, err := l.deliver(func(p *parcel) {
		u.ledger.stored(l.number)
		u.release(p)
	})
	if err == nil {
		return
	}
	u.fleet.lose(l, err)
	if have := u.ledger.lose(l.number); have < u.fleet.need {
		u.fleet.cancel(u.fleet.short(have, err))
	}
	for _, p := range left {
		u.release(p)
	}
	for p := range l.queue {
		u.release(p)
	}
}

// release frees a segment once no lane needs it any more.
func (u *upload) release(p *parcel) {
	if p.lanes.Add(-1) == 0 {
		p.pieces.Release()
		u.meter.add(p.plain)
		<-u.slots
	}
}

// code codes segments and hands their pieces to the lanes until there are no more.
func (u *upload) code() {
	for j := range u.jobs {
		var plain uint64
		pieces, err := u.encode(j)
		if j.plain != nil {
			plain = uint64(len(*j.plain))
			u.client.givePlain(j.plain)
		}
		if err != nil {
			u.fleet.cancel(err)
			<-u.slots
			j.done(nil)
			continue
		}
		p := &parcel{pieces: pieces, plain: plain}
		p.lanes.Store(int32(len(u.fleet.lanes)))
		j.done(pieces)
		u.ledger.hand()
		for _, l := range u.fleet.lanes {
			l.queue <- p
		}
	}
}

// encode makes the pieces of a segment, unless the upload is over.
func (u *upload) encode(j job) (*segment.Pieces, error) {
	if err := context.Cause(u.fleet.ctx); err != nil {
		return nil, err
	}
	if j.plain != nil {
		return u.coder.Seal(j.cipher, *j.plain)
	}
	return u.coder.Encode(j.content)
}

// slot waits for room for one more segment.
func (u *upload) slot() error {
	select {
	case u.slots <- struct{}{}:
		return nil
	default:
	}
	u.ledger.starve(true)
	defer u.ledger.starve(false)
	select {
	case u.slots <- struct{}{}:
		return nil
	case <-u.fleet.ctx.Done():
		return context.Cause(u.fleet.ctx)
	}
}

// send has a segment coded and sent, in the slot that the caller has taken.
func (u *upload) send(j job, into *record.Segment, coded *sync.WaitGroup) {
	coded.Add(1)
	j.done = func(p *segment.Pieces) {
		if p != nil {
			into.Length, into.Roots = uint64(p.Length), p.Roots
		}
		coded.Done()
	}
	u.jobs <- j
}
