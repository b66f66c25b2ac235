package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// sunset has an account ask for the end of a network.
func (f *nodeFixture) sunset(t require.TestingT, n types.Network, by sdk.AccAddress) (sdk.Coin, error) {
	res, err := f.msgs.SunsetNetwork(f.ctx, &types.MsgSunsetNetwork{Founder: f.text(t, by), Network: n.Id})
	if err != nil {
		return sdk.Coin{}, err
	}
	return res.Deposit, nil
}

// status returns what the queries say that has become of a network.
func (f *nodeFixture) status(t require.TestingT, n types.Network) string {
	res, err := f.queries.Network(f.ctx, &types.QueryNetworkRequest{Id: n.Id})
	require.NoError(t, err)
	return res.Status
}

// empty begins blocks until a network has closed its last epoch and all bonds are back.
func (f *nodeFixture) empty(t require.TestingT, n types.Network) {
	for f.calendar(t, n).RollsAt != 0 || f.held(n) > 0 {
		f.block(t)
	}
}

// lived makes a network that cost a deposit, in which two nodes were and left again, all of whose bonds are back, with a change of
// terms on its way.
func lived(t *testing.T) (*nodeFixture, types.Network) {
	t.Helper()
	f := newNodeFixture(t, 1)
	p := types.DevnetParams()
	p.CreateFee.Amount = math.NewInt(101)
	_, err := f.msgs.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority, Params: p})
	require.NoError(t, err)
	n, ann, bob := f.found(t, "Short", minBond), account("ann"), account("bob")
	one := f.register(t, n, ann, "one", minBond)
	two := f.register(t, n, bob, "two", 7)
	f.fund(t, n, bob, minBond)
	require.NoError(t, f.give(t, n, one, bob, minBond))
	f.open(t, n)
	for id, owner := range map[uint64]sdk.AccAddress{one: ann, two: bob} {
		_, err := f.msgs.Leave(f.ctx, &types.MsgLeave{Owner: f.text(t, owner), Network: n.Id, Node: id})
		require.NoError(t, err)
	}
	f.empty(t, n)
	_, err = f.announce(t, n, term("storage.price", price+1))
	require.NoError(t, err)
	return f, n
}

// TestSunset follows every unit and every record of an end: the deposit comes back, nothing else moves, the network is still shown,
// and no block touches it again.
func TestSunset(t *testing.T) {
	f, n := lived(t)
	require.Equal(t, types.StatusDormant, f.status(t, n))
	before, supply, was := f.export(t), f.bank.supply, f.bank.balances[string(f.founder)]
	require.Equal(t, sdk.NewInt64Coin("umesh", 50), before.Networks[1].Deposit)
	ctx, events := f.withEvents()
	f.ctx = sdk.UnwrapSDKContext(ctx)
	deposit, err := f.sunset(t, n, f.founder)
	require.NoError(t, err)
	require.Equal(t, sdk.NewInt64Coin("umesh", 50), deposit)

	require.Equal(t, was.Add(deposit), f.bank.balances[string(f.founder)])
	require.True(t, f.bank.balances[string(moduleAccount(types.ModuleName))].IsZero())
	require.Equal(t, supply, f.bank.supply)
	want := *before
	want.Networks[1].Deposit, want.Networks[1].SunsetHeight = sdk.NewInt64Coin("umesh", 0), f.ctx.BlockHeight()
	want.PendingTerms = nil
	require.Equal(t, want.String(), f.export(t).String())
	require.NoError(t, want.Validate())
	require.Equal(t, typed(t,
		&types.EventTermsLapsed{Network: n.Id, Changes: []types.TermChange{term("storage.price", price+1)}},
		&types.EventNetworkEnded{Network: n.Id, Founder: n.Founder, Deposit: deposit},
	), events())

	require.Equal(t, types.StatusEnded, f.status(t, n))
	byName, err := f.queries.NetworkByName(f.ctx, &types.QueryNetworkByNameRequest{Name: "SHORT"})
	require.NoError(t, err)
	require.Equal(t, [2]any{types.StatusEnded, f.ctx.BlockHeight()}, [2]any{byName.Status, byName.Network.SunsetHeight})
	require.Equal(t, supply.AmountOf(n.Token.Denom), byName.Supply.Amount, "the token is there")
	left := f.snapshot().store
	f.until(t, f.ctx.BlockHeight()+5*epochBlocks)
	f.ctx = f.ctx.WithBlockTime(f.ctx.BlockTime().Add(365 * 24 * time.Hour))
	f.block(t)
	require.Equal(t, left, f.snapshot().store)
	f.checkMoney(t)
}

