package simulation

import (
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// duties has validators vote, and nodes that are there do what is due, each duty in one of three blocks if it is due for longer.
func (s *Simulation) duties() {
	s.t.Helper()
	s.vote()
	for _, p := range s.places {
		for _, w := range p.workers {
			if !w.Away && !w.isGone() {
				s.dutiesOf(w)
			}
		}
		s.keep(p)
	}
}

// dutiesOf has a node do what is due of claims, proofs, requests and posted tasks.
func (s *Simulation) dutiesOf(w *worker) {
	s.t.Helper()
	for _, d := range w.AllDeadlines() {
		last := d.Until == s.height()+1
		if !last && !s.chance(1, 3) {
			continue
		}
		switch d.Duty {
		case "claim":
			s.claim(w, d.Epoch)
		case "proof":
			s.prove(w, d.Epoch)
		case "open":
			s.answer(w, d.Request)
		case "commit":
			s.commit(w, d.Task)
		case "reveal":
			s.reveal(w, d.Task)
		}
	}
}

// claim has a node claim what it did in an epoch: what deals owe it, the slots that others attest, and whom it watched.
func (s *Simulation) claim(w *worker, epoch uint64) {
	s.t.Helper()
	there := func(h *storage.Holder) bool { return w.place.worker(h.ID).isThere() }
	p := w.Presence(epoch, there, there)
	if p.Slots() == 0 && p.Worth() == 0 && len(w.Leaves(epoch)) == 0 {
		return
	}
	s.send(w.Operator, p.ClaimMsg(), func(*abci.ExecTxResult) { w.presence[epoch] = p })
}

// prove has a node prove a claim, unless it has lost something of what it claimed.
func (s *Simulation) prove(w *worker, epoch uint64) {
	s.t.Helper()
	p := w.presence[epoch]
	if p == nil {
		return
	}
	for _, o := range w.place.Owing(w.ID, epoch) {
		if !w.Has(o.Acked, o.Index) {
			return
		}
	}
	s.send(w.Operator, p.ProofMsg(), func(*abci.ExecTxResult) { delete(w.presence, epoch) })
}

// answer has a node show a block that it was asked for, if it has it.
func (s *Simulation) answer(w *worker, request uint64) {
	for _, r := range w.place.State().Tasks.Requests {
		if r.Id != request || !w.Has(tasktypes.Layout{Root: r.LayoutRoot}, r.Index) {
			continue
		}
		msg, err := w.AnswerMsg(r)
		require.NoError(s.t, err)
		s.send(w.Operator, msg, nil)
	}
}

// keep has the nodes of a network acknowledge layouts they have stored, rebuild what they took or missed, and own up to what they lost.
func (s *Simulation) keep(p *place) {
	for _, i := range p.State().Tasks.Indices {
		d := p.Deal(i.Deal)
		if d.Network != p.Record.Id || !i.Index.HasNode() || !s.chance(1, 4) || !runs(p, d) {
			continue
		}
		w := p.worker(i.Index.Node)
		if w.Away || w.Node().Status == networktypes.NODE_STATUS_LEFT || !s.first("keep", i.Deal, i.Number) {
			continue
		}
		lost := i.Index.Status == tasktypes.INDEX_STATUS_HELD && !w.Has(i.Index.Acked, i.Number)
		has := d.Layout.Version > 0 && (w.Has(d.Layout, i.Number) || w.Rebuild(i.Deal, i.Number))
		switch {
		case lost && s.chance(1, 2):
			s.send(w.Operator, w.ReportMsg(i.Deal, i.Number), nil)
		case has && i.Index.Acked.Version < d.Layout.Version:
			s.send(w.Operator, w.AckMsg(i.Deal, i.Number), nil)
		}
	}
}
