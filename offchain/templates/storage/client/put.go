package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// MaxSources is how many objects one put may have.
const MaxSources = 64

// PutOptions are what a put may be told.
type PutOptions struct {
	Profile  work.Profile   // of the deal; zero = the widest that the owners suffice for
	Epochs   uint64         // of a deal that has to be opened, of another half of them must be left; 0 = DefaultEpochs
	Space    uint64         // least free bytes on each index of the deal; where its holders have no room, or cannot be reached, another one is used, or opened
	Deal     uint64         // that is used while it has room for the objects, whatever Space says; 0 = none
	MaxRate  proof.U128     // the most a deal that has to be opened may cost for one index and epoch; 0 = the price of the moment
	Progress func(Progress) // is called often, by one goroutine at a time; may be nil
}

// Put stores objects in one deal, all with one commit or none, and returns them in the order of their sources. Errors:
// ErrInvalid, ErrTooLarge, ErrChanged, segment.ErrOwners, *OwnersError, *HoldersError, ErrConflict, ErrRejected, ErrUnopened,
// ErrUncertain, and those of sources, chain and database. After ErrUncertain the objects may be stored or not; Resolve finds out.
func (c *Client) Put(ctx context.Context, sources []Source, opts PutOptions) ([]Object, error) {
	objects, err := c.put(ctx, sources, opts)
	if err != nil {
		return nil, fmt.Errorf("put: %w", err)
	}
	return objects, nil
}

func (c *Client) put(ctx context.Context, sources []Source, opts PutOptions) ([]Object, error) {
	total, err := checkSources(sources)
	if err != nil {
		return nil, err
	}
	end, err := c.takeTurn(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	if err := c.resolve(ctx); err != nil {
		return nil, err
	}
	network, err := c.chain.Network(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask for the network: %w", err)
	}
	need := room{epochs: network.epochs(opts.Epochs), space: opts.Space, deal: opts.Deal}
	if need.profile, err = network.profile(opts.Profile); err != nil {
		return nil, err
	}
	if err := need.add(sources); err != nil {
		return nil, err
	}
	return c.place(ctx, network, need, sources, total, opts)
}

// place puts sources into the first deal whose holders have the room, which is known only once they were asked. A deal whose holders
// have not is passed over if space was asked for, and another one is paid for only then.
func (c *Client) place(ctx context.Context, network Network, need room, sources []Source, total uint64, opts PutOptions) ([]Object, error) {
	for {
		s, opened, err := c.choose(ctx, network, need, opts, newMeter(opts.Progress, total))
		if err != nil {
			return nil, err
		}
		id := s.deal.ID
		objects, err := c.putWithRoom(ctx, s, need, sources, total, opts)
		if !errors.Is(err, ErrFull) {
			return objects, err
		}
		if opts.Space == 0 || opened {
			return nil, fmt.Errorf("deal %d: %w", id, err)
		}
		need.full = append(need.full, id)
	}
}

// putWithRoom puts sources into a deal, and makes room in it if that is possible.
func (c *Client) putWithRoom(ctx context.Context, s *site, need room, sources []Source, total uint64, opts PutOptions) ([]Object, error) {
	coder, err := segment.NewCoder(need.profile)
	if err != nil {
		return nil, err
	}
	objects, err := c.putAt(ctx, s, sources, total, coder, newMeter(opts.Progress, total))
	again, err := c.makeRoom(ctx, s.deal.ID, err)
	if !again {
		return objects, err
	}
	m := newMeter(opts.Progress, total)
	if s, err = c.enter(ctx, s.deal.ID, need, m); err != nil {
		return nil, err
	}
	return c.putAt(ctx, s, sources, total, coder, m)
}

// putAt puts sources into a deal, which settles in meanwhile if it is new and they are large.
func (c *Client) putAt(ctx context.Context, s *site, sources []Source, total uint64, coder *segment.Coder, m *meter) ([]Object, error) {
	f := c.fleet(ctx, s)
	defer f.close()
	if s.list != nil || total <= quickBytes {
		return c.putInto(f, func() (*site, error) { return s, nil }, sources, coder, m)
	}
	settled := c.settleIn(f, s)
	objects, err := c.putInto(f, settled, sources, coder, m)
	if err != nil {
		f.cancel(err)
		_, _ = settled() // it has ended then, and what it did does not matter
	}
	return objects, err
}

// quickBytes is what is surely sent within the time that the nodes of a new deal have for their first ack.
const quickBytes = 32 << 20

// putInto sends the sources to the holders of a deal and commits them to it, as it is once it has settled in.
func (c *Client) putInto(f *fleet, settled func() (*site, error), sources []Source, coder *segment.Coder, m *meter) ([]Object, error) {
	m.stage(StageSend)
	drafts := make([]*draft, len(sources))
	err := c.upload(f, coder, m, func(u *upload) error {
		for i := range sources {
			var err error
			if drafts[i], err = u.object(sources[i]); err != nil {
				return fmt.Errorf("%.200q: %w", sources[i].Name, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s, err := settled()
	if err != nil {
		return nil, err
	}
	ch := change{drop: dropBlanks}
	objects := make([]added, len(drafts))
	for i, d := range drafts {
		ch.added = append(append(ch.added, d.segments...), d.label)
		objects[i] = d.object(s.deal.ID)
		objects[i].Stored = c.cfg.Clock.Now()
	}
	ch.note = func(a attempt) error {
		for i := range objects {
			objects[i].State, objects[i].Attempt = Pending, a
		}
		return c.book.addAll(objects)
	}
	ch.seen = func(x *record.Index) bool { return objects[0].in(x) } // one commit has them all
	err = c.commit(f, s, ch, m)
	entries := make([]entry, len(objects))
	list := make([]Object, len(objects))
	for i := range objects {
		entries[i] = objects[i].entry
		entries[i].State = Stored
		list[i] = entries[i].Object
	}
	switch {
	case err == nil:
		return list, c.book.setAll(entries)
	case errors.Is(err, ErrUncertain):
		return nil, err
	default:
		return nil, errors.Join(err, c.book.deleteAll(entries))
	}
}