// typed returns events as the chain stores them.
func typed(t *testing.T, list ...sdkEvent) sdk.Events {
	t.Helper()
	var events sdk.Events
	for _, e := range list {
		event, err := sdk.TypedEventToEvent(e)
		require.NoError(t, err)
		events = append(events, event)
	}
	return events
}

// sdkEvent is a typed event.
type sdkEvent = interface {
	Reset()
	String() string
	ProtoMessage()
}

// TestSunsetRefusals: one open obligation at a time keeps a network from ending, and leaves all as it was.
func TestSunsetRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*testing.T, *nodeFixture, types.Network, *types.MsgSunsetNetwork)
		is     error
		want   string
	}{
		{"fails: not the founder", func(t *testing.T, f *nodeFixture, _ types.Network, m *types.MsgSunsetNetwork) {
			m.Founder = f.text(t, account("ann"))
		}, types.ErrUnauthorized, ""},
		{"fails: not even governance", func(_ *testing.T, f *nodeFixture, _ types.Network, m *types.MsgSunsetNetwork) {
			m.Founder = f.authority
		}, types.ErrUnauthorized, ""},
		{"fails: no founder", func(_ *testing.T, _ *nodeFixture, _ types.Network, m *types.MsgSunsetNetwork) { m.Founder = "" }, types.ErrInvalidRequest,
			"founder: empty address string is not allowed: invalid request"},
		{"fails: unknown network", func(_ *testing.T, _ *nodeFixture, _ types.Network, m *types.MsgSunsetNetwork) {
			m.Network = "net_00000000"
		}, types.ErrNetworkNotFound, `"net_00000000": network not found`},
		{"fails: no network", func(_ *testing.T, _ *nodeFixture, _ types.Network, m *types.MsgSunsetNetwork) { m.Network = "" }, types.ErrInvalidRequest,
			`network id "" is not net_ and 8 hex digits: invalid request`},
		{"fails: ended", func(t *testing.T, f *nodeFixture, n types.Network, _ *types.MsgSunsetNetwork) {
			_, err := f.sunset(t, n, f.founder)
			require.NoError(t, err)
		}, types.ErrNetworkEnded, ""},
		{"fails: a node that counts", func(t *testing.T, f *nodeFixture, n types.Network, _ *types.MsgSunsetNetwork) {
			f.register(t, n, account("eve"), "three", minBond)
		}, types.ErrOpenObligations, "node 3 is bonded: open obligations"},
		{"fails: the bond of a node that does not count", func(t *testing.T, f *nodeFixture, n types.Network, _ *types.MsgSunsetNetwork) {
			f.register(t, n, account("eve"), "three", 1)
		}, types.ErrOpenObligations, "node 3 is bonded: open obligations"},
		{"fails: the bond of a node that is suspended", func(t *testing.T, f *nodeFixture, n types.Network, _ *types.MsgSunsetNetwork) {
			id := f.register(t, n, account("eve"), "three", minBond)
			require.NoError(t, f.keeper.Suspend(f.ctx, f.node(t, n, id)))
			f.until(t, f.calendar(t, n).RollsAt)
			require.Zero(t, f.calendar(t, n).RollsAt)
		}, types.ErrOpenObligations, "node 3 is bonded: open obligations"},
		{"fails: a given bond", func(t *testing.T, f *nodeFixture, n types.Network, _ *types.MsgSunsetNetwork) {
			id := f.register(t, n, account("eve"), "three", 0)
			f.fund(t, n, account("cal"), 7)
			require.NoError(t, f.give(t, n, id, account("cal"), 7))
		}, types.ErrOpenObligations, "node 3 is bonded: open obligations"},
		{"fails: a bond on its way back", func(t *testing.T, f *nodeFixture, n types.Network, _ *types.MsgSunsetNetwork) {
			id := f.register(t, n, account("eve"), "three", 9)
			_, err := f.unbond(t, n, id, account("eve"), 9)
			require.NoError(t, err)
		}, types.ErrOpenObligations, "bonds of node 3 are on their way back: open obligations"},
		{"fails: deals, channels, tasks or held slashes", func(t *testing.T, f *nodeFixture, n types.Network, _ *types.MsgSunsetNetwork) {
			require.NoError(t, f.keeper.ChangeDuties(f.ctx, n.Seq, 3))
		}, types.ErrOpenObligations, "3 deals, channels, posted tasks and held slashes are not over: open obligations"},
		{"fails: an epoch that is open", func(t *testing.T, f *nodeFixture, n types.Network, _ *types.MsgSunsetNetwork) {
			require.NoError(t, f.keeper.ChangeDuties(f.ctx, n.Seq, 1))
			f.open(t, n)
			require.NoError(t, f.keeper.ChangeDuties(f.ctx, n.Seq, -1))
			f.until(t, f.calendar(t, n).RollsAt-1)
		}, types.ErrOpenObligations, ""},
		{"fails: an opening that failed", func(t *testing.T, f *nodeFixture, n types.Network, _ *types.MsgSunsetNetwork) {
			require.NoError(t, f.keeper.ChangeDuties(f.ctx, n.Seq, 1))
			f.open(t, n)
			require.NoError(t, f.keeper.ChangeDuties(f.ctx, n.Seq, -1))
			f.hooks.fail[n.Seq] = true
			f.until(t, f.calendar(t, n).RollsAt+1)
		}, types.ErrOpenObligations, ""},
		{"fails: what other modules know", func(_ *testing.T, f *nodeFixture, n types.Network, _ *types.MsgSunsetNetwork) {
			f.obligations.open[n.Seq] = "node 7 has pay to withdraw"
		}, types.ErrOpenObligations, "node 7 has pay to withdraw: open obligations"},
		{"fails: other modules cannot say", func(_ *testing.T, f *nodeFixture, _ types.Network, _ *types.MsgSunsetNetwork) {
			f.obligations.err = errLedger
		}, errLedger, "ledger out of order"},
		{"fails: the bank", func(_ *testing.T, f *nodeFixture, _ types.Network, _ *types.MsgSunsetNetwork) {
			f.bank.fail = "SendCoinsFromModuleToAccount"
		}, errLedger, "ledger out of order"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, n := lived(t)
			msg := &types.MsgSunsetNetwork{Founder: n.Founder, Network: n.Id}
			c.change(t, f, n, msg)
			before := f.snapshot()
			res, err := f.msgs.SunsetNetwork(f.ctx, msg)
			require.ErrorIs(t, err, c.is)
			if c.want != "" {
				require.ErrorContains(t, err, c.want)
			}
			require.Nil(t, res)
			require.Equal(t, before, f.snapshot())
		})
	}
}

