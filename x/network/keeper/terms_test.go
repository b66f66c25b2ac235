package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// term is another value for a figure.
func term(name string, value int64) types.TermChange {
	return types.TermChange{Name: name, Value: math.NewInt(value)}
}

// announce has the founder announce changes and returns when they are due.
func (f *nodeFixture) announce(t require.TestingT, n types.Network, changes ...types.TermChange) (int64, error) {
	res, err := f.msgs.UpdateNetwork(f.ctx, &types.MsgUpdateNetwork{Founder: n.Founder, Network: n.Id, Changes: changes})
	return res.GetDue(), err
}

// terms returns the terms of a network in force, and those that were announced.
func (f *nodeFixture) terms(t require.TestingT, n types.Network) (types.NetworkParams, []types.PendingTerm) {
	res, err := f.queries.Network(f.ctx, &types.QueryNetworkRequest{Id: n.Id})
	require.NoError(t, err)
	return res.Network.Params, res.Pending
}

// price is the price of storage of a fixture's networks.
const price = 1_000_000

// TestTermsCountFromAnOpening: whenever in an epoch a change is announced, it counts from the first
// opening at which its notice is over, to the block; the epochs before keep the old terms.
func TestTermsCountFromAnOpening(t *testing.T) {
	for into := range int64(epochBlocks) {
		f := newNodeFixture(t, 1)
		n := f.nets[0]
		id := f.register(t, n, account("ann"), "one", minBond)
		f.fund(t, n, account("ann"), 2*epochBlocks)
		f.open(t, n)
		first, opened := f.calendar(t, n).Epoch, f.ctx.BlockHeight()
		f.until(t, opened+into)
		due, err := f.announce(t, n, term("storage.price", 1_250_000))
		require.NoError(t, err)
		require.Equal(t, f.ctx.BlockTime().Unix()+unbondingSeconds, due)
		// The notice is twelve blocks: one within the first eight of twenty is in time for the next opening.
		at := opened + epochBlocks
		if into > epochBlocks-unbondingSeconds/blockSeconds {
			at += epochBlocks
		}
		for f.ctx.BlockHeight() < at {
			now, pending := f.terms(t, n)
			require.Equal(t, math.NewInt(price), now.Storage.Price)
			require.Equal(t, []types.PendingTerm{{Network: n.Seq, Change: term("storage.price", 1_250_000), Due: due}}, pending)
			require.NoError(t, f.give(t, n, id, account("ann"), 1), "a bond moves nothing forward")
			f.block(t)
		}
		now, pending := f.terms(t, n)
		require.Equal(t, math.NewInt(1_250_000), now.Storage.Price, "announced %d blocks into an epoch", into)
		require.Empty(t, pending)
		for number, want := first, int64(price); number <= f.calendar(t, n).Epoch; number++ {
			e, err := f.keeper.Epoch(f.ctx, n.Seq, number)
			require.NoError(t, err)
			if e.Open == at {
				want = 1_250_000
			}
			require.Equal(t, math.NewInt(want), e.Params.Storage.Price, "epoch %d", number)
		}
	}
}

func TestUpdateNetworkRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*testing.T, *nodeFixture, *types.MsgUpdateNetwork)
		is     error
	}{
		{"fails: not the founder", func(t *testing.T, f *nodeFixture, m *types.MsgUpdateNetwork) { m.Founder = f.text(t, account("ann")) }, types.ErrUnauthorized},
		{"fails: not even governance", func(_ *testing.T, f *nodeFixture, m *types.MsgUpdateNetwork) { m.Founder = f.authority }, types.ErrUnauthorized},
		{"fails: unknown network", func(_ *testing.T, _ *nodeFixture, m *types.MsgUpdateNetwork) { m.Network = "net_00000000" }, types.ErrNetworkNotFound},
		{"fails: nothing to change", func(_ *testing.T, _ *nodeFixture, m *types.MsgUpdateNetwork) { m.Changes = nil }, types.ErrInvalidRequest},
		{"fails: a quarter and one unit more", func(_ *testing.T, _ *nodeFixture, m *types.MsgUpdateNetwork) {
			m.Changes[0] = term("storage.price", price*5/4+1)
		}, types.ErrInvalidParams},
		{"fails: a quarter and one unit less", func(_ *testing.T, _ *nodeFixture, m *types.MsgUpdateNetwork) {
			m.Changes[0] = term("storage.price", price*3/4-1)
		}, types.ErrInvalidParams},
		{"fails: no change", func(_ *testing.T, _ *nodeFixture, m *types.MsgUpdateNetwork) {
			m.Changes[0] = term("storage.price", price)
		}, types.ErrInvalidParams},
		{"fails: immutable", func(_ *testing.T, _ *nodeFixture, m *types.MsgUpdateNetwork) {
			m.Changes = append(m.Changes, term("epoch.epoch_blocks", epochBlocks+1))
		}, types.ErrInvalidParams},
		{"fails: out of the coded bounds", func(_ *testing.T, _ *nodeFixture, m *types.MsgUpdateNetwork) {
			m.Changes[0] = term("pay.match_cap_bps", 8_001)
		}, types.ErrInvalidParams},
		{"fails: shares that total less than all", func(_ *testing.T, _ *nodeFixture, m *types.MsgUpdateNetwork) {
			m.Changes[0] = term("distribution.tasks_bps", 3_999)
		}, types.ErrInvalidParams},
		{"fails: windows longer than an epoch", func(_ *testing.T, _ *nodeFixture, m *types.MsgUpdateNetwork) {
			m.Changes[0] = term("epoch.proof_window_blocks", 9)
		}, types.ErrInvalidParams},
		{"fails: an unbonding below the chain's minimum", func(_ *testing.T, _ *nodeFixture, m *types.MsgUpdateNetwork) {
			m.Changes[0] = term("bond.unbonding_seconds", unbondingSeconds-1)
		}, types.ErrInvalidParams},
		{"fails: one is on its way", func(t *testing.T, f *nodeFixture, _ *types.MsgUpdateNetwork) {
			_, err := f.announce(t, f.nets[0], term("storage.price", price+1))
			require.NoError(t, err)
		}, types.ErrChangePending},
		{"fails: one of two is on its way", func(t *testing.T, f *nodeFixture, m *types.MsgUpdateNetwork) {
			_, err := f.announce(t, f.nets[0], term("pay.burn_bps", 1_900))
			require.NoError(t, err)
			m.Changes = append(m.Changes, term("pay.burn_bps", 2_100))
		}, types.ErrChangePending},
		{"fails: handed over", func(t *testing.T, f *nodeFixture, _ *types.MsgUpdateNetwork) {
			for range 5 {
				f.open(t, f.nets[0])
			}
		}, types.ErrUnauthorized},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newNodeFixture(t, 0)
			n := f.foundUntil(t, 5)
			f.register(t, n, account("ann"), "one", minBond)
			msg := &types.MsgUpdateNetwork{Founder: n.Founder, Network: n.Id, Changes: []types.TermChange{term("storage.price", price*5/4)}}
			c.change(t, f, msg)
			before := f.snapshot()
			_, err := f.msgs.UpdateNetwork(f.ctx, msg)
			require.ErrorIs(t, err, c.is)
			require.Equal(t, before, f.snapshot())
		})
	}
}

// foundUntil makes a network whose founder's rights end with an epoch.
func (f *nodeFixture) foundUntil(t require.TestingT, handover uint64) types.Network {
	msg := f.msg(t, "Short")
	msg.MinBond, msg.HandoverEpoch = math.NewInt(minBond), handover
	res, err := f.msgs.CreateNetwork(f.ctx, msg)
	require.NoError(t, err)
	n, err := f.keeper.Network(f.ctx, res.Seq)
	require.NoError(t, err)
	f.nets = append(f.nets, n)
	return n
}

