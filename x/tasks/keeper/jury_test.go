package keeper_test

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// juryNodes is how many nodes there are where juries are tested: 2 to 5 replicas and enough owners for nine seats.
const juryNodes = 16

// disputed lets replicas answer a task and its outcome be disputed by the rival, and returns the replicas.
func (f *fixture) disputed(replicas uint32, outputs ...string) (uint64, []uint64) {
	id, nodes := f.judged(replicas, outputs...)
	f.dispute(id)
	return id, nodes
}

// judged lets replicas answer a task, and gives the rival money to dispute it.
func (f *fixture) judged(replicas uint32, outputs ...string) (uint64, []uint64) {
	f.w.give(account("rival"), funds)
	id, nodes := f.posted(replicas)
	for at := 0; at < len(outputs); at = len(nodes) {
		if len(nodes) == at {
			nodes = append(nodes, f.drawTask(id)...)
		}
		f.answers(id, nodes[at:], outputs[at:len(nodes)]...)
	}
	require.Equal(f.t, types.TASK_STATUS_JUDGED, f.task(id).Status)
	return id, nodes
}

func (f *fixture) dispute(id uint64) {
	rsp := must(f, f.msgs.DisputeTask, &types.MsgDisputeTask{Sender: addr(account("rival")), Task: id})
	require.Equal(f.t, []any{int64(taskStake), uint32(9)}, []any{rsp.Bond.Int64(), rsp.Seats})
}

// jury draws the jury of a task and returns it.
func (f *fixture) jury(id uint64) []types.Replica {
	f.drawTask(id)
	return f.task(id).Dispute.Jurors
}

// votes lets jurors commit to outputs and reveal them: the first of them to the first output until as many seats as said have done so, the rest to
// the second.
func (f *fixture) votes(id uint64, seats uint32, first, second string) (said uint32) {
	jury := f.jury(id)
	outputs := make([]string, len(jury))
	for i, j := range jury {
		outputs[i] = second
		if said < seats {
			outputs[i] = first
			said += j.Seats
		}
	}
	for i, j := range jury {
		must(f, f.msgs.CommitResult, commitMsg(id, j.Node, outputs[i]))
	}
	for i, j := range jury {
		must(f, f.msgs.RevealResult, revealMsg(id, j.Node, outputs[i]))
	}
	return said
}

// decided returns what the events say of a jury that has decided.
func (f *fixture) decided() *types.EventJuryDecided {
	var found *types.EventJuryDecided
	for _, e := range f.events() {
		if e, ok := e.(*types.EventJuryDecided); ok {
			require.Nil(f.t, found)
			found = e
		}
	}
	require.NotNil(f.t, found)
	return found
}

func digest(output string) []byte {
	sum := sha256.Sum256([]byte(output))
	return sum[:]
}

// A jury finds another result than the replicas that agreed: those who were right are paid, those who were wrong pay what they had at stake, and
// first of all make good what the dispute has cost.
func TestJuryOverturns(t *testing.T) {
	f := newFixture(t, juryNodes)
	supply := f.w.supply.AmountOf(denom)
	id, nodes := f.disputed(2, "lie", "42", "lie") // the lie has two of three
	require.Equal(t, digest("lie"), f.task(id).Result)
	require.Equal(t, int64(funds-taskStake), f.has("rival"))
	f.events()
	for _, j := range f.jury(id) {
		require.NotContains(t, nodes, j.Node)
		must(f, f.msgs.CommitResult, commitMsg(id, j.Node, "42"))
	}
	require.Equal(t, types.TASK_STATUS_JURY_REVEALING, f.task(id).Status)
	for _, j := range f.task(id).Dispute.Jurors {
		must(f, f.msgs.RevealResult, revealMsg(id, j.Node, "42"))
	}
	got := f.task(id)
	require.Equal(t, []any{types.TASK_STATUS_SETTLED, types.TASK_OUTCOME_FOUND, digest("42"), "42"}, []any{got.Status, got.Outcome, got.Result, string(got.Output)})
	require.Equal(t, int64(funds-taskFee), f.has("client"), "one was right")
	perSeat := int64(taskStake / 9)
	require.Equal(t, int64(funds-9*perSeat), f.has("rival"), "what the seats were not paid")
	var byNode int64
	for _, fee := range f.w.fees {
		byNode += fee.Earned.Int64() + fee.Burnt.Int64()
	}
	require.Equal(t, taskFee+9*perSeat, byNode)
	require.Equal(t, nodes[1], f.w.fees[len(f.w.fees)-1].Node)
	slashes := f.slashes()
	require.Len(t, slashes, 2)
	for i, node := range []uint64{nodes[0], nodes[2]} {
		s := slashes[i]
		require.Equal(t, []any{node, types.OffenceWrongResult, int64(taskStake), addr(account("rival")), f.ctx.BlockHeight() + 10},
			[]any{s.Node, s.Offence, s.Amount.Int64(), s.Reporter, s.Until})
		require.Equal(t, int64(bond-taskStake), f.w.nodes[node].OwnBond.Int64())
		require.Empty(t, f.tasksOf(node))
	}
	require.Equal(t, []int64{9 * perSeat, 0}, []int64{slashes[0].Harm.Int64(), slashes[1].Harm.Int64()})
	require.Equal(t, int64(2*taskStake), f.escrowed(), "held")
	require.Equal(t, 2, f.w.duties)
	f.ctx = f.ctx.WithBlockHeight(slashes[0].Until)
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	require.Len(t, f.slashes(), 2)
	f.ctx = f.ctx.WithBlockHeight(slashes[0].Until + 1)
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	require.Empty(t, f.slashes())
	rewards := (taskStake-9*perSeat)/20 + taskStake/20
	require.Equal(t, funds+rewards, f.has("rival"), "made whole, and a twentieth of the rest")
	require.Zero(t, f.escrowed())
	require.Zero(t, f.w.duties)
	burnt := int64(0)
	for _, fee := range f.w.fees {
		burnt += fee.Burnt.Int64()
	}
	require.Equal(t, 2*taskStake-9*perSeat-rewards+burnt, supply.Sub(f.w.supply.AmountOf(denom)).Int64()+funds, "the rest is burnt; the rival was given funds")
}

