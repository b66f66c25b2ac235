package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// step is what can happen to the status of ann's node 1 in the first network.
type step func(*testing.T, *nodeFixture) error

func leave(t *testing.T, f *nodeFixture) error {
	t.Helper()
	_, err := f.msgs.Leave(f.ctx, &types.MsgLeave{Owner: f.text(t, account("ann")), Network: f.nets[0].Id, Node: 1})
	return err
}

func resume(t *testing.T, f *nodeFixture) error {
	t.Helper()
	_, err := f.msgs.Resume(f.ctx, &types.MsgResume{Operator: f.text(t, operator("one")), Network: f.nets[0].Id, Node: 1})
	return err
}

// prune finds the node stale.
func prune(t *testing.T, f *nodeFixture) error {
	t.Helper()
	f.duties.stale[[2]uint64{1, 1}] = true
	_, err := f.msgs.Prune(f.ctx, &types.MsgPrune{Reporter: f.text(t, account("eve")), Network: f.nets[0].Id, Node: 1})
	return err
}

func pruneBusy(t *testing.T, f *nodeFixture) error {
	t.Helper()
	f.duties.stale[[2]uint64{1, 1}] = false
	_, err := f.msgs.Prune(f.ctx, &types.MsgPrune{Reporter: f.text(t, account("eve")), Network: f.nets[0].Id, Node: 1})
	return err
}

func suspend(t *testing.T, f *nodeFixture) error {
	t.Helper()
	return f.keeper.Suspend(f.ctx, f.node(t, f.nets[0], 1))
}

// TestStatus goes through every step from every status; what is refused changes nothing.
func TestStatus(t *testing.T) {
	joined, suspended, left := types.NODE_STATUS_JOINED, types.NODE_STATUS_SUSPENDED, types.NODE_STATUS_LEFT
	for _, c := range []struct {
		name   string
		before []step
		do     step
		is     error
		status types.NodeStatus
	}{
		{"ok: joined leaves", nil, leave, nil, left},
		{"fails: joined resumes", nil, resume, types.ErrWrongStatus, joined},
		{"ok: joined and stale is pruned", nil, prune, nil, suspended},
		{"fails: joined and busy is pruned", nil, pruneBusy, types.ErrWrongStatus, joined},
		{"ok: joined is suspended", nil, suspend, nil, suspended},
		{"ok: suspended leaves", []step{suspend}, leave, nil, left},
		{"ok: suspended resumes", []step{suspend}, resume, nil, joined},
		{"fails: suspended is pruned", []step{suspend}, prune, types.ErrWrongStatus, suspended},
		{"ok: suspended is suspended, which changes nothing", []step{suspend}, suspend, nil, suspended},
		{"ok: resumed is pruned again", []step{prune, resume}, prune, nil, suspended},
		{"fails: left leaves", []step{leave}, leave, types.ErrWrongStatus, left},
		{"fails: left resumes", []step{leave}, resume, types.ErrWrongStatus, left},
		{"fails: left is pruned", []step{leave}, prune, types.ErrWrongStatus, left},
		{"ok: left is suspended, which changes nothing", []step{leave}, suspend, nil, left},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newNodeFixture(t, 1)
			n := f.nets[0]
			f.register(t, n, account("ann"), "one", minBond)
			for _, do := range c.before {
				require.NoError(t, do(t, f))
			}
			was, before := f.node(t, n, 1).Status, f.snapshot()
			require.ErrorIs(t, c.do(t, f), c.is)
			node := f.node(t, n, 1)
			require.Equal(t, c.status, node.Status)
			if c.status == was {
				require.Equal(t, before, f.snapshot())
			}
			weight, nodes := int64(0), uint64(0)
			if c.status == joined {
				weight, nodes = minBond, 1
			}
			require.Equal(t, weight, node.Weight.Int64())
			require.Equal(t, nodes, f.calendar(t, n).Nodes)
			total, err := f.queries.ActiveSet(f.ctx, &types.QueryActiveSetRequest{Network: n.Id})
			require.NoError(t, err)
			require.Equal(t, weight, total.Weight.Int64())
		})
	}
}

