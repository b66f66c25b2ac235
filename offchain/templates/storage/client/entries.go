package client

import (
	"errors"
	"fmt"
	"iter"

	"github.com/cockroachdb/pebble/v2"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
)

// errStop ends a walk that nobody listens to any more.
var errStop = errors.New("stop")

// added is an object that is new, with its manifest.
type added struct {
	entry
	manifest []byte
}

// addAll writes new objects.
func (b *book) addAll(objects []added) error {
	return b.write(func(batch *pebble.Batch) error {
		for _, o := range objects {
			if err := setEntry(batch, o.entry); err != nil {
				return err
			}
			if err := batch.Set(manifestKey(o.CID), o.manifest, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// setAll writes entries of objects that are there.
func (b *book) setAll(entries []entry) error {
	return b.write(func(batch *pebble.Batch) error {
		for _, e := range entries {
			if err := setEntry(batch, e); err != nil {
				return err
			}
		}
		return nil
	})
}

func setEntry(batch *pebble.Batch, e entry) error {
	value, err := e.encode()
	if err != nil {
		return err
	}
	return batch.Set(objectKey(e.CID), value, nil)
}

// deleteAll forgets objects.
func (b *book) deleteAll(entries []entry) error {
	return b.write(func(batch *pebble.Batch) error {
		for _, e := range entries {
			if err := errors.Join(batch.Delete(objectKey(e.CID), nil), batch.Delete(manifestKey(e.CID), nil)); err != nil {
				return err
			}
		}
		return nil
	})
}

// find returns the object with that cid, or the one of that name that was stored last. Errors: ErrNotFound, ErrCorrupt.
func (b *book) find(name string) (entry, error) {
	value, err := b.lookup(objectKey(name))
	if err != nil {
		return entry{}, err
	}
	if value != nil {
		return decodeEntry(value)
	}
	var found entry
	for e, err := range b.entries() {
		if err != nil {
			return entry{}, err
		}
		if e.Name == name && (found.CID == "" || e.Stored.After(found.Stored)) {
			found = e
		}
	}
	if found.CID == "" {
		return entry{}, fmt.Errorf("%w: %.200q", ErrNotFound, name)
	}
	return found, nil
}

// entries yields all objects in the order of their cids, and at last an error if there was one.
func (b *book) entries() iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		err := b.walk(objectKeys, func(_, value []byte) (bool, error) {
			e, err := decodeEntry(value)
			if err == nil && !yield(e, nil) {
				err = errStop
			}
			return true, err
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(entry{}, err)
		}
	}
}

// undecided returns the objects that wait for the chain.
func (b *book) undecided() ([]entry, error) {
	var list []entry
	for e, err := range b.entries() {
		if err != nil {
			return nil, err
		}
		if e.State != Stored {
			list = append(list, e)
		}
	}
	return list, nil
}

// manifest returns the manifest of an object.
func (b *book) manifest(cid string) (*record.Manifest, error) {
	value, err := b.lookup(manifestKey(cid))
	if err != nil {
		return nil, err
	}
	m, err := record.DecodeManifest(value)
	if err != nil {
		return nil, fmt.Errorf("%w: manifest of %s: %w", ErrCorrupt, cid, err)
	}
	return m, nil
}