// slashes returns what is held in the network.
func (f *fixture) slashes() []types.Slash {
	rsp, err := f.queries.Slashes(f.ctx, &types.QuerySlashesRequest{Network: networkID})
	require.NoError(f.t, err)
	return rsp.Slashes
}

// Whatever the replicas have said, a quorum of two thirds of the seats decides; a dispute that was wrong has paid the jury.
func TestJuryDecides(t *testing.T) {
	const perSeat = taskStake / 9
	for _, tc := range []struct {
		name     string
		replicas uint32
		outputs  []string
		seats    uint32 // that say "42"; others say "odd"
		upheld   bool
		paid     int64 // replicas that are paid
		slashed  []int // places of replicas that are slashed
		rival    int64 // what is held for the rival, at the least
	}{
		{"ok: one replica was right", 1, []string{"42"}, 9, false, 1, nil, 0},
		{"ok: one replica was wrong", 1, []string{"lie"}, 9, true, 0, []int{0}, 9 * perSeat},
		{"ok: two were right", 2, []string{"42", "42"}, 6, false, 2, nil, 0},
		{"ok: two were wrong", 2, []string{"lie", "lie"}, 6, true, 0, []int{0, 1}, 9 * perSeat},
		{"ok: the minority is slashed where the jury agrees with the others", 2, []string{"lie", "42", "42"}, 9, false, 2, []int{0}, 0},
		{"ok: five disagreed, one was right", 2, []string{"42", "b", "c", "d", "e"}, 9, true, 1, []int{1, 2, 3, 4}, 9 * perSeat},
		{"ok: who could not get the input has said nothing wrong", 3, []string{"lie", unavailable, "lie"}, 9, true, 0, []int{0, 2}, 9 * perSeat},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, juryNodes)
			id, nodes := f.disputed(tc.replicas, tc.outputs...)
			f.events()
			seats := f.votes(id, tc.seats, "42", "odd")
			e := f.decided()
			each := int64(taskStake) / int64(seats)
			require.Equal(t, []any{digest("42"), tc.upheld, seats, each * int64(seats), taskStake - each*int64(seats)},
				[]any{e.Result, e.Upheld, e.Seats, e.Paid.Int64(), e.Refund.Int64()})
			require.Equal(t, types.TASK_OUTCOME_FOUND, f.task(id).Outcome)
			require.Equal(t, funds-tc.paid*taskFee, f.has("client"))
			var slashed []uint64
			var reporter int64
			for _, s := range f.slashes() {
				slashed = append(slashed, s.Node)
				part, _ := s.Split()
				reporter += part.Int64()
				require.Equal(t, tc.upheld, s.Reporter != "")
			}
			var want []uint64
			for _, at := range tc.slashed {
				want = append(want, nodes[at])
			}
			require.Equal(t, want, slashed)
			if tc.upheld {
				require.GreaterOrEqual(t, reporter, e.Paid.Int64(), "the rival is made whole")
			}
			require.Equal(t, int64(len(want))*taskStake, f.escrowed())
		})
	}
}

