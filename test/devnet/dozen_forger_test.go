package devnet_test

import (
	"bytes"
	"crypto/sha256"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// forging signs for others: attestations, answers, vouchers and acknowledgements, changes proofs after they were made, and says that
// others have lost what they have.
type forging struct {
	*rogue
	epoch uint64
}

// Act implements storage.Actor.
func (f *forging) Act() {
	if !f.d.cheats() {
		f.resident.Act()
		return
	}
	f.claimOnce(f.claim)
	f.answerAll()
	for _, d := range f.Deadlines() {
		if d.Duty == "proof" {
			f.prove(d.Epoch)
		}
	}
	f.TaskDuties(f.liesTo, f.liesAloud)
	f.redeem()
	f.Withdraw()
	if f.epoch != f.d.Epoch() && f.d.Epoch() <= dozenLast {
		f.epoch = f.d.Epoch()
		f.try(forger, storage.RedeemMsg(f.Operator, f.vouchers()...))
		f.accuse()
		f.acknowledge()
	}
	f.results()
	f.dispute()
}

// claim forges all it says of every third epoch.
func (f *forging) claim(epoch uint64) {
	if epoch < dozenFirst || epoch%3 != 0 {
		f.rogue.claim(epoch)
		return
	}
	f.seen[epoch] = f.forgedDuties(f.forgedSlots(epoch))
	f.try(forger, f.seen[epoch].ClaimMsg())
}

// prove changes a byte in each part of what it can prove, and shows the true parts after that.
func (f *forging) prove(epoch uint64) {
	full := func() *tasktypes.MsgProve { return f.seen[epoch].ProofMsg() }
	changed := func(part func(*tasktypes.MsgProve) *[]byte) func() *tasktypes.MsgProve {
		return func() *tasktypes.MsgProve {
			msg := full()
			if bz := part(msg); len(*bz) > 0 {
				*bz = bytes.Clone(*bz)
				(*bz)[len(*bz)-1] ^= 1
			}
			return msg
		}
	}
	if epoch < dozenFirst {
		f.proveAfter(epoch, nil, forger, nil)
		return
	}
	if epoch%3 == 0 {
		slots := func() *tasktypes.MsgProve { m := full(); m.Duties = nil; return m }
		duties := func() *tasktypes.MsgProve { m := full(); m.Uptime = nil; return m }
		f.proveAfter(epoch, []func() *tasktypes.MsgProve{full, slots, duties}, forger, func(m *tasktypes.MsgProve) { m.Uptime, m.Duties = nil, nil })
		return
	}
	f.proveAfter(epoch, []func() *tasktypes.MsgProve{
		changed(func(m *tasktypes.MsgProve) *[]byte { return &m.Proof }),
		changed(func(m *tasktypes.MsgProve) *[]byte { return &m.Uptime }),
		changed(func(m *tasktypes.MsgProve) *[]byte { return &m.Duties }),
	}, forger, nil)
}

// vouchers are worth something to it, of which something is wrong each.
func (f *forging) vouchers() []tasktypes.Voucher {
	d, mine := f.d, f.d.channels[f.ID]
	payer := d.payerOf(f.ID)
	elsewhere, fork := d.Domain(), d.Domain()
	elsewhere.Network, fork.ChainID = "net_00000002", "mesh-devnet-9"
	alter := func(v tasktypes.Voucher, change func(*tasktypes.Voucher)) tasktypes.Voucher { change(&v); return v }
	good, most := payer.Voucher(mine, d.promised[mine], 90), int64(90*storage.Token)
	return []tasktypes.Voucher{
		alter(good, func(v *tasktypes.Voucher) { v.Amount = math.NewInt(most) }),
		alter(payer.Voucher(d.channels[1], most, 90), func(v *tasktypes.Voucher) { v.Channel = mine }),
		payer.VoucherFor(elsewhere, mine, most, 90),
		payer.VoucherFor(fork, mine, most, 90),
		d.PayerOf(f.Operator).Voucher(mine, most, 90),
		d.PayerOf(d.friend.Account).Voucher(mine, most, 90),
		alter(good, func(v *tasktypes.Voucher) { v.Amount, v.Signature = math.NewInt(most), make([]byte, 64) }),
	}
}

// accuse says of what an honest node holds that it is lost.
func (f *forging) accuse() {
	for _, s := range f.d.State().Tasks.Indices {
		if s.Index.Status == tasktypes.INDEX_STATUS_HELD && !f.d.isHostile(s.Index.Node) && uint64(s.Number) == f.d.Epoch()%4 {
			f.try(forger, f.ReportMsg(s.Deal, s.Number))
			f.try(forger, &tasktypes.MsgDeclareLoss{Sender: f.Operator.String(), Deal: s.Deal, Index: s.Number})
		}
	}
}

// acknowledge has its friend commit layouts that no honest node has, with acknowledgements in their names.
func (f *forging) acknowledge() {
	d := f.d
	for _, id := range []uint64{10, 12} {
		deal := d.Deal(id)
		layout := d.NewContent(id, 100+d.Epoch(), deal.Profile.N, 500).Version(deal.Layout.Version + 1)
		msg := &tasktypes.MsgCommitLayout{Client: d.friend.String(), Deal: id, Layout: layout}
		for number, i := range d.Indices(id) {
			if i.HasNode() && !d.isHostile(i.Node) {
				msg.Acks = append(msg.Acks, tasktypes.SignedAck{Index: uint32(number), Signature: f.SignAck(id, uint32(number), layout)})
			}
		}
		f.tryFriend(forger, msg)
	}
	for _, s := range d.State().Tasks.Indices {
		if s.Deal == 1 && s.Index.Node != f.ID {
			f.try(forger, f.AckMsg(s.Deal, s.Number))
		}
	}
}

// results reveals, for each task that others reveal, what nobody has committed to in its name.
func (f *forging) results() {
	for _, t := range f.d.State().Tasks.Tasks {
		if t.Status != tasktypes.TASK_STATUS_REVEALING {
			continue
		}
		if _, is := t.Replica(f.ID); is || !f.once("forge task %d", t.Id) {
			continue
		}
		f.try(forger, f.RevealResultMsg(t.Id, f.d.Solve(t)))
		digest := sha256.Sum256([]byte("made up"))
		f.try(forger, &tasktypes.MsgCommitResult{Operator: f.Operator.String(), Network: f.d.Record.Id, Task: t.Id, Commitment: digest[:]})
	}
}
