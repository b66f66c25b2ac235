package simulation

import (
	abci "github.com/cometbft/cometbft/abci/types"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

const (
	// maxTasks is how many are open in a network at a time.
	maxTasks = 20
	// maxJury is how many owners a network has if a task of it is disputed: enough for a jury beside five replicas.
	maxJury = 11
)

func taskOperations() []operation {
	return []operation{{5, (*Simulation).post}, {8, (*Simulation).drawTask}, {6, (*Simulation).moveTask}, {6, (*Simulation).dispute}}
}

// tasks are those of a network that have a status.
func (p *place) tasks(status ...tasktypes.TaskStatus) []tasktypes.Task {
	var list []tasktypes.Task
	for _, t := range p.State().Tasks.Tasks {
		for _, s := range status {
			if t.Network == p.Record.Id && t.Status == s {
				list = append(list, t)
			}
		}
	}
	return list
}

// openTasks is how many posted tasks of a network are not settled.
func (p *place) openTasks() (n int) {
	for _, t := range p.State().Tasks.Tasks {
		if t.Network == p.Record.Id && t.IsOpen() {
			n++
		}
	}
	return n
}

// post has a client ask for work, on an input that is on chain or in one of its deals.
func (s *Simulation) post() bool {
	p := s.anyPlace()
	client, _ := pick(s, s.clients)
	if p.Epoch() == 0 || p.openTasks() >= maxTasks || s.balance(client, p.Record.Token.Denom).LT(p.Coin(100*storage.Token).Amount) {
		return false
	}
	replicas, _ := pick(s, []uint32{1, 2, 3, 5})
	work := tasktypes.Work{Kind: "sum", Input: []byte("20+22")}
	for _, d := range p.deals() {
		if d.Client == client.String() && d.Layout.Bytes > 0 && runs(p, d) && s.chance(1, 3) {
			work = tasktypes.Work{Kind: "sum", Deal: d.Id, Length: 1}
		}
	}
	return s.send(client, &tasktypes.MsgPostTask{
		Client: client.String(), Network: p.Record.Id, Work: work, Filter: tasktypes.Filter{MinBond: math.ZeroInt()},
		Fee: math.NewInt(s.between(1, 5*storage.Token)), Replicas: replicas, WorkBlocks: uint64(s.between(4, 30)),
	}, nil)
}

// drawTask has anybody ask for the nodes or the jury of a task, once the seed should be there.
func (s *Simulation) drawTask() bool {
	for _, t := range s.anyPlace().tasks(tasktypes.TASK_STATUS_DRAWING, tasktypes.TASK_STATUS_JURY_DRAWING) {
		if t.SinceHeight+6 < s.height() && s.first("task", t.Id) {
			a, _ := pick(s, s.everybody)
			return s.send(a, &tasktypes.MsgDrawTask{Sender: a.String(), Task: t.Id}, nil)
		}
	}
	return false
}

// moveTask has anybody end a status whose time is over, in the block that would end it by itself.
func (s *Simulation) moveTask() bool {
	statuses := []tasktypes.TaskStatus{
		tasktypes.TASK_STATUS_WORKING, tasktypes.TASK_STATUS_REVEALING, tasktypes.TASK_STATUS_JUDGED, tasktypes.TASK_STATUS_JURY_WORKING, tasktypes.TASK_STATUS_JURY_REVEALING,
	}
	for _, t := range s.anyPlace().tasks(statuses...) {
		if t.Closes < s.height() && s.first("task", t.Id) {
			a, _ := pick(s, s.everybody)
			return s.send(a, &tasktypes.MsgMoveTask{Sender: a.String(), Task: t.Id}, nil)
		}
	}
	return false
}

// dispute has anybody ask a jury what a task comes to, one in three of those that were judged.
func (s *Simulation) dispute() bool {
	p := s.anyPlace()
	for _, t := range p.tasks(tasktypes.TASK_STATUS_JUDGED) {
		a, _ := pick(s, s.everybody)
		if t.Closes < s.height() || !s.chance(1, 3) || p.owners() < maxJury || !s.first("task", t.Id) || s.balance(a, p.Record.Token.Denom).LT(tasktypes.DisputeBond(t.Fee)) {
			continue
		}
		return s.send(a, &tasktypes.MsgDisputeTask{Sender: a.String(), Task: t.Id}, nil)
	}
	return false
}

// commit has a node commit to an answer: most find the same.
func (s *Simulation) commit(w *worker, task uint64) {
	answer := storage.Answer{Output: []byte("42")}
	switch s.rng.Intn(8) {
	case 0:
		answer = storage.Answer{Unavailable: true}
	case 1:
		answer.Output = []byte("41")
	}
	shown := w.RevealResultMsg(task, answer)
	s.send(w.Operator, w.CommitResultMsg(task, answer), func(*abci.ExecTxResult) { w.said[task] = shown })
}

// reveal has a node show the answer that it has committed to, maybe by another operator.
func (s *Simulation) reveal(w *worker, task uint64) {
	if shown, ok := w.said[task]; ok {
		msg := *shown
		msg.Operator = w.Operator.String()
		s.send(w.Operator, &msg, func(*abci.ExecTxResult) { delete(w.said, task) })
	}
}