// TestNothingOpensAfterTheSunset: what would open or change something in the network is refused with an error of its own; a node that
// never bonded may still leave. Another network goes on.
func TestNothingOpensAfterTheSunset(t *testing.T) {
	f, n := lived(t)
	bare, suspended := f.register(t, n, account("eve"), "three", 0), f.register(t, n, account("fay"), "four", 0)
	require.NoError(t, f.keeper.Suspend(f.ctx, f.node(t, n, suspended)))
	f.fund(t, n, account("eve"), minBond)
	_, err := f.sunset(t, n, f.founder)
	require.NoError(t, err, "who has put up nothing keeps nobody from ending the network")

	eve := f.text(t, account("eve"))
	for name, send := range map[string]func() error{
		"update network": func() error { _, err := f.announce(t, n, term("pay.burn_bps", 1_900)); return err },
		"register": func() error {
			_, err := f.msgs.RegisterNode(f.ctx, f.registration(t, n, account("eve"), "five", "five", 0))
			return err
		},
		"update node": func() error {
			_, err := f.msgs.UpdateNode(f.ctx, &types.MsgUpdateNode{Owner: eve, Network: n.Id, Node: bare})
			return err
		},
		"bond": func() error { return f.give(t, n, bare, account("eve"), minBond) },
		"resume": func() error {
			_, err := f.msgs.Resume(f.ctx, &types.MsgResume{Operator: f.text(t, operator("four")), Network: n.Id, Node: suspended})
			return err
		},
		"publish": func() error {
			_, err := f.msgs.PublishBootstrap(f.ctx, f.record(t, n, f.founder, "free", f.ctx.BlockHeight()+9))
			return err
		},
		"duties": func() error { return f.keeper.ChangeDuties(f.ctx, n.Seq, 1) },
		"sunset": func() error { _, err := f.sunset(t, n, f.founder); return err },
	} {
		before := f.snapshot()
		require.ErrorIs(t, send(), types.ErrNetworkEnded, name)
		require.Equal(t, before, f.snapshot(), name)
	}
	_, err = f.msgs.CreateNetwork(f.ctx, f.msg(t, "ＳＨＯＲＴ"))
	require.ErrorIs(t, err, types.ErrNameTaken, "a name means one network for ever")
	_, err = f.msgs.Leave(f.ctx, &types.MsgLeave{Owner: eve, Network: n.Id, Node: bare})
	require.NoError(t, err)
	require.Zero(t, f.calendar(t, n).RollsAt)
	require.NoError(t, f.export(t).Validate())
	f.register(t, f.nets[0], account("eve"), "five", minBond)
	f.open(t, f.nets[0])
}

