package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// Before the bonds of a node change, by whatever message or loss, the hook sees them as they were.
// An owner that is alone changes what nobody shares.
func TestBondsAreSeenBeforeTheyChange(t *testing.T) {
	f := newNodeFixture(t, 1)
	n, ann, bob := f.nets[0], account("ann"), account("bob")
	id := f.register(t, n, ann, "one", minBond)
	f.fund(t, n, ann, 100)
	f.fund(t, n, bob, 100)
	own := func(amount int64) types.Bond { return types.Bond{Giver: f.text(t, ann), Amount: math.NewInt(amount)} }
	given := func(amount int64) types.Bond { return types.Bond{Giver: f.text(t, bob), Amount: math.NewInt(amount)} }
	for _, step := range []struct {
		name   string
		change func() error
		want   [][]types.Bond
	}{
		{"ok: the owner alone bonds", func() error { return f.give(t, n, id, ann, 10) }, nil},
		{"ok: the owner alone unbonds", func() error { _, err := f.unbond(t, n, id, ann, 5); return err }, nil},
		{"ok: the owner alone loses", func() error {
			_, err := f.keeper.TakeBond(f.ctx, n.Seq, id, math.NewInt(5), victim, "lost_piece")
			return err
		}, nil},
		{"ok: the first giver bonds", func() error { return f.give(t, n, id, bob, 50) }, [][]types.Bond{{own(100)}}},
		{"ok: it bonds again", func() error { return f.give(t, n, id, bob, 20) }, [][]types.Bond{{own(100), given(50)}}},
		{"ok: it unbonds", func() error { _, err := f.unbond(t, n, id, bob, 20); return err }, [][]types.Bond{{own(100), given(70)}}},
		{"ok: the owner bonds beside it", func() error { return f.give(t, n, id, ann, 1) }, [][]types.Bond{{own(100), given(50)}}},
		{"ok: the node loses", func() error {
			_, err := f.keeper.TakeBond(f.ctx, n.Seq, id, math.NewInt(4), victim, "lost_piece")
			return err
		},
			[][]types.Bond{{own(101), given(50)}}},
		{"ok: the node leaves", func() error {
			_, err := f.msgs.Leave(f.ctx, &types.MsgLeave{Owner: f.text(t, ann), Network: n.Id, Node: id})
			return err
		}, [][]types.Bond{{own(97), given(50)}}},
	} {
		t.Run(step.name, func(t *testing.T) {
			f.bondHooks.seen = nil
			require.NoError(t, step.change())
			require.Equal(t, step.want, f.bondHooks.seen)
		})
	}
}

// A hook that fails fails the message.
func TestAFailingBondHook(t *testing.T) {
	f := newNodeFixture(t, 1)
	n, bob := f.nets[0], account("bob")
	id := f.register(t, n, account("ann"), "one", minBond)
	f.fund(t, n, bob, 100)
	require.NoError(t, f.give(t, n, id, bob, 50))
	f.bondHooks.fail = true
	require.ErrorIs(t, f.give(t, n, id, bob, 50), errLedger)
	_, err := f.unbond(t, n, id, bob, 50)
	require.ErrorIs(t, err, errLedger)
	_, err = f.keeper.TakeBond(f.ctx, n.Seq, id, math.NewInt(4), victim, "lost_piece")
	require.ErrorIs(t, err, errLedger)
	_, err = f.msgs.Leave(f.ctx, &types.MsgLeave{Owner: f.text(t, account("ann")), Network: n.Id, Node: id})
	require.ErrorIs(t, err, errLedger)
}