// A jury without a quorum is followed by another one; after the second everybody has their money back.
func TestJuryHangs(t *testing.T) {
	f := newFixture(t, juryNodes)
	id, nodes := f.disputed(2, "42", "42")
	bonds := f.bonds()
	f.votes(id, 5, "42", "odd")
	got := f.task(id)
	require.Equal(t, []any{types.TASK_STATUS_JURY_DRAWING, uint32(1), 0}, []any{got.Status, got.Dispute.Juries, len(got.Dispute.Jurors)})
	f.events()
	f.votes(id, 5, "42", "odd")
	e := f.decided()
	require.Equal(t, []any{[]byte(nil), false, uint32(0), int64(0), int64(taskStake)}, []any{e.Result, e.Upheld, e.Seats, e.Paid.Int64(), e.Refund.Int64()})
	got = f.task(id)
	require.Equal(t, []any{types.TASK_STATUS_SETTLED, types.TASK_OUTCOME_HUNG, 0, 0}, []any{got.Status, got.Outcome, len(got.Result), len(got.Output)})
	require.Equal(t, []int64{funds, funds, 0}, []int64{f.has("client"), f.has("rival"), f.escrowed()})
	require.Equal(t, bonds, f.bonds())
	require.Empty(t, f.w.fees)
	for _, n := range nodes {
		require.Empty(t, f.tasksOf(n))
	}
	require.Zero(t, f.w.duties)
}

// Jurors who do not commit lose their seats and nothing else; who commits and is silent pays, like a replica.
func TestSilentJurors(t *testing.T) {
	f := newFixture(t, juryNodes)
	id, _ := f.disputed(1, "42")
	jury := f.jury(id)
	must(f, f.msgs.CommitResult, commitMsg(id, jury[0].Node, "42"))
	must(f, f.msgs.CommitResult, commitMsg(id, jury[1].Node, "42"))
	duty := func(node uint64) (list []types.Deadline) {
		for _, d := range f.deadlines(node) {
			if d.Task != 0 {
				list = append(list, d)
			}
		}
		return list
	}
	until, pay := f.task(id).Closes+1, func(i int) int64 { return taskStake * int64(jury[i].Seats) / 9 }
	require.Equal(t, []types.Deadline{{Duty: "commit", Task: id, Until: until, AtStake: math.NewInt(pay(2))}}, duty(jury[2].Node))
	require.Empty(t, duty(jury[0].Node))
	f.ctx = f.ctx.WithBlockHeight(until)
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	require.Equal(t, types.TASK_STATUS_JURY_REVEALING, f.task(id).Status)
	until = f.task(id).Closes + 1
	require.Equal(t, []types.Deadline{{Duty: "reveal", Task: id, Until: until, AtStake: math.NewInt(taskStake + pay(0))}}, duty(jury[0].Node))
	must(f, f.msgs.RevealResult, revealMsg(id, jury[1].Node, "42"))
	f.ctx = f.ctx.WithBlockHeight(until)
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	require.Equal(t, types.TASK_STATUS_JURY_DRAWING, f.task(id).Status, "another jury")
	slashes := f.slashes()
	require.Len(t, slashes, 1)
	require.Equal(t, []any{jury[0].Node, types.OffenceSilentJuror, int64(taskStake), ""},
		[]any{slashes[0].Node, slashes[0].Offence, slashes[0].Amount.Int64(), slashes[0].Reporter})
	for _, j := range jury {
		require.Empty(t, f.tasksOf(j.Node))
	}
}

// What can be disputed, when and by whom.
func TestDisputeIsRefused(t *testing.T) {
	f := newFixture(t, juryNodes)
	dispute := func(id uint64) *types.MsgDisputeTask {
		return &types.MsgDisputeTask{Sender: addr(account("rival")), Task: id}
	}
	refuse(f, f.msgs.DisputeTask, dispute(1), types.ErrTaskNotFound)
	id, nodes := f.posted(2)
	refuse(f, f.msgs.DisputeTask, dispute(id), types.ErrWrongState)
	f.answers(id, nodes, "42", "42")
	refuse(f, f.msgs.DisputeTask, dispute(id), types.ErrInsufficientFunds)
	f.w.give(account("rival"), funds)
	refuse(f, f.msgs.DisputeTask, &types.MsgDisputeTask{Sender: "nobody", Task: id}, types.ErrInvalidRequest)
	at := f.ctx
	f.ctx = f.ctx.WithBlockHeight(f.task(id).Closes + 1)
	refuse(f, f.msgs.DisputeTask, dispute(id), types.ErrWindow)
	f.ctx = at.WithBlockHeight(f.task(id).Closes)
	must(f, f.msgs.DisputeTask, dispute(id))
	refuse(f, f.msgs.DisputeTask, dispute(id), types.ErrWrongState)
	refuse(f, f.msgs.CommitResult, commitMsg(id, nodes[0], "42"), types.ErrWrongState)

	f = newFixture(t, 6) // two replicas, and one owner too few for a jury
	id, nodes = f.posted(2)
	f.answers(id, nodes, "42", "42")
	require.Equal(t, types.TASK_STATUS_SETTLED, f.task(id).Status, "nobody could judge it")
	f = newFixture(t, 7)
	id, nodes = f.posted(2)
	f.answers(id, nodes, "42", "42")
	require.Equal(t, types.TASK_STATUS_JUDGED, f.task(id).Status)
	refuse(f, f.msgs.DisputeTask, &types.MsgDisputeTask{Sender: addr(account("owner7")), Task: id}, types.ErrWrongState)
}

