package channel

import (
	"cmp"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// MaxBatch is the most vouchers that are brought to the chain at once.
const MaxBatch = 64

// Batch is a list of vouchers to bring to the chain.
type Batch struct {
	Vouchers []work.Voucher // of at most MaxBatch channels, in the order in which those end
	NotAfter int64          // the last height at which the first of them is redeemed
}

// Due returns what is to be brought to the chain now: once an epoch the latest voucher of each channel that promises more than was
// redeemed, and again what came since where a channel is about to end. What is returned counts as under way until the next
// epoch.
func (t *Till) Due(epoch uint64) []Batch {
	type one struct {
		voucher work.Voucher
		expires int64
	}
	var due []one
	for _, a := range t.all() {
		a.mu.Lock()
		if t.isDue(a, epoch) {
			due = append(due, one{a.latest, a.channel.Expires})
			a.posted, a.epoch = a.latest.Amount, epoch
		}
		a.mu.Unlock()
	}
	slices.SortFunc(due, func(x, y one) int {
		return cmp.Or(cmp.Compare(x.expires, y.expires), cmp.Compare(x.voucher.Channel, y.voucher.Channel))
	})
	var batches []Batch
	for part := range slices.Chunk(due, MaxBatch) {
		b := Batch{NotAfter: part[0].expires}
		for _, d := range part {
			b.Vouchers = append(b.Vouchers, d.voucher)
		}
		batches = append(batches, b)
	}
	return batches
}

// isDue tells whether the latest voucher of an account, which is locked, is to be redeemed now.
func (t *Till) isDue(a *account, epoch uint64) bool {
	left := a.channel.Expires - int64(t.chain.Height())
	switch {
	case a.latest.Amount.Cmp(a.channel.Redeemed) <= 0 || left < 0:
		return false
	case epoch > a.epoch:
		return true
	}
	return left <= t.terms.Notice/2 && a.latest.Amount.Cmp(a.posted) > 0
}
