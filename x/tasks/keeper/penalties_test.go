package keeper_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

var update = flag.Bool("update", false, "rewrite the table of penalties")

// penaltiesDoc is the document that has the table, between marks.
const penaltiesDoc, tableFrom, tableTo = "../../../docs/protocol/penalties.md", "<!-- table of TestPenalties: begin -->\n", "<!-- end -->\n"

// purses is who has what, as far as penalties move it.
type purses struct {
	bonds, reserve, rival, jurors, supply math.Int
}

func (f *fixture) pursesOf(deal uint64) purses {
	p := purses{bonds: math.ZeroInt(), reserve: math.ZeroInt(), rival: f.w.of(account("rival")), supply: f.w.supply.AmountOf(denom)}
	for _, n := range f.w.nodes {
		p.bonds = p.bonds.Add(n.OwnBond)
	}
	if deal != 0 {
		p.reserve = f.deal(deal).Deal.Reserve
	}
	p.jurors = f.w.of(moduleAccount(payModule))
	return p
}

// to says what came to whom between two states, in words.
func (p purses) to(after purses) string {
	var parts []string
	add := func(amount math.Int, whom string) {
		if amount.IsPositive() {
			parts = append(parts, fmt.Sprintf("%s %s", amount, whom))
		}
	}
	add(after.reserve.Sub(p.reserve), "the deal's reserve")
	add(after.rival.Sub(p.rival), "who disputed it")
	add(after.jurors.Sub(p.jurors), "jurors")
	add(p.supply.Sub(after.supply), "burnt")
	return strings.Join(parts, ", ")
}

// from says who has paid.
func (p purses) from(after purses) string {
	var parts []string
	add := func(amount math.Int, what string) {
		if amount.IsPositive() {
			parts = append(parts, fmt.Sprintf("%s %s", amount, what))
		}
	}
	add(p.bonds.Sub(after.bonds), "of bonds")
	add(p.rival.Sub(after.rival), "of who disputed it")
	return strings.Join(parts, ", ")
}

// endSlashes lets the time pass in which slashes can be given back.
func (f *fixture) endSlashes() {
	for _, s := range f.slashes() {
		f.ctx = f.ctx.WithBlockHeight(s.Until + 1)
	}
	require.NoError(f.t, f.keeper.EndBlock(f.ctx))
	require.Empty(f.t, f.slashes())
}