// Whoever is a party to a task judges it in no network: its client, who disputes it, and the owners of its replicas.
func TestJurorsAreNoParties(t *testing.T) {
	f := newFixture(t, juryNodes)
	f.w.give(account("owner1"), funds)
	f.w.give(account("owner2"), funds)
	msg := taskMsg(2)
	msg.Client = addr(account("owner1"))
	id := must(f, f.msgs.PostTask, msg).Task
	nodes := f.drawTask(id)
	f.answers(id, nodes, "42", "42")
	must(f, f.msgs.DisputeTask, &types.MsgDisputeTask{Sender: addr(account("owner2")), Task: id})
	for range types.MaxJuries {
		for _, j := range f.jury(id) {
			require.NotContains(t, append([]uint64{1, 2}, nodes...), j.Node)
		}
		f.ctx = f.ctx.WithBlockHeight(f.task(id).Closes + 1)
		require.NoError(t, f.keeper.EndBlock(f.ctx))
	}
	require.Equal(t, types.TASK_OUTCOME_HUNG, f.task(id).Outcome)
}

// A jury is drawn by a block where nobody asks for it, and counts as one where there is no seed.
func TestJuryWithoutASeed(t *testing.T) {
	f := newFixture(t, juryNodes)
	id, _ := f.disputed(1, "42")
	next := func() {
		f.ctx = f.ctx.WithBlockHeight(f.task(id).Closes + 1)
		require.NoError(t, f.keeper.EndBlock(f.ctx))
	}
	f.w.seedLate[f.ctx.BlockHeight()] = 1_000_000
	next()
	require.Equal(t, []any{types.TASK_STATUS_JURY_DRAWING, uint32(1)}, []any{f.task(id).Status, f.task(id).Dispute.Juries})
	next()
	require.Equal(t, []any{types.TASK_STATUS_JURY_WORKING, uint32(2)}, []any{f.task(id).Status, f.task(id).Dispute.Juries})
	next()
	require.Equal(t, types.TASK_OUTCOME_HUNG, f.task(id).Outcome)
}

// What is held can be given back while it is, and not a block later.
func TestReturnSlash(t *testing.T) {
	f := newFixture(t, juryNodes)
	id, nodes := f.disputed(1, "lie")
	f.votes(id, 9, "42", "")
	s := f.slashes()[0]
	name := fmt.Sprintf("owner%d", nodes[0])
	require.Equal(t, []types.SlashShare{{Account: addr(account(name)), Amount: math.NewInt(taskStake)}}, s.Shares)
	require.ErrorIs(t, f.keeper.ReturnSlash(f.ctx, s.Id+1), types.ErrWrongState)
	f.ctx = f.ctx.WithBlockHeight(s.Until + 1)
	require.ErrorIs(t, f.keeper.ReturnSlash(f.ctx, s.Id), types.ErrWrongState)
	f.ctx = f.ctx.WithBlockHeight(s.Until)
	rival := f.has("rival")
	require.NoError(t, f.keeper.ReturnSlash(f.ctx, s.Id))
	require.Equal(t, []int64{taskStake, 0, rival}, []int64{f.has(name), f.escrowed(), f.has("rival")})
	require.Empty(t, f.slashes())
	require.Zero(t, f.w.duties)
	require.ErrorIs(t, f.keeper.ReturnSlash(f.ctx, s.Id), types.ErrWrongState)
}

// A slash that cannot be ended is set aside, with a reason, and the others are ended.
func TestSlashesEndByThemselves(t *testing.T) {
	f := newFixture(t, juryNodes)
	id, _ := f.disputed(2, "lie", "42", "lie")
	f.votes(id, 9, "42", "")
	f.w.closed = string(account("rival"))
	f.ctx = f.ctx.WithBlockHeight(f.slashes()[1].Until + 1)
	f.events()
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	stuck := eventsOf[*types.EventSlashStuck](f.events())
	require.Len(t, stuck, 2)
	require.Equal(t, []any{uint64(1), networkID}, []any{stuck[0].Slash, stuck[0].Network})
	require.Len(t, f.slashes(), 2, "they are still held")
}
