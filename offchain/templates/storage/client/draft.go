package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// draft is an object on its way into a deal.
type draft struct {
	key      segment.Key
	cid      record.CID
	manifest record.Manifest
	encoded  []byte           // the manifest, not sealed
	segments []record.Segment // of the object
	label    record.Segment   // of the manifest
}

// object reads a source to its end and sends all that it becomes.
func (u *upload) object(s Source) (d *draft, err error) {
	r, err := s.Open()
	if err != nil {
		return nil, fmt.Errorf("open source: %w", err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	d = &draft{
		manifest: record.Manifest{Name: s.Name, Size: s.Size, Type: s.Type, Modified: s.Modified},
		segments: make([]record.Segment, segment.Count(s.Size)),
	}
	if d.key, err = segment.NewKey(u.client.cfg.Rand); err != nil {
		return nil, err
	}
	var coded sync.WaitGroup
	err = u.content(r, d, &coded)
	coded.Wait()
	if err != nil {
		return nil, err
	}
	if err := context.Cause(u.fleet.ctx); err != nil {
		return nil, err
	}
	for _, seg := range d.segments {
		d.manifest.Segments = append(d.manifest.Segments, seg.ID())
	}
	return d, u.describe(d, &coded)
}

// content sends the bytes of an object.
func (u *upload) content(r io.Reader, d *draft, coded *sync.WaitGroup) error {
	hash := blake3.New(32, nil)
	for number := range d.segments {
		cipher, err := d.key.Segment(uint64(number))
		if err != nil {
			return err
		}
		if err := u.slot(); err != nil {
			return err
		}
		plain := u.client.takePlain(segment.LengthOf(d.manifest.Size, uint64(number)))
		if err := fill(r, *plain); err != nil {
			u.client.givePlain(plain)
			<-u.slots
			return err
		}
		hash.Write(*plain)
		u.send(job{plain: plain, cipher: cipher}, &d.segments[number], coded)
	}
	hash.Sum(d.manifest.Hash[:0])
	return ended(r)
}

// describe sends the manifest of an object whose segments are coded.
func (u *upload) describe(d *draft, coded *sync.WaitGroup) error {
	var err error
	if d.encoded, err = d.manifest.Encode(); err != nil {
		return err
	}
	sealed, cid, err := d.manifest.Seal(d.key)
	if err != nil {
		return err
	}
	if err := u.slot(); err != nil {
		return err
	}
	u.send(job{content: sealed}, &d.label, coded)
	coded.Wait()
	d.cid = cid
	d.label.Label = &record.Label{Content: uint64(len(sealed)), Hash: cid}
	return context.Cause(u.fleet.ctx)
}

// object returns what the database keeps of a draft.
func (d *draft) object(deal uint64) added {
	return added{
		entry: entry{
			Object: Object{
				CID: d.cid.String(), Name: d.manifest.Name, Size: d.manifest.Size, Type: d.manifest.Type,
				Modified: d.manifest.Modified, Deal: deal,
			},
			Key: d.key, Segment: d.label.ID(),
		},
		manifest: d.encoded,
	}
}