// TestSunsetAfterTheHandOver: the founder's rights are over, the deposit is the founder's still.
func TestSunsetAfterTheHandOver(t *testing.T) {
	f := newNodeFixture(t, 0)
	n := f.foundUntil(t, 1)
	require.NoError(t, f.keeper.ChangeDuties(f.ctx, n.Seq, 1))
	f.open(t, n)
	_, err := f.announce(t, n, term("storage.price", price+1))
	require.ErrorIs(t, err, types.ErrUnauthorized)
	require.NoError(t, f.keeper.ChangeDuties(f.ctx, n.Seq, -1))
	f.empty(t, n)
	deposit, err := f.sunset(t, n, f.founder)
	require.NoError(t, err)
	require.Equal(t, sdk.NewInt64Coin("umesh", 0), deposit, "this one was made for nothing")
}

// TestSunsetCostsTheSame with many nodes that were there as with few.
func TestSunsetCostsTheSame(t *testing.T) {
	var gas []uint64
	for _, nodes := range []int{2, 40} {
		f := newNodeFixture(t, 1)
		n := f.nets[0]
		for i := range nodes {
			id := f.register(t, n, account("ann"), string(rune('a'+i)), minBond)
			_, err := f.msgs.Leave(f.ctx, &types.MsgLeave{Owner: f.text(t, account("ann")), Network: n.Id, Node: id})
			require.NoError(t, err)
		}
		f.empty(t, n)
		before := f.ctx.GasMeter().GasConsumed()
		_, err := f.sunset(t, n, f.founder)
		require.NoError(t, err)
		gas = append(gas, f.ctx.GasMeter().GasConsumed()-before)
	}
	require.InDelta(t, gas[0], gas[1], 100, "but for the length of a few numbers")
	require.Less(t, gas[1], uint64(60_000))
}

// sunset asks for the end of a network in a random history, mostly by its founder; it works only if nothing is open.
func (h *history) sunset(n types.Network, stranger string) error {
	h.obligations.open[n.Seq] = rapid.SampledFrom([]string{"", "", "something"}).Draw(h.t, "open")
	founder := rapid.SampledFrom([]string{n.Founder, n.Founder, stranger}).Draw(h.t, "founder")
	now, err := h.keeper.Network(h.ctx, n.Seq)
	require.NoError(h.t, err)
	cal, g := h.calendar(h.t, n), h.export(h.t)
	clear := founder == n.Founder && !now.HasEnded() && h.obligations.open[n.Seq] == "" && cal.Duties == 0 && cal.RollsAt == 0
	for _, b := range g.Bonds {
		clear = clear && b.Network != n.Seq
	}
	for _, u := range g.Unbondings {
		clear = clear && u.Network != n.Seq
	}
	_, err = h.msgs.SunsetNetwork(h.ctx, &types.MsgSunsetNetwork{Founder: founder, Network: n.Id})
	require.Equal(h.t, clear, err == nil, "%v", err)
	return err
}

// windUp lets every node of a network leave and its duties end, and begins blocks until all is back.
func (h *history) windUp(n types.Network) {
	if now, _ := h.keeper.Network(h.ctx, n.Seq); now.HasEnded() {
		return
	}
	for _, node := range h.export(h.t).Nodes {
		if node.Network == n.Seq && node.Node.Status != types.NODE_STATUS_LEFT {
			_, err := h.msgs.Leave(h.ctx, &types.MsgLeave{Owner: node.Node.Owner, Network: n.Id, Node: node.Node.Id})
			require.NoError(h.t, err)
		}
	}
	require.NoError(h.t, h.keeper.ChangeDuties(h.ctx, n.Seq, -int(h.calendar(h.t, n).Duties)))
	h.empty(h.t, n)
}
