package outbox

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/proof"
)

// errWitnessRecord: a record of an attestation or a duty that this version did not write.
var errWitnessRecord = errors.New("malformed record of an attestation or a duty")

// Witness remembers the attestations a node got and the duties it did as a watcher, in the latest epochs. Its methods may be called
// by any goroutine.
type Witness struct {
	journal *journal.Journal

	mu     sync.Mutex // guards the following
	epochs map[uint64]*witnessed
	latest uint64
}

// witnessed is what is known of one epoch.
type witnessed struct {
	seals  map[uint32]map[uint64]proof.Seal // by slot and watcher
	duties map[dutyKey]proof.Duty
}

// dutyKey names a duty of an epoch.
type dutyKey struct {
	node uint64
	slot uint32
}

func keyOf(d proof.Duty) dutyKey { return dutyKey{d.Node, d.Slot} }

// read takes in a record of the journal.
func (w *Witness) read(r journal.Record) error {
	switch r.Kind {
	case kindSeal:
		epoch, slot, s, err := decodeSeal(r.Payload)
		if err != nil {
			return err
		}
		w.of(epoch).addSeal(slot, s)
	case kindDuty:
		epoch, d, err := decodeDuty(r.Payload)
		if err != nil {
			return err
		}
		w.of(epoch).duties[keyOf(d)] = d
	}
	return nil
}

// Seal implements attest.Book. What is known already is not written again.
func (w *Witness) Seal(ctx context.Context, epoch uint64, slot uint32, s proof.Seal) error {
	w.mu.Lock()
	_, known := w.of(epoch).seals[slot][s.Watcher]
	w.mu.Unlock()
	if known {
		return nil
	}
	if _, err := w.journal.Append(ctx, kindSeal, encodeSeal(epoch, slot, s)); err != nil {
		return fmt.Errorf("write down the attestation of slot %d of epoch %d: %w", slot, epoch, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.of(epoch).addSeal(slot, s)
	return nil
}

// Done implements attest.Book. What is known already is not written again.
func (w *Witness) Done(ctx context.Context, epoch uint64, d proof.Duty) error {
	w.mu.Lock()
	_, known := w.of(epoch).duties[keyOf(d)]
	w.mu.Unlock()
	if known {
		return nil
	}
	payload, err := encodeDuty(epoch, d)
	if err != nil {
		return err
	}
	if _, err := w.journal.Append(ctx, kindDuty, payload); err != nil {
		return fmt.Errorf("write down the duty to watch node %d in epoch %d: %w", d.Node, epoch, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.of(epoch).duties[keyOf(d)] = d
	return nil
}

// Of implements attest.Book.
func (w *Witness) Of(epoch uint64) (map[uint32][]proof.Seal, []proof.Duty) {
	w.mu.Lock()
	defer w.mu.Unlock()
	known, ok := w.epochs[epoch]
	if !ok {
		return nil, nil
	}
	seals := map[uint32][]proof.Seal{}
	for slot, by := range known.seals {
		seals[slot] = slices.SortedFunc(maps.Values(by), func(a, b proof.Seal) int { return cmp.Compare(a.Watcher, b.Watcher) })
	}
	duties := slices.SortedFunc(maps.Values(known.duties), func(a, b proof.Duty) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Slot, b.Slot))
	})
	return seals, duties
}

// Needed tells the journal's compaction whether a record is still of use. What this type did not write stays.
func (w *Witness) Needed(r journal.Record) bool {
	if r.Kind != kindSeal && r.Kind != kindDuty {
		return true
	}
	epoch, n := binary.Uvarint(r.Payload)
	w.mu.Lock()
	defer w.mu.Unlock()
	return n <= 0 || epoch+KeptClaims > w.latest
}

// of returns what is known of an epoch, and forgets those long before it.
func (w *Witness) of(epoch uint64) *witnessed {
	if epoch > w.latest {
		w.latest = epoch
		maps.DeleteFunc(w.epochs, func(e uint64, _ *witnessed) bool { return e+KeptClaims <= epoch })
	}
	if w.epochs[epoch] == nil {
		w.epochs[epoch] = &witnessed{seals: map[uint32]map[uint64]proof.Seal{}, duties: map[dutyKey]proof.Duty{}}
	}
	return w.epochs[epoch]
}

func (w *witnessed) addSeal(slot uint32, s proof.Seal) {
	if w.seals[slot] == nil {
		w.seals[slot] = map[uint64]proof.Seal{}
	}
	w.seals[slot][s.Watcher] = s
}

// encodeSeal writes epoch, slot and watcher as varints, and the signature.
func encodeSeal(epoch uint64, slot uint32, s proof.Seal) []byte {
	bz := binary.AppendUvarint(nil, epoch)
	bz = binary.AppendUvarint(bz, uint64(slot))
	bz = binary.AppendUvarint(bz, s.Watcher)
	return append(bz, s.Sig[:]...)
}

func decodeSeal(bz []byte) (epoch uint64, slot uint32, s proof.Seal, err error) {
	var numbers [3]uint64
	for i := range numbers {
		v, n := binary.Uvarint(bz)
		if n <= 0 {
			return 0, 0, s, errWitnessRecord
		}
		numbers[i], bz = v, bz[n:]
	}
	if len(bz) != len(s.Sig) || numbers[1] >= proof.MaxSlots {
		return 0, 0, s, errWitnessRecord
	}
	return numbers[0], uint32(numbers[1]), proof.Seal{Watcher: numbers[2], Sig: [proof.SignatureSize]byte(bz)}, nil
}

// encodeDuty writes the epoch as a varint, and the leaf of the duty.
func encodeDuty(epoch uint64, d proof.Duty) ([]byte, error) {
	leaf, err := d.Leaf()
	if err != nil {
		return nil, err
	}
	return leaf.AppendTo(binary.AppendUvarint(nil, epoch))
}

func decodeDuty(bz []byte) (uint64, proof.Duty, error) {
	epoch, n := binary.Uvarint(bz)
	if n <= 0 {
		return 0, proof.Duty{}, errWitnessRecord
	}
	leaf, err := proof.DecodeLeaf(bz[n:])
	if err != nil {
		return 0, proof.Duty{}, fmt.Errorf("%w: %w", errWitnessRecord, err)
	}
	d, err := proof.DutyOf(leaf)
	if err != nil {
		return 0, proof.Duty{}, fmt.Errorf("%w: %w", errWitnessRecord, err)
	}
	return epoch, d, nil
}
