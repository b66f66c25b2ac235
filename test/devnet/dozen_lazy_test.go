package devnet_test

import (
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// lazyCat drops every second piece and claims all, is away in every second epoch and claims that too, takes indices that it does not
// rebuild, and sends what others have sent as its own.
type lazyCat struct {
	*rogue
	dropped bool
}

// Act implements storage.Actor.
func (l *lazyCat) Act() {
	if !l.d.cheats() {
		l.resident.Act()
		return
	}
	l.drop()
	l.copyLast()
	l.claimOnce(l.claim)
	l.duties()
	l.TaskDuties(l.commit, l.reveal)
	l.takeAll()
	l.redeem()
	l.Withdraw()
}

// drop forgets every second index it holds, once.
func (l *lazyCat) drop() {
	if l.dropped {
		return
	}
	l.dropped = true
	held := 0
	for _, s := range l.d.State().Tasks.Indices {
		if s.Index.Node == l.ID {
			if held++; held%2 == 1 {
				l.Drop(s.Index.Acked, s.Number)
			}
		}
	}
	require.Greater(l.d.t, held, 1, "it has nothing to be lazy about")
}

// duties proves and answers requests.
func (l *lazyCat) duties() {
	for _, d := range l.Deadlines() {
		switch d.Duty {
		case "proof":
			l.prove(d.Epoch)
		case "open":
			l.answer(d.Request)
		}
	}
}

// answer shows zeros where it has nothing.
func (l *lazyCat) answer(request uint64) {
	for _, r := range l.d.State().Tasks.Requests {
		if r.Id != request {
			continue
		}
		if msg, err := l.AnswerMsg(r); err == nil {
			l.d.diary.answered[l.ID]++
			l.d.Try(l.Operator, msg)
			return
		}
		l.try(lazy, &tasktypes.MsgAnswerOpen{
			Operator: l.Operator.String(), Request: r.Id, LayoutOpening: make([]byte, 97), ChunkOpening: make([]byte, 1_024),
		})
	}
}

// claim claims what it has not got, and in every fourth epoch leaves it to the copies.
func (l *lazyCat) claim(epoch uint64) {
	switch {
	case epoch < dozenFirst || epoch%4 == 1:
		l.rogue.claim(epoch)
	case epoch%4 == 3:
	default:
		l.seen[epoch] = l.forgedDuties(l.forgedSlots(epoch))
		l.try(lazy, l.seen[epoch].ClaimMsg())
	}
}

// prove shows zeros for what it has dropped, and what friends and it have signed for what they were not.
func (l *lazyCat) prove(epoch uint64) {
	var bad []func() *tasktypes.MsgProve
	if p := l.seen[epoch]; p != nil && epoch >= dozenFirst && (!l.hasAll(epoch) || !l.d.isThere(l.ID, epoch)) {
		full := func() *tasktypes.MsgProve { return l.forgedProof(epoch) }
		if l.hasAll(epoch) {
			full = p.ProofMsg
		}
		bad = append(bad, full, func() *tasktypes.MsgProve { m := full(); m.Duties = nil; return m }, func() *tasktypes.MsgProve { m := full(); m.Uptime = nil; return m })
	}
	if l.d.isThere(l.ID, epoch) {
		l.proveAfter(epoch, bad, lazy, nil)
		return
	}
	l.proveAfter(epoch, bad, lazy, func(m *tasktypes.MsgProve) { m.Uptime, m.Duties = nil, nil })
}

// takeAll takes what is vacant and says that it has rebuilt it.
func (l *lazyCat) takeAll() {
	for _, s := range l.d.State().Tasks.Indices {
		switch deal := l.d.Deal(s.Deal); {
		case !l.once("take index %d of deal %d in epoch %d with status %s", s.Number, s.Deal, l.d.Epoch(), s.Index.Status):
		case s.Index.Status == tasktypes.INDEX_STATUS_VACANT && l.d.Epoch() < deal.LastEpoch:
			l.try(lazy, l.TakeMsg(s.Deal, s.Number))
		case s.Index.Status == tasktypes.INDEX_STATUS_RESERVED && s.Index.Node == l.ID:
			l.try(lazy, l.AckMsg(s.Deal, s.Number))
		}
	}
}

// commit copies another's commitment, for which it waits. It lies about every second task, and where it is alone.
func (l *lazyCat) commit(task uint64) {
	t := l.d.Task(task)
	list := t.Replicas
	if l.jury(task) > 0 {
		list = t.Jurors()
	}
	if task%2 == 1 || len(list) == 1 {
		l.liesTo(task)
		return
	}
	for _, r := range list {
		if len(r.Commitment) > 0 && r.Node != l.ID {
			l.try(copycat, &tasktypes.MsgCommitResult{Operator: l.Operator.String(), Network: l.d.Record.Id, Task: task, Commitment: r.Commitment})
			return
		}
	}
}

// reveal shows the lie, also where it has copied: what others have shown it sends by copyLast.
func (l *lazyCat) reveal(task uint64) { l.liesAloud(task) }

// copyLast sends one message of each kind that honest nodes have sent in the last block, with its own name in it.
func (l *lazyCat) copyLast() {
	done := map[string]bool{}
	for _, msg := range l.d.lastMessages() {
		if kind := sdk.MsgTypeURL(msg); !done[kind] {
			if copied := copyFor(l.Holder, msg); copied != nil {
				done[kind] = true
				l.try(copycat, copied)
			}
		}
	}
}

// lastMessages returns what honest nodes and clients have sent in the last block.
func (d *dozen) lastMessages() (list []sdk.Msg) {
	d.t.Helper()
	last := d.Chain.Last()
	for i, raw := range last.Txs {
		if i == 0 || last.Results[i].Code != 0 {
			continue
		}
		tx, err := d.Chain.Nodes[0].App.TxConfig().TxDecoder()(raw)
		require.NoError(d.t, err)
		signers, err := tx.(authsigning.Tx).GetSigners()
		require.NoError(d.t, err)
		hostile := false
		for _, r := range d.nodes {
			hostile = hostile || d.isHostile(r.ID) && r.Operator.Address.Equals(sdk.AccAddress(signers[0]))
		}
		if !hostile {
			list = append(list, tx.GetMsgs()...)
		}
	}
	return list
}

// copyFor returns a message of another with a node's own name in it, or nil.
func copyFor(h *storage.Holder, msg sdk.Msg) sdk.Msg {
	me := h.Operator.String()
	switch m := msg.(type) {
	case *tasktypes.MsgClaim:
		own := *m
		own.Operator = me
		return &own
	case *tasktypes.MsgProve:
		own := *m
		own.Operator = me
		return &own
	case *tasktypes.MsgCommitResult:
		own := *m
		own.Operator = me
		return &own
	case *tasktypes.MsgRevealResult:
		own := *m
		own.Operator = me
		return &own
	case *tasktypes.MsgAnswerOpen:
		own := *m
		own.Operator = me
		return &own
	case *tasktypes.MsgRedeemVouchers:
		return storage.RedeemMsg(h.Operator, m.Vouchers...)
	}
	return nil
}
