package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// TestChangesLapseAtTheHandOver: the founder's power ends with the opening of that epoch, also for
// what was announced before, and the terms in force stay.
func TestChangesLapseAtTheHandOver(t *testing.T) {
	f := newNodeFixture(t, 0)
	n := f.foundUntil(t, 3)
	f.register(t, n, account("ann"), "one", minBond)
	f.open(t, n)
	f.open(t, n)
	f.until(t, f.calendar(t, n).RollsAt-1)
	changes := []types.TermChange{term("storage.price", price+1)}
	_, err := f.announce(t, n, changes...)
	require.NoError(t, err, "epoch 2 is still the founder's")
	ctx, events := f.withEvents()
	f.ctx = sdk.UnwrapSDKContext(ctx)
	require.Equal(t, uint64(3), f.open(t, n))
	now, pending := f.terms(t, n)
	require.Equal(t, n.Params, now)
	require.Empty(t, pending)
	lapsed, err := sdk.TypedEventToEvent(&types.EventTermsLapsed{Network: n.Id, Changes: changes})
	require.NoError(t, err)
	require.Contains(t, events(), lapsed)
	f.open(t, n)
	f.open(t, n)
	now, _ = f.terms(t, n)
	require.Equal(t, n.Params, now)
}

// TestChangesOfANetworkThatSleeps count when somebody bonds, or with its next opening: a minimum that
// nobody can afford must not keep it asleep for ever.
func TestChangesOfANetworkThatSleeps(t *testing.T) {
	f := newNodeFixture(t, 1)
	n, ann := f.nets[0], account("ann")
	id := f.register(t, n, ann, "one", minBond-30)
	due, err := f.announce(t, n, term("bond.min_bond", 75))
	require.NoError(t, err)
	f.fund(t, n, ann, 10)
	f.ctx = f.ctx.WithBlockTime(time.Unix(due-1, 0).UTC())
	require.NoError(t, f.give(t, n, id, ann, 5))
	require.Zero(t, f.calendar(t, n).RollsAt, "a second too early")
	f.ctx = f.ctx.WithBlockTime(time.Unix(due, 0).UTC())
	now, _ := f.terms(t, n)
	require.Equal(t, math.NewInt(minBond), now.Bond.MinBond)
	require.NoError(t, f.give(t, n, id, ann, 1))
	now, pending := f.terms(t, n)
	require.Equal(t, math.NewInt(75), now.Bond.MinBond)
	require.Empty(t, pending)
	require.Equal(t, math.NewInt(76), f.node(t, n, id).Weight)
	require.Positive(t, f.calendar(t, n).RollsAt)

	other := newNodeFixture(t, 1)
	n = other.nets[0]
	due, err = other.announce(t, n, term("storage.price", price+1))
	require.NoError(t, err)
	other.ctx = other.ctx.WithBlockTime(time.Unix(due, 0).UTC())
	require.NoError(t, other.keeper.ChangeDuties(other.ctx, n.Seq, 1))
	now, _ = other.terms(t, n)
	require.Equal(t, n.Params, now, "it is awake and its opening is still to come")
	other.open(t, n)
	e, err := other.keeper.Epoch(other.ctx, n.Seq, 1)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(price+1), e.Params.Storage.Price)
}

// TestAnotherMinimumIsAskedOfAChangedBond: nodes that count go on to count until their bonds change.
func TestAnotherMinimumIsAskedOfAChangedBond(t *testing.T) {
	f := newNodeFixture(t, 1)
	n, ann, bob := f.nets[0], account("ann"), account("bob")
	id := f.register(t, n, ann, "one", minBond)
	f.fund(t, n, bob, 40)
	due, err := f.announce(t, n, term("bond.min_bond", 125))
	require.NoError(t, err)
	for f.ctx.BlockTime().Unix() < due {
		f.open(t, n)
	}
	require.Equal(t, math.NewInt(minBond), f.node(t, n, id).Weight)
	require.ErrorIs(t, f.give(t, n, id, bob, 7), types.ErrInvalidAmount, "a sixteenth of the new minimum is 8")
	require.NoError(t, f.give(t, n, id, bob, 24))
	require.True(t, f.node(t, n, id).Weight.IsZero())
	require.NoError(t, f.give(t, n, id, bob, 1))
	require.Equal(t, math.NewInt(125), f.node(t, n, id).Weight)
}

// TestTermsComeBackFromGenesis: what was announced goes on where it stood.
func TestTermsComeBackFromGenesis(t *testing.T) {
	f := newNodeFixture(t, 2)
	f.register(t, f.nets[0], account("ann"), "one", minBond)
	for _, n := range f.nets {
		_, err := f.announce(t, n, term("storage.price", price+1), term("pay.burn_bps", 1_900))
		require.NoError(t, err)
	}
	g := f.export(t)
	require.Len(t, g.PendingTerms, 4)
	require.NoError(t, g.Validate())
	other := newNodeFixture(t, 0)
	require.NoError(t, other.keeper.InitGenesis(other.ctx, *g))
	require.Equal(t, f.snapshot().store, other.snapshot().store)
	for _, h := range []*nodeFixture{f, other} {
		h.until(t, height+3*epochBlocks)
	}
	require.Equal(t, f.export(t), other.export(t))
	require.Len(t, f.export(t).PendingTerms, 2, "those of the network that sleeps")
}

// TestChangeThatNoLongerFits: bounds can be narrowed by an upgrade; the change lapses then, and the
// epoch opens all the same.
func TestChangeThatNoLongerFits(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	f.register(t, n, account("ann"), "one", minBond)
	g := f.export(t)
	g.PendingTerms = []types.PendingTerm{{Network: n.Seq, Change: term("pay.burn_bps", 5_001), Due: 1}}
	require.Error(t, g.Validate())
	require.NoError(t, f.keeper.InitGenesis(f.ctx, *g))
	require.Equal(t, uint64(1), f.open(t, n))
	now, pending := f.terms(t, n)
	require.Equal(t, n.Params, now)
	require.Empty(t, pending)
}
