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

// manifestFields is what the fields of a manifest take at most beside name, type and segments.
const manifestFields = 80

// PutOptions are what a put may be told.
type PutOptions struct {
	Profile  work.Profile   // of the deal; zero = the widest that the owners suffice for
	Epochs   uint64         // of a deal that has to be opened; 0 = DefaultEpochs
	Space    uint64         // least bytes on each index of such a deal
	MaxRate  proof.U128     // the most such a deal may cost for one index and epoch; 0 = the price of the moment
	Progress func(Progress) // is called often, by one goroutine at a time; may be nil
}

// Put stores objects in one deal, all with one commit or none, and returns them in the order of their sources. Errors:
// ErrInvalid, ErrTooLarge, ErrChanged, segment.ErrOwners, *OwnersError, *HoldersError, ErrConflict, ErrRejected, ErrUncertain,
// and those of sources, chain and database. After ErrUncertain the objects may be stored or not; Resolve finds out.
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
	need := room{epochs: network.epochs(opts.Epochs)}
	if need.profile, err = network.profile(opts.Profile); err != nil {
		return nil, err
	}
	if err := need.add(sources); err != nil {
		return nil, err
	}
	deal, objects, err := c.putOnce(ctx, network, need, sources, total, opts)
	if isFull(err) {
		// What commits have left behind that were interrupted may take the room.
		if err := c.renew(ctx, deal); err != nil {
			return nil, fmt.Errorf("make room in deal %d: %w", deal, err)
		}
		_, objects, err = c.putOnce(ctx, network, need, sources, total, opts)
	}
	return objects, err
}

// putOnce chooses a deal, which it returns, and puts sources into it.
func (c *Client) putOnce(ctx context.Context, network Network, need room, sources []Source, total uint64, opts PutOptions) (deal uint64, objects []Object, err error) {
	coder, err := segment.NewCoder(need.profile)
	if err != nil {
		return 0, nil, err
	}
	m := newMeter(opts.Progress, total)
	s, err := c.choose(ctx, network, need, opts, m)
	if err != nil {
		return 0, nil, err
	}
	objects, err = c.putAt(ctx, s, sources, total, coder, m)
	return s.deal.ID, objects, err
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

// checkSources checks what can be known before anything is read, and returns the number of bytes.
func checkSources(sources []Source) (total uint64, err error) {
	if len(sources) == 0 || len(sources) > MaxSources {
		return 0, fmt.Errorf("%w: %d objects, a put has 1 to %d", ErrInvalid, len(sources), MaxSources)
	}
	for _, s := range sources {
		if segment.Count(s.Size) > segment.MaxPlain/32 {
			return 0, fmt.Errorf("%w: object of %d bytes", ErrInvalid, s.Size)
		}
		m := record.Manifest{Name: s.Name, Size: s.Size, Type: s.Type, Modified: s.Modified, Segments: make([][32]byte, segment.Count(s.Size))}
		if _, err := m.Encode(); err != nil {
			return 0, fmt.Errorf("%w: %.200q: %w", ErrInvalid, s.Name, err)
		}
		total += s.Size
	}
	return total, nil
}

// add adds what sources take.
func (r *room) add(sources []Source) error {
	for _, s := range sources {
		count := segment.Count(s.Size)
		manifest := manifestFields + len(s.Name) + len(s.Type) + 32*int(count)
		lengths := []int{min(manifest, segment.MaxPlain)}
		if count > 0 {
			lengths = append(lengths, segment.LengthOf(s.Size, count-1))
		}
		for _, plain := range lengths {
			piece, err := pieceLength(plain, r.profile.K)
			if err != nil {
				return err
			}
			r.bytes += piece
		}
		if count > 1 {
			full, err := pieceLength(segment.MaxPlain, r.profile.K)
			if err != nil {
				return err
			}
			r.bytes += (count - 1) * full
		}
		r.segments += int(count) + 1
	}
	return nil
}

// pieceLength returns the length of a piece of a segment of that many plain bytes.
func pieceLength(plain, k int) (uint64, error) {
	content, err := segment.ContentLength(plain)
	if err != nil {
		return 0, err
	}
	length, err := segment.PieceLength(content, k)
	return uint64(length), err
}