// TestPenalties is the table of all a node, a client or whoever disputes can be made to pay by x/tasks, as the keeper moves it: each row moves money,
// and together they are in docs/protocol/penalties.md to the unit.
func TestPenalties(t *testing.T) {
	var table strings.Builder
	fmt.Fprintf(&table, "One index costs %d an epoch and k is 1, so that one repair pays %d; the fee of a task is %d, twice that is at stake; τ is 20 %%.\n\n", price, repair, taskFee)
	table.WriteString("| offence | evidence on chain | paid | to | held |\n|---|---|---|---|---|\n")
	for _, row := range []struct {
		offence, evidence, held string
		run                     func(f *fixture) (deal uint64, do func())
	}{
		{"piece lost, and reported", "`MsgReportLoss` of its operator", "no", func(f *fixture) (uint64, func()) {
			id, nodes := f.held(10)
			f.prove(2, nodes...)
			f.toEpoch(4)
			return id, func() { must(f, f.msgs.ReportLoss, reportMsg(nodes[0], id, 0)) }
		}},
		{"left with a piece", "the status of the node", "no", func(f *fixture) (uint64, func()) {
			id, nodes := f.held(10)
			f.prove(2, nodes...)
			f.edit(nodes[0], func(n *networktypes.Node) { n.Status = networktypes.NODE_STATUS_LEFT })
			return id, func() { must(f, f.msgs.DeclareLoss, declareMsg(id, 0)) }
		}},
		{"piece lost in silence", "`lost_epochs` without an accepted proof", "no", func(f *fixture) (uint64, func()) {
			id, nodes := f.held(10)
			for epoch := uint64(2); epoch <= 4; epoch++ {
				f.prove(epoch, nodes[min(1, int(epoch-2)):]...)
			}
			f.to(opening(5) + 15)
			return id, func() { must(f, f.msgs.DeclareLoss, declareMsg(id, 0)) }
		}},
		{"data withheld", "a `MsgRequestOpen` without a valid answer in time; a bad opening is no answer", "no", func(f *fixture) (uint64, func()) {
			id, _ := f.held(10)
			f.to(must(f, f.msgs.RequestOpen, requestMsg(client(), id, 0)).Deadline + 1)
			return id, func() { must(f, f.msgs.DeclareLoss, declareMsg(id, 0)) }
		}},
		{"result committed to and not revealed", "its commitment, and no `MsgRevealResult` in time", "yes", func(f *fixture) (uint64, func()) {
			id, nodes := f.posted(1)
			f.commits(id, nodes, "42")
			f.ctx = f.ctx.WithBlockHeight(f.task(id).Closes + 1)
			return 0, func() { require.NoError(f.t, f.keeper.EndBlock(f.ctx)); f.endSlashes() }
		}},
		{"verdict of a juror committed to and not revealed", "the same of a juror", "yes", func(f *fixture) (uint64, func()) {
			id, _ := f.disputed(1, "42")
			f.commits(id, []uint64{f.jury(id)[0].Node}, "42")
			for range 2 { // the others are silent before; then it is
				f.ctx = f.ctx.WithBlockHeight(f.task(id).Closes)
				if f.task(id).Status == types.TASK_STATUS_JURY_REVEALING {
					break
				}
				f.ctx = f.ctx.WithBlockHeight(f.task(id).Closes + 1)
				require.NoError(f.t, f.keeper.EndBlock(f.ctx))
			}
			f.ctx = f.ctx.WithBlockHeight(f.task(id).Closes + 1)
			return 0, func() { require.NoError(f.t, f.keeper.EndBlock(f.ctx)); f.endSlashes() }
		}},
		{"wrong result, disputed", "the result it revealed, and that of two thirds of the seats of a jury", "yes", func(f *fixture) (uint64, func()) {
			id, _ := f.judged(2, "lie", "lie")
			return 0, func() { f.dispute(id); f.votes(id, 9, "42", ""); f.endSlashes() }
		}},
		{"wrong result, among right ones", "the same; whoever disputed it was wrong too", "yes", func(f *fixture) (uint64, func()) {
			id, _ := f.judged(2, "lie", "42", "42")
			return 0, func() { f.dispute(id); f.votes(id, 9, "42", ""); f.endSlashes() }
		}},
		{"dispute of a right outcome", "the verdict of the jury", "no", func(f *fixture) (uint64, func()) {
			id, _ := f.judged(2, "42", "42")
			return 0, func() { f.dispute(id); f.votes(id, 9, "42", "") }
		}},
	} {
		f := newFixture(t, juryNodes)
		f.t = t
		deal, do := row.run(f)
		before := f.pursesOf(deal)
		f.events()
		do()
		after := f.pursesOf(deal)
		for _, e := range eventsOf[*types.EventTaskSettled](f.events()) { // what replicas are paid is no penalty
			burnt := types.Share(math.NewInt(taskFee), f.w.params.Pay.BurnBps).Mul(e.Paid.QuoRaw(taskFee))
			after.jurors, after.supply = after.jurors.Sub(e.Paid).Add(burnt), after.supply.Add(burnt)
		}
		paid, to := before.from(after), before.to(after)
		require.NotEmpty(t, paid, row.offence)
		require.NotEmpty(t, to, row.offence)
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %s |\n", row.offence, row.evidence, paid, to, row.held)
	}
	doc, err := os.ReadFile(penaltiesDoc)
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(doc), tableFrom)
	require.True(t, ok)
	got, tail, ok := strings.Cut(rest, tableTo)
	require.True(t, ok)
	if *update {
		require.NoError(t, os.WriteFile(penaltiesDoc, []byte(head+tableFrom+table.String()+tableTo+tail), 0o644))
		return
	}
	require.Equal(t, table.String(), got)
}
