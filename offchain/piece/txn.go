package piece

import (
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// txn is a batch of changes of the index that become durable together. It reads what it has written. One at a time
// exists, so that reading, deciding and writing are one step.
type txn struct {
	s       *Store
	b       *pebble.Batch
	volumes []delta
	damaged int64 // change of the number of pieces in quarantine
	settled int64 // reservations of the quota that have become pieces
}

// delta is how a batch changes the counters of a volume.
type delta struct {
	id uint32
	volumeEntry
}

func (s *Store) begin() *txn { return &txn{s: s, b: s.index.NewIndexedBatch()} }

// piece returns the entry of a root; ok is false if there is none.
func (t *txn) piece(root [rootSize]byte) (e entry, ok bool, err error) { return readPiece(t.b, root) }

func readPiece(r pebble.Reader, root [rootSize]byte) (e entry, ok bool, err error) {
	b, err := lookup(r, pieceKey(root))
	if b == nil || err != nil {
		return entry{}, false, err
	}
	e, err = decodeEntry(b)
	return e, err == nil, err
}

// volume returns the counters of a volume with the changes of this batch.
func (t *txn) volume(id uint32) (*delta, error) {
	for i := range t.volumes {
		if t.volumes[i].id == id {
			return &t.volumes[i], nil
		}
	}
	e, err := readVolume(t.b, id)
	if err != nil {
		return nil, err
	}
	t.volumes = append(t.volumes, delta{id, e})
	return &t.volumes[len(t.volumes)-1], nil
}

// readVolume returns the counters of a volume, zero for one that the index does not know.
func readVolume(r pebble.Reader, id uint32) (volumeEntry, error) {
	b, err := lookup(r, volumeKey(id))
	if b == nil || err != nil {
		return volumeEntry{}, err
	}
	return decodeVolumeEntry(b)
}

// setPiece moves a piece to a location, from nowhere or from another one.
func (t *txn) setPiece(root [rootSize]byte, e entry) error {
	if err := t.unsetPiece(root); err != nil {
		return err
	}
	v, err := t.volume(e.volume)
	if err != nil {
		return err
	}
	v.bytes += recordSize(e.length)
	v.pieces++
	return errors.Join(
		t.b.Set(pieceKey(root), e.encode(), nil),
		t.b.Set(locationKey(e.location), placed{e, root}.value(), nil))
}

// unsetPiece removes a piece from where it is. Its references stay.
func (t *txn) unsetPiece(root [rootSize]byte) error {
	e, ok, err := t.piece(root)
	if !ok || err != nil {
		return err
	}
	if e.damaged() {
		t.damaged--
		return errors.Join(t.b.Delete(pieceKey(root), nil), t.b.Delete(damageKey(root), nil))
	}
	v, err := t.volume(e.volume)
	if err != nil {
		return err
	}
	v.bytes -= recordSize(e.length)
	v.pieces--
	return errors.Join(t.b.Delete(pieceKey(root), nil), t.b.Delete(locationKey(e.location), nil))
}

// quarantine leaves of a piece its length and its references.
func (t *txn) quarantine(root [rootSize]byte, length uint64) error {
	t.damaged++
	return errors.Join(
		t.b.Set(pieceKey(root), entry{length: length}.encode(), nil),
		t.b.Set(damageKey(root), nil, nil))
}

func (t *txn) addReference(deal uint64, root [rootSize]byte) error {
	return errors.Join(t.b.Set(dealKey(deal, root), nil, nil), t.b.Set(rootKey(root, deal), nil, nil))
}

// removeReference drops a reference, and with the last one the piece.
func (t *txn) removeReference(deal uint64, root [rootSize]byte) error {
	if err := errors.Join(t.b.Delete(dealKey(deal, root), nil), t.b.Delete(rootKey(root, deal), nil)); err != nil {
		return err
	}
	_, any, err := firstDeal(t.b, root)
	if any || err != nil {
		return err
	}
	return t.unsetPiece(root)
}

// firstDeal returns the lowest deal that refers to a piece; ok is false if none does.
func firstDeal(r pebble.Reader, root [rootSize]byte) (deal uint64, ok bool, err error) {
	prefix := rootPrefix(root)
	err = walk(r, prefix, after(prefix), func(key, _ []byte) (bool, error) {
		deal, ok = dealOf(key), true
		return false, nil
	})
	return deal, ok, err
}

// commit makes the batch durable and the counters in memory those of the index.
func (t *txn) commit() error {
	for _, v := range t.volumes {
		var err error
		if v.state == 0 {
			err = t.b.Delete(volumeKey(v.id), nil)
		} else {
			err = t.b.Set(volumeKey(v.id), v.encode(), nil)
		}
		if err != nil {
			return fmt.Errorf("write index: %w", err)
		}
	}
	if err := t.b.Commit(pebble.Sync); err != nil {
		return fmt.Errorf("commit index: %w", err)
	}
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	for _, d := range t.volumes {
		v := t.s.volumes[d.id]
		if v == nil {
			continue
		}
		t.s.used += d.bytes - v.bytes
		t.s.pieces += d.pieces - v.pieces
		v.volumeEntry = d.volumeEntry
	}
	t.s.damaged += t.damaged
	t.s.reserved -= t.settled
	return nil
}
