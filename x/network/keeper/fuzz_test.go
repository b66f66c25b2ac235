package keeper_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/fuzzed"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// handlers are those of all messages of the module.
func (f *fixture) handlers() []fuzzed.Handler {
	m := f.msgs
	return []fuzzed.Handler{
		fuzzed.HandlerOf(m.CreateNetwork), fuzzed.HandlerOf(m.UpdateNetwork), fuzzed.HandlerOf(m.RegisterNode), fuzzed.HandlerOf(m.UpdateNode),
		fuzzed.HandlerOf(m.Bond), fuzzed.HandlerOf(m.Unbond), fuzzed.HandlerOf(m.Leave), fuzzed.HandlerOf(m.Resume), fuzzed.HandlerOf(m.Prune),
		fuzzed.HandlerOf(m.PublishBootstrap), fuzzed.HandlerOf(m.UpdateParams), fuzzed.HandlerOf(m.SunsetNetwork),
	}
}

// apart runs on a copy of all that messages and blocks can change.
func (f *nodeFixture) apart(run func()) {
	ctx, bank, closed, seen := f.ctx, *f.bank, f.hooks.closed, f.bondHooks.seen
	defer func() { f.ctx, *f.bank, f.hooks.closed, f.bondHooks.seen = ctx, bank, closed, seen }()
	f.ctx, _ = ctx.CacheContext()
	f.bank.balances, f.bank.metadata = maps.Clone(bank.balances), maps.Clone(bank.metadata)
	f.hooks.closed = maps.Clone(closed)
	run()
}

// worked is a fixture with what every message needs: the first network has nodes 1 of ann, with a bond of cal, 2 of
// bob, which is stale, and 3 of dan, which is suspended; a change of its terms is pending, a host published, and
// some of a bond is on its way back. The fixture wants a T, which a fuzz target does not have before it runs.
func worked() *nodeFixture {
	t := new(testing.T)
	f := newNodeFixture(t, 2)
	n := f.nets[0]
	ann, bob, cal, dan := account("ann"), account("bob"), account("cal"), account("dan")
	one := f.register(t, n, ann, "one", 2*minBond)
	two := f.register(t, n, bob, "two", minBond)
	three := f.register(t, n, dan, "three", minBond)
	f.setCommission(t, n, one, ann, 1_000)
	for _, who := range []string{"ann", "bob", "cal", "eve"} {
		f.fund(t, n, account(who), 10*minBond)
	}
	require.NoError(t, f.give(t, n, one, cal, minBond))
	f.open(t, n)
	_, err := f.unbond(t, n, one, ann, 10)
	require.NoError(t, err)
	f.duties.stale[[2]uint64{n.Seq, three}] = true
	_, err = f.msgs.Prune(f.ctx, &types.MsgPrune{Reporter: f.text(t, ann), Network: n.Id, Node: three})
	require.NoError(t, err)
	f.duties.stale[[2]uint64{n.Seq, two}] = true
	_, err = f.announce(t, n, term("storage.price", 1_250_000))
	require.NoError(t, err)
	_, err = f.msgs.PublishBootstrap(f.ctx, f.record(t, n, f.founder, "free", height+500))
	require.NoError(t, err)
	return f
}

// seeds has one message of each type that worked accepts, in the order of handlers.
func seeds(t testing.TB, f *nodeFixture) [][]byte {
	t.Helper()
	n := f.nets[0]
	ann, cal := f.text(t, account("ann")), f.text(t, account("cal"))
	operatorSig, hostSig := bind(t, n, account("ann"), "next", "one")
	var list [][]byte
	for kind, msg := range []fuzzed.Message{
		f.msg(t, "Another"),
		&types.MsgUpdateNetwork{Founder: n.Founder, Network: n.Id, Changes: []types.TermChange{term("bond.min_bond", 110), term("storage.openings", 9)}},
		f.registration(t, n, account("eve"), "four", "four", minBond),
		&types.MsgUpdateNode{
			Owner: ann, Network: n.Id, Node: 1, Offer: types.Offer{Region: "us", MemoryBytes: 7, CommissionBps: 9},
			OperatorKey: operatorKey("next").PubKey().Bytes(), OperatorSignature: operatorSig, PeerSignature: hostSig,
		},
		&types.MsgBond{Giver: cal, Network: n.Id, Node: 1, Amount: math.NewInt(7)},
		&types.MsgUnbond{Giver: cal, Network: n.Id, Node: 1, Amount: math.NewInt(9)},
		&types.MsgLeave{Owner: ann, Network: n.Id, Node: 1},
		&types.MsgResume{Operator: f.text(t, operator("three")), Network: n.Id, Node: 3},
		&types.MsgPrune{Reporter: cal, Network: n.Id, Node: 2},
		f.record(t, n, account("ann"), "one", height+300),
		&types.MsgUpdateParams{Authority: f.authority, Params: types.DevnetParams()},
		&types.MsgSunsetNetwork{Founder: n.Founder, Network: f.nets[1].Id},
	} {
		f.apart(func() { require.NoError(t, f.handlers()[kind].Handle(f.ctx, msg), "%T", msg) })
		bz, err := msg.Marshal()
		require.NoError(t, err)
		list = append(list, bz)
	}
	return list
}

