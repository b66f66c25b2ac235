package client

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// Opened is an object that can be read. Its methods may be called by several goroutines at once.
type Opened struct {
	// Object says what it is; of an object that is not the client's own, Stored and State are empty.
	Object Object

	client   *Client
	key      segment.Key
	manifest *record.Manifest
	segments []record.Segment // of the object, in its order
	coder    *segment.Coder
	gather   *gatherer
	scouts   *scouts
}

// Open finds an object, by cid or name if it is the client's own, or by URI, and who holds it. Errors: ErrNotFound,
// *HoldersError, ErrKey, ErrDamaged, *record.URIError, ErrInvalid for an object of another network, and those of the chain.
func (c *Client) Open(ctx context.Context, name string) (*Opened, error) {
	o, err := c.open(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("open object: %w", err)
	}
	return o, nil
}

// Close ends the connections that reading has opened. No call may be under way.
func (o *Opened) Close() error {
	o.scouts.end()
	return o.gather.reader.Close()
}

func (c *Client) open(ctx context.Context, name string) (*Opened, error) {
	w, err := c.look(name)
	if err != nil {
		return nil, err
	}
	deal, err := c.chain.Deal(ctx, w.deal)
	if errors.Is(err, ErrNoDeal) {
		return nil, fmt.Errorf("%w: there is no deal %d", ErrNotFound, w.deal)
	}
	if err != nil {
		return nil, fmt.Errorf("ask for deal %d: %w", w.deal, err)
	}
	if deal.Settled {
		return nil, fmt.Errorf("%w: deal %d ended with epoch %d", ErrOver, deal.ID, deal.LastEpoch)
	}
	holders, err := c.nodesOf(ctx, deal, giverOf)
	if err != nil {
		return nil, err
	}
	coder, err := segment.NewCoder(deal.Profile)
	if err != nil {
		return nil, err
	}
	o := &Opened{
		client: c, key: w.key, manifest: w.manifest, coder: coder,
		gather: &gatherer{cfg: c.cfg, reader: c.holders.Read(), field: newField(deal.Profile.K, deal.Profile.N, holders)},
	}
	o.scouts = sendScouts(context.WithoutCancel(ctx), c.cfg, o.gather.reader, o.gather.field)
	if err := o.find(ctx, w, deal, holders); err != nil {
		return nil, errors.Join(err, o.Close())
	}
	o.Object = w.object
	o.Object.Name, o.Object.Size, o.Object.Type, o.Object.Modified = o.manifest.Name, o.manifest.Size, o.manifest.Type, o.manifest.Modified
	return o, nil
}

// wanted is what is known of an object before anybody was asked.
type wanted struct {
	object   Object
	cid      record.CID
	deal     uint64
	key      segment.Key
	manifest *record.Manifest // nil if holders must be asked for it
}

// look says what a name, cid or URI means.
func (c *Client) look(name string) (wanted, error) {
	name, shared, err := c.readName(name)
	if err != nil {
		return wanted{}, err
	}
	e, err := c.book.find(name)
	if shared != nil && (errors.Is(err, ErrNotFound) || err == nil && e.CID != name) {
		id, err := record.ParseCID(name)
		return wanted{object: Object{CID: name, Deal: shared.Deal}, cid: id, deal: shared.Deal, key: shared.Key}, err
	}
	if err != nil {
		return wanted{}, err
	}
	id, err := record.ParseCID(e.CID)
	if err != nil {
		return wanted{}, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	manifest, err := c.book.manifest(e.CID)
	return wanted{object: e.Object, cid: id, deal: e.Deal, key: e.Key, manifest: manifest}, err
}

// find finds the segments of an object in the newest list of its deal that a holder has, and its manifest if need be.
func (o *Opened) find(ctx context.Context, w wanted, deal Deal, holders []Holder) error {
	first := fmt.Errorf("%w: deal %d is empty", ErrNotFound, deal.ID)
	if deal.Layout.Version > 0 { // and nobody holds it now
		first = &HoldersError{Need: deal.Profile.K}
	}
	o.scouts.await(ctx, 1)
	for i, layout := range layouts(deal) {
		givers := slices.DeleteFunc(slices.Clone(holders), func(h Holder) bool { return mayList(deal, deal.Indices[h.Index]) != layout })
		err := o.findIn(ctx, w, deal, layout, o.scouts.sorted(givers))
		if err == nil {
			return nil
		}
		if i == 0 {
			first = err
		}
		if !errors.Is(err, ErrHolders) && !errors.Is(err, ErrNotFound) || layout == deal.Layout && errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return first
}

// findIn finds an object in one layout of its deal. Whoever gives a list whose labels lie is not asked again.
func (o *Opened) findIn(ctx context.Context, w wanted, deal Deal, layout work.Layout, givers []Holder) error {
	for {
		giver, list, err := o.client.listOf(ctx, o.gather.reader, deal, layout, givers, func(list *record.List) error {
			if _, ok := record.NewIndex(list).Manifest(w.cid); !ok && w.manifest == nil {
				return fmt.Errorf("%w: no manifest of it in deal %d", ErrNotFound, deal.ID)
			}
			return nil
		})
		if err != nil {
			return err
		}
		x := record.NewIndex(list)
		if o.manifest == nil {
			number, _ := x.Manifest(w.cid)
			if o.manifest, err = o.readManifest(ctx, list.At(number), w.cid); errors.Is(err, record.ErrMismatch) && len(givers) > 1 {
				givers = slices.DeleteFunc(givers, func(h Holder) bool { return h == giver })
				continue
			}
			if err != nil {
				return err
			}
		}
		return o.locate(list, x)
	}
}

// locate finds the segments of the object in a list.
func (o *Opened) locate(list *record.List, x *record.Index) error {
	o.segments = make([]record.Segment, len(o.manifest.Segments))
	for i, id := range o.manifest.Segments {
		number, ok := x.Segment(id)
		if !ok {
			return fmt.Errorf("%w: segment %d is not in its deal", ErrNotFound, i)
		}
		o.segments[i] = list.At(number)
		plain := segment.LengthOf(o.manifest.Size, uint64(i))
		if length, err := pieceLength(plain, o.coder.Profile().K); err != nil || length != o.segments[i].Length {
			return fmt.Errorf("%w: segment %d has pieces of another length", ErrDamaged, i)
		}
	}
	return nil
}

// readManifest reads the manifest that a label promises. Errors: record.ErrMismatch if it is not there, ErrKey, ErrDamaged.
func (o *Opened) readManifest(ctx context.Context, s record.Segment, cid record.CID) (*record.Manifest, error) {
	content := int(s.Label.Content)
	length, err := segment.PieceLength(content, o.coder.Profile().K)
	if err != nil || uint64(length) != s.Length {
		return nil, fmt.Errorf("%w: %w: label of another length", ErrDamaged, record.ErrMismatch)
	}
	if err := o.fund(ctx, uint64(length)); err != nil {
		return nil, err
	}
	pieces, free, err := o.gather.gather(ctx, s, segment.Span{To: length})
	if err != nil {
		return nil, err
	}
	defer free()
	sealed, err := o.coder.Decode(nil, pieces, content)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	m, err := record.OpenManifest(sealed, cid, o.key)
	switch {
	case errors.Is(err, segment.ErrSealed):
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return m, nil
}
