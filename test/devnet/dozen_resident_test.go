package devnet_test

import (
	"github.com/mesh-protocol/mesh/test/devnet/storage"
)

// resident is a node that is there: it does all that storage.Holder does, is watched and watches, and brings its vouchers.
type resident struct {
	*storage.Holder
	d *dozen
	// seen is what it has claimed, by epoch.
	seen map[uint64]*storage.Presence
	// brought is the epoch in which it has brought its vouchers last.
	brought uint64
}

// Act implements storage.Actor.
func (r *resident) Act() {
	r.Store()
	r.claimOnce(func(epoch uint64) {
		r.seen[epoch] = r.collect(epoch)
		r.d.Send(r.Operator, r.seen[epoch].ClaimMsg())
	})
	r.Duties(func(uint64) {}, func(epoch uint64) { r.d.Send(r.Operator, r.seen[epoch].ProofMsg()) })
	r.TaskDuties(r.Commit, r.Reveal)
	r.redeem()
	r.Withdraw()
	r.Take()
}

// claimOnce claims the epoch before the open one.
func (r *resident) claimOnce(claim func(epoch uint64)) {
	e := r.d.Epoch() - 1
	if _, done := r.seen[e]; r.d.Epoch() > 1 && e <= dozenLast && !done {
		r.seen[e] = nil
		claim(e)
	}
}

// collect is what the node has really seen of an epoch, or was seen.
func (r *resident) collect(epoch uint64) *storage.Presence {
	return r.Presence(epoch,
		func(watcher *storage.Holder) bool { return r.d.attests(watcher.ID, r.ID, epoch) },
		func(watched *storage.Holder) bool { return r.d.answers(watched.ID, r.ID, epoch) })
}

// redeem brings what the node was promised, once an epoch.
func (r *resident) redeem() {
	d := r.d
	amount := d.promised[d.channels[r.ID]]
	if d.Epoch() == r.brought || amount == 0 || d.Epoch() > dozenLast+1 {
		return
	}
	r.brought = d.Epoch()
	msg := storage.RedeemMsg(r.Operator, d.payerOf(r.ID).Voucher(d.channels[r.ID], amount, d.Epoch()))
	if r.ID == 1 {
		msg.Vouchers = append(msg.Vouchers, d.PayerOf(d.friend.Account).Voucher(d.channels[0], d.promised[d.channels[0]], d.Epoch()))
	}
	d.Send(r.Operator, msg)
}

// isThere tells whether a node was there in an epoch: the lazy one is not in every second.
func (d *dozen) isThere(node, epoch uint64) bool {
	return !d.isHostile(node) || node != lazyNode || epoch < dozenFirst || epoch%2 == 1
}

// attests tells whether a watcher hands out its attestation of a node that was there.
func (d *dozen) attests(watcher, watched, epoch uint64) bool {
	withheld := d.isHostile(watcher) && watcher == silentNode && epoch >= dozenFirst && !d.isHostile(watched)
	return d.isThere(watcher, epoch) && d.isThere(watched, epoch) && !withheld
}

// answers tells whether a node answers a watcher.
func (d *dozen) answers(watched, watcher, epoch uint64) bool {
	return d.attests(watched, watcher, epoch)
}