// TestChangesOfOneMessageCountTogether: a split moves as a whole, and everything is told once.
func TestChangesOfOneMessageCountTogether(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	f.register(t, n, account("ann"), "one", minBond)
	changes := []types.TermChange{
		term("distribution.uptime_bps", 3_000), term("distribution.tasks_bps", 5_000), term("bond.unbonding_seconds", 75),
	}
	ctx, events := f.withEvents()
	f.ctx = sdk.UnwrapSDKContext(ctx)
	due, err := f.announce(t, n, changes...)
	require.NoError(t, err)
	announced, err := sdk.TypedEventToEvent(&types.EventTermsAnnounced{Network: n.Id, Changes: changes, Due: due})
	require.NoError(t, err)
	require.Equal(t, sdk.Events{announced}, events())

	for f.ctx.BlockTime().Unix() < due {
		f.open(t, n)
	}
	now, _ := f.terms(t, n)
	want := n.Params
	want.Distribution = types.TokenDistribution{UptimeBps: 3_000, TasksBps: 5_000, GovernanceBps: 2_000}
	want.Bond.UnbondingSeconds = 75
	require.Equal(t, want, now)
	byName := []types.TermChange{changes[2], changes[1], changes[0]}
	changed, err := sdk.TypedEventToEvent(&types.EventTermsChanged{Network: n.Id, Changes: byName})
	require.NoError(t, err)
	require.Contains(t, events(), changed)
	_, err = f.announce(t, n, term("distribution.uptime_bps", 3_750), term("distribution.tasks_bps", 4_250))
	require.NoError(t, err, "what counts can be changed again, by a quarter of what it is now")
}

// TestChangesKeepTheirOrder: a later change does not overtake an earlier one with a shorter notice,
// so that each was valid on top of those before it.
func TestChangesKeepTheirOrder(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	f.register(t, n, account("ann"), "one", minBond)
	p := types.DevnetParams()
	p.CreateFee.Amount, p.MinUnbondingSeconds = math.ZeroInt(), 1
	_, err := f.msgs.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority, Params: p})
	require.NoError(t, err)
	f.open(t, n)
	_, err = f.announce(t, n, term("bond.unbonding_seconds", 45))
	require.NoError(t, err)
	f.until(t, f.calendar(t, n).RollsAt-1)
	first, err := f.announce(t, n, term("epoch.proof_window_blocks", 6))
	require.NoError(t, err)
	f.block(t)
	now, _ := f.terms(t, n)
	require.Equal(t, uint64(45), now.Bond.UnbondingSeconds)
	second, err := f.announce(t, n, term("epoch.slack_blocks", 6))
	require.NoError(t, err, "there is room when the proof window is shorter")
	require.Equal(t, first, second)
	require.Greater(t, second, f.ctx.BlockTime().Unix()+45)
	_, err = f.announce(t, n, term("epoch.claim_window_blocks", 6))
	require.NoError(t, err)
	_, err = f.announce(t, n, term("pay.burn_bps", 2_100))
	require.NoError(t, err)
	f.open(t, n)
	now, pending := f.terms(t, n)
	require.Empty(t, pending)
	require.Equal(t, [4]uint64{6, 6, 6, 2_100}, [4]uint64{
		now.Epoch.ProofWindowBlocks, now.Epoch.SlackBlocks, now.Epoch.ClaimWindowBlocks, uint64(now.Pay.BurnBps),
	})
}

// TestChainsMinimumDoesNotBindBackwards: where the chain raised its minimum, a network may stay below
// it and come closer, not go further down, and other figures are free.
func TestChainsMinimumDoesNotBindBackwards(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	p := types.DefaultParams()
	p.CreateFee.Amount = math.ZeroInt()
	_, err := f.msgs.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority, Params: p})
	require.NoError(t, err)
	_, err = f.announce(t, n, term("bond.unbonding_seconds", 59))
	require.ErrorIs(t, err, types.ErrInvalidParams)
	due, err := f.announce(t, n, term("bond.unbonding_seconds", 75), term("storage.price", price+1))
	require.NoError(t, err)
	require.Equal(t, int64(startTime+7*24*3600), due, "the notice is the chain's")
}