// deliver waits some blocks and sends a message. Refused, it leaves store, money and events as they were, without the
// help of a transaction. Accepted, it leaves a state that is valid, comes back from an export as it was, and has the
// money it says it has; and the blocks go on.
func (f *nodeFixture) deliver(t *testing.T, h fuzzed.Handler, msg fuzzed.Message, wait uint8) {
	t.Helper()
	f.until(t, f.ctx.BlockHeight()+int64(wait%64))
	before := f.snapshot()
	if h.Handle(f.ctx, msg) != nil {
		require.Equal(t, before, f.snapshot())
		return
	}
	g := f.export(t)
	require.NoError(t, g.Validate())
	other := newFixture(t)
	require.NoError(t, other.keeper.InitGenesis(other.ctx, *g))
	require.Equal(t, g, other.export(t))
	require.Equal(t, f.snapshot().store, other.snapshot().store)
	f.checkMoney(t)
	f.until(t, f.ctx.BlockHeight()+epochBlocks+1)
	require.NoError(t, f.export(t).Validate())
	f.checkMoney(t)
}

// FuzzMsg sends any bytes that decode as a message of any type: see deliver.
func FuzzMsg(f *testing.F) {
	w := worked()
	for kind, bz := range seeds(f, w) {
		f.Add(uint8(kind), uint8(0), bz)
	}
	fuzzed.SendMessages(f, w.handlers, func(t *testing.T, h fuzzed.Handler, msg fuzzed.Message, wait uint8) {
		w.apart(func() { w.deliver(t, h, msg, wait) })
	})
}

// FuzzMsgFields sends a valid message of any type with two of its fields changed: see deliver.
func FuzzMsgFields(f *testing.F) {
	w := worked()
	list := seeds(f, w)
	for kind := range list {
		for field := range uint8(8) {
			f.Add(uint8(kind), field, field, field/2, uint64(1)<<(field*8), w.text(f, account("ann")), []byte{field})
		}
	}
	f.Fuzz(func(t *testing.T, kind, wait, field, other uint8, n uint64, s string, bz []byte) {
		at := int(kind) % len(list)
		h := w.handlers()[at]
		msg := h.Changed(t, list[at], field, other, n, s, bz)
		w.apart(func() { w.deliver(t, h, msg, wait) })
	})
}

// FuzzGenesis imports states: see fuzzed.ImportStates.
func FuzzGenesis(f *testing.F) {
	g := worked().export(f)
	bz, err := g.Marshal()
	require.NoError(f, err)
	for field := range uint16(fuzzed.Fields(g)) {
		f.Add(bz, field, uint64(1), g.Nodes[0].Node.Owner, bz[:32])
	}
	fresh := newNodeFixture(new(testing.T), 0)
	fuzzed.ImportStates(f, func() *types.GenesisState { return &types.GenesisState{} }, fresh.imported)
}

// imported exports what was imported into an empty store; ok is false for a state that is refused.
func (f *nodeFixture) imported(t *testing.T, g *types.GenesisState) (again *types.GenesisState, ok bool) {
	t.Helper()
	f.apart(func() {
		if ok = f.keeper.InitGenesis(f.ctx, *g) == nil; ok {
			again = f.export(t)
		}
	})
	return again, ok
}
