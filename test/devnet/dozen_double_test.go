package devnet_test

import (
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// double sends everything again, its own and what others have signed, and says two things wherever it can.
type double struct {
	*rogue
	epoch uint64
	// sent are its claims and proofs, which it sends again.
	sent []sdk.Msg
}

// Act implements storage.Actor.
func (x *double) Act() {
	if !x.d.cheats() {
		x.resident.Act()
		return
	}
	x.claimOnce(x.claim)
	x.answerAll()
	for _, d := range x.Deadlines() {
		if d.Duty == "proof" {
			x.prove(d.Epoch)
		}
	}
	x.TaskDuties(x.commit, x.reveal)
	x.redeem()
	x.Withdraw()
	x.replay()
	if x.epoch != x.d.Epoch() && x.d.Epoch() <= dozenLast {
		x.epoch = x.d.Epoch()
		x.sayTwice()
	}
}

// claim makes two claims of each epoch: the true one first, or the other.
func (x *double) claim(epoch uint64) {
	if epoch < dozenFirst {
		x.rogue.claim(epoch)
		return
	}
	x.seen[epoch] = x.collect(epoch)
	honest, bogus := x.seen[epoch].ClaimMsg(), x.bogusClaim(epoch)
	if epoch%2 == 1 {
		x.try(equivocator, bogus)
		x.try(equivocator, honest)
	} else {
		x.d.Try(x.Operator, honest)
		x.try(equivocator, bogus)
	}
	x.sent = append(x.sent, honest)
}

// prove proves what it has claimed first, and that alone.
func (x *double) prove(epoch uint64) {
	if epoch >= dozenFirst && epoch%2 == 1 {
		x.proveAfter(epoch, []func() *tasktypes.MsgProve{func() *tasktypes.MsgProve { return x.seen[epoch].ProofMsg() }}, equivocator,
			func(m *tasktypes.MsgProve) { m.Uptime, m.Duties = nil, nil })
		return
	}
	x.proveAfter(epoch, nil, equivocator, func(m *tasktypes.MsgProve) { x.sent = append(x.sent, m) })
}

// answers returns what it says of a task, first and second: of every second one the lie comes first.
func (x *double) answers(task uint64) (first, second storage.Answer) {
	if task%2 == 0 {
		return lie(), x.d.Solve(x.d.Task(task))
	}
	return x.honestly(task), lie()
}

func (x *double) commit(task uint64) {
	first, second := x.answers(task)
	if task%2 == 0 {
		x.try(liar, x.CommitResultMsg(task, first))
	} else {
		x.d.Try(x.Operator, x.CommitResultMsg(task, first))
	}
	x.try(equivocator, x.CommitResultMsg(task, second))
}

func (x *double) reveal(task uint64) {
	first, second := x.answers(task)
	x.try(equivocator, x.RevealResultMsg(task, second))
	if task%2 == 0 {
		x.try(liar, x.RevealResultMsg(task, first))
	} else {
		x.d.Try(x.Operator, x.RevealResultMsg(task, first))
	}
	x.try(replayer, x.RevealResultMsg(task, first))
}

// sayTwice signs what there is to be signed but once: its friend promises a node two amounts for the same work and commits two layouts of
// one version, which it acknowledges both.
func (x *double) sayTwice() {
	d := x.d
	friend, channel := d.PayerOf(d.friend.Account), d.channels[0]
	if d.promised[channel] > 0 {
		less := friend.Voucher(channel, d.promised[channel]-storage.Token/2, d.Epoch()+1)
		same := friend.Voucher(channel, d.promised[channel], d.Epoch()+1)
		x.try(equivocator, storage.RedeemMsg(x.Operator, less, less, same, less))
	}
	for _, s := range d.State().Tasks.Indices {
		if s.Index.Node != x.ID {
			continue
		}
		if deal := d.Deal(s.Deal); deal.Client == d.friend.String() {
			layout := d.NewContent(s.Deal, 200+d.Epoch(), deal.Profile.N, 700).Version(deal.Layout.Version)
			x.tryFriend(equivocator, &tasktypes.MsgCommitLayout{Client: d.friend.String(), Deal: s.Deal, Layout: layout, Acks: []tasktypes.SignedAck{
				{Index: s.Number, Signature: x.SignAck(s.Deal, s.Number, layout)},
			}})
		}
		two := x.AckMsg(s.Deal, s.Number)
		two.Acks[0].Version++
		x.try(equivocator, two)
	}
}

// replay sends its old claims and proofs again, others' vouchers, and raw transactions of the last blocks: to a node, and as a proposer
// into the block itself.
func (x *double) replay() {
	d, height := x.d, x.d.Chain.Height()
	if d.Epoch() > dozenLast+1 {
		return
	}
	if height%4 == 0 {
		for _, msg := range x.sent[max(0, len(x.sent)-4):] {
			x.try(replayer, msg)
		}
	}
	raw := x.lastRaw(3)
	if height%6 == 0 {
		for _, tx := range raw {
			said := d.Chain.Submit(tx)[0]
			require.False(d.t, said.IsOK(), "a transaction is taken twice")
			d.attempts = append(d.attempts, attempt{role: replayer})
		}
	}
	if height%6 == 3 {
		node := d.Chain.Nodes[0]
		node.Propose = func(_ *abci.RequestPrepareProposal, honest [][]byte) [][]byte {
			node.Propose = nil
			return append(honest, raw...)
		}
	}
	var vouchers []tasktypes.Voucher
	for _, msg := range d.lastMessages() {
		if m, ok := msg.(*tasktypes.MsgRedeemVouchers); ok {
			vouchers = append(vouchers, m.Vouchers...)
		}
	}
	if len(vouchers) > 0 {
		x.try(replayer, storage.RedeemMsg(x.Operator, vouchers...))
	}
}

// lastRaw returns the transactions of so many blocks that are not reveals of proposers.
func (x *double) lastRaw(blocks int) (raw [][]byte) {
	all := x.d.Chain.Blocks
	for _, b := range all[len(all)-blocks:] {
		raw = append(raw, b.Txs[1:]...)
	}
	return raw
}