// TestWhoMayChangeStatus: leaving is the owner's, resuming the operator's, pruning anyone's.
func TestWhoMayChangeStatus(t *testing.T) {
	f := newNodeFixture(t, 2)
	n, ann := f.nets[0], f.text(t, account("ann"))
	f.register(t, n, account("ann"), "one", minBond)
	before := f.snapshot()
	for name, do := range map[string]func() error{
		"fails: operator leaves": func() error {
			_, err := f.msgs.Leave(f.ctx, &types.MsgLeave{Owner: f.text(t, operator("one")), Network: n.Id, Node: 1})
			return err
		},
		"fails: owner resumes": func() error {
			_, err := f.msgs.Resume(f.ctx, &types.MsgResume{Operator: ann, Network: n.Id, Node: 1})
			return err
		},
	} {
		require.ErrorIs(t, do(), types.ErrUnauthorized, name)
	}
	for name, do := range map[string]func() error{
		"fails: leaves another network": func() error {
			_, err := f.msgs.Leave(f.ctx, &types.MsgLeave{Owner: ann, Network: f.nets[1].Id, Node: 1})
			return err
		},
		"fails: resumes an unknown node": func() error {
			_, err := f.msgs.Resume(f.ctx, &types.MsgResume{Operator: ann, Network: n.Id, Node: 2})
			return err
		},
		"fails: prunes an unknown node": func() error {
			_, err := f.msgs.Prune(f.ctx, &types.MsgPrune{Reporter: ann, Network: n.Id, Node: 2})
			return err
		},
	} {
		require.ErrorIs(t, do(), types.ErrNodeNotFound, name)
	}
	_, err := f.msgs.Prune(f.ctx, &types.MsgPrune{Reporter: "eve", Network: n.Id, Node: 1})
	require.ErrorIs(t, err, types.ErrInvalidRequest)
	require.Equal(t, before, f.snapshot())
}

// TestResumeBelowTheMinimum brings a node back that counts only when its bond is enough again.
func TestResumeBelowTheMinimum(t *testing.T) {
	f := newNodeFixture(t, 1)
	n, ann := f.nets[0], account("ann")
	f.register(t, n, ann, "one", minBond)
	require.NoError(t, suspend(t, f))
	_, err := f.unbond(t, n, 1, ann, 1)
	require.NoError(t, err)
	require.NoError(t, resume(t, f))
	require.True(t, f.node(t, n, 1).Weight.IsZero())
	require.NoError(t, f.give(t, n, 1, ann, 1))
	require.Equal(t, math.NewInt(minBond), f.node(t, n, 1).Weight)
}

// TestStatusEvents: each change says where the node stands now.
func TestStatusEvents(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	f.register(t, n, account("ann"), "one", minBond)
	ctx, events := f.withEvents()
	f.ctx = sdk.UnwrapSDKContext(ctx)
	require.NoError(t, prune(t, f))
	require.NoError(t, resume(t, f))
	var want sdk.Events
	for _, s := range []types.NodeStatus{types.NODE_STATUS_SUSPENDED, types.NODE_STATUS_JOINED} {
		event, err := sdk.TypedEventToEvent(&types.EventNodeStatusChanged{Network: n.Id, Node: 1, Status: s})
		require.NoError(t, err)
		want = append(want, event)
	}
	require.Equal(t, want, events())
}

// Who comes back is judged by what it does from then on, so it is noted when that was.
func TestResumeNotesTheEpoch(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	f.register(t, n, account("ann"), "one", minBond)
	for f.calendar(t, n).Epoch < 3 {
		f.open(t, n)
	}
	require.NoError(t, suspend(t, f))
	require.Zero(t, f.node(t, n, 1).ResumedEpoch)
	require.NoError(t, resume(t, f))
	require.Equal(t, uint64(3), f.node(t, n, 1).ResumedEpoch)
}
