package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// errVoucherRecord: a record of a voucher that this version did not write.
var errVoucherRecord = errors.New("malformed record of a voucher")

// Vouchers remembers the latest voucher of each channel that pays the node. A record is the voucher in its canonical bytes and the
// 64 bytes of its signature. Its methods may be called by any goroutine.
type Vouchers struct {
	journal *journal.Journal

	mu      sync.Mutex
	latest  map[uint64]work.Voucher
	writing map[uint64]int // vouchers of a channel that are on their way into the journal
}

// read takes in a record of the journal.
func (b *Vouchers) read(r journal.Record) error {
	if r.Kind != kindVoucher {
		return nil
	}
	v, err := decodeVoucher(r.Payload)
	if err != nil {
		return err
	}
	b.keep(v)
	return nil
}

func decodeVoucher(payload []byte) (work.Voucher, error) {
	if len(payload) < proof.SignatureSize {
		return work.Voucher{}, errVoucherRecord
	}
	at := len(payload) - proof.SignatureSize
	body, err := proof.DecodeVoucher(payload[:at])
	if err != nil || body.Amount.IsZero() {
		return work.Voucher{}, errors.Join(errVoucherRecord, err)
	}
	return work.Voucher{Voucher: body, Signature: [proof.SignatureSize]byte(payload[at:])}, nil
}

// keep remembers a voucher unless a later one of its channel is known.
func (b *Vouchers) keep(v work.Voucher) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if v.Amount.Cmp(b.latest[v.Channel].Amount) > 0 {
		b.latest[v.Channel] = v
	}
}

// Write implements channel.Book.
func (b *Vouchers) Write(ctx context.Context, v work.Voucher) error {
	b.mark(v.Channel, 1)
	defer b.mark(v.Channel, -1)
	if _, err := b.journal.Append(ctx, kindVoucher, append(v.Encode(), v.Signature[:]...)); err != nil {
		return fmt.Errorf("write down a voucher of channel %d: %w", v.Channel, err)
	}
	b.keep(v)
	return nil
}

// mark says of which channels Needed must let go of nothing, although what is written is not known yet.
func (b *Vouchers) mark(channel uint64, by int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.writing[channel] += by; b.writing[channel] == 0 {
		delete(b.writing, channel)
	}
}

// Latest implements channel.Book.
func (b *Vouchers) Latest() []work.Voucher {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.SortedFunc(maps.Values(b.latest), func(x, y work.Voucher) int { return cmp.Compare(x.Channel, y.Channel) })
}

// Forget implements channel.Book.
func (b *Vouchers) Forget(channel uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.latest, channel)
}

// Needed tells the journal's compaction whether a record is still of use: the latest voucher of a channel, or one that came since.
// What this type did not write stays.
func (b *Vouchers) Needed(r journal.Record) bool {
	if r.Kind != kindVoucher {
		return true
	}
	v, err := decodeVoucher(r.Payload)
	if err != nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	latest, ok := b.latest[v.Channel]
	return b.writing[v.Channel] > 0 || ok && v.Amount.Cmp(latest.Amount) >= 0
}
