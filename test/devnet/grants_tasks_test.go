package devnet_test

import (
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// work has a sum worked out. Of the first draw nobody commits in time: the client moves the task on in the first block in which
// anybody may, and other owners are drawn.
func (l *life) work() {
	msg := l.client.PostMsg(tasktypes.Work{Kind: storage.Sum, Input: []byte("20+22")}, 2, storage.Token)
	msg.WorkBlocks = 3
	id := l.client.Post(msg)
	for _, h := range l.Holders {
		h.Away = true
	}
	l.draw(id)
	absent := l.Task(id).Replicas
	require.Len(l.t, absent, 2)
	l.To(l.Task(id).Closes)
	l.Do(l.client.Account, &tasktypes.MsgMoveTask{Sender: l.client.String(), Task: id})
	require.Equal(l.t, tasktypes.TASK_STATUS_DRAWING, l.Task(id).Status)
	for _, h := range l.Holders {
		h.Away = false
	}
	l.draw(id)
	l.Until(5, func() bool { return !l.Task(id).IsOpen() })
	t := l.Task(id)
	require.Equal(l.t, tasktypes.TASK_OUTCOME_MATCHED, t.Outcome, "too few owners are left for a jury")
	require.Equal(l.t, "42", string(t.Output))
	for _, r := range absent {
		require.NotContains(l.t, storage.Winners(t), r.Node)
	}
	require.Len(l.t, storage.Winners(t), 2)
	l.dispute()
}

// dispute has a jury look at what one node came to, which was right.
func (l *life) dispute() {
	id := l.client.Post(l.client.PostMsg(tasktypes.Work{Kind: storage.Sum, Input: []byte("1+2")}, 1, storage.Token))
	l.draw(id)
	l.Until(5, func() bool { return l.Task(id).Status == tasktypes.TASK_STATUS_JUDGED })
	l.Do(l.client.Account, &tasktypes.MsgDisputeTask{Sender: l.client.String(), Task: id})
	l.draw(id)
	l.Until(10, func() bool { return !l.Task(id).IsOpen() })
	t := l.Task(id)
	require.Equal(l.t, []any{tasktypes.TASK_OUTCOME_FOUND, "3"}, []any{t.Outcome, string(t.Output)})
	require.Empty(l.t, l.State().Tasks.Slashes)
}

// draw asks for the draw of a task until it is made.
func (l *life) draw(task uint64) {
	l.t.Helper()
	l.Until(10, func() bool {
		l.client.DrawTasks()
		s := l.Task(task).Status
		return s != tasktypes.TASK_STATUS_DRAWING && s != tasktypes.TASK_STATUS_JURY_DRAWING
	})
}
