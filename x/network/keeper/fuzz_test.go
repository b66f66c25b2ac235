package keeper_test

import (
	"context"
	"maps"
	"math/big"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// message is what a transaction carries.
type message interface {
	Marshal() ([]byte, error)
	Unmarshal([]byte) error
}

// handler makes and handles messages of one type.
type handler struct {
	empty  func() message
	handle func(context.Context, message) error
}

func handlerOf[M any, P interface {
	*M
	message
}, R any](handle func(context.Context, P) (R, error)) handler {
	return handler{
		func() message { return P(new(M)) },
		func(ctx context.Context, m message) error {
			_, err := handle(ctx, m.(P))
			return err
		},
	}
}

// handlers are those of all messages of the module.
func (f *fixture) handlers() []handler {
	m := f.msgs
	return []handler{
		handlerOf(m.CreateNetwork), handlerOf(m.UpdateNetwork), handlerOf(m.RegisterNode), handlerOf(m.UpdateNode),
		handlerOf(m.Bond), handlerOf(m.Unbond), handlerOf(m.Leave), handlerOf(m.Resume), handlerOf(m.Prune),
		handlerOf(m.PublishBootstrap), handlerOf(m.UpdateParams),
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
	for kind, msg := range []message{
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
	} {
		f.apart(func() { require.NoError(t, f.handlers()[kind].handle(f.ctx, msg), "%T", msg) })
		bz, err := msg.Marshal()
		require.NoError(t, err)
		list = append(list, bz)
	}
	return list
}

// deliver waits some blocks and sends a message. Refused, it leaves store, money and events as they were, without the
// help of a transaction. Accepted, it leaves a state that is valid, comes back from an export as it was, and has the
// money it says it has; and the blocks go on.
func (f *nodeFixture) deliver(t *testing.T, h handler, msg message, wait uint8) {
	t.Helper()
	f.until(t, f.ctx.BlockHeight()+int64(wait%64))
	before := f.snapshot()
	if h.handle(f.ctx, msg) != nil {
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
	f.Fuzz(func(t *testing.T, kind, wait uint8, bz []byte) {
		all := w.handlers()
		h := all[int(kind)%len(all)]
		if msg := h.empty(); msg.Unmarshal(bz) == nil {
			w.apart(func() { w.deliver(t, h, msg, wait) })
		}
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
		msg := h.empty()
		require.NoError(t, msg.Unmarshal(list[at]))
		change(msg, int(field), n, s, bz)
		if other != field {
			change(msg, int(other), n, s, bz)
		}
		w.apart(func() { w.deliver(t, h, msg, wait) })
	})
}

// FuzzGenesis imports any bytes that decode as a valid state, with one field changed unless field is 0: it is
// refused with an error or comes back valid, and from then on unchanged.
func FuzzGenesis(f *testing.F) {
	g := worked().export(f)
	bz, err := g.Marshal()
	require.NoError(f, err)
	for field := range uint16(len(fields(reflect.ValueOf(g)))) {
		f.Add(bz, field, uint64(1), g.Nodes[0].Node.Owner, bz[:32])
	}
	fresh := newNodeFixture(new(testing.T), 0)
	f.Fuzz(func(t *testing.T, bz []byte, field uint16, n uint64, s string, value []byte) {
		g := &types.GenesisState{}
		if g.Unmarshal(bz) != nil {
			return
		}
		if field > 0 {
			change(g, int(field)-1, n, s, value)
		}
		if again := fresh.imported(t, g); again != nil {
			require.NoError(t, again.Validate())
			require.Equal(t, again, fresh.imported(t, again))
		}
	})
}

// imported exports what was imported into an empty store, nil for a state that is refused.
func (f *nodeFixture) imported(t *testing.T, g *types.GenesisState) (again *types.GenesisState) {
	t.Helper()
	if g.Validate() != nil {
		return nil
	}
	f.apart(func() {
		if f.keeper.InitGenesis(f.ctx, *g) == nil {
			again = f.export(t)
		}
	})
	return again
}

// fields are what a message says, in lists and messages within it too.
func fields(v reflect.Value) []reflect.Value {
	switch {
	case v.Kind() == reflect.Pointer:
		return fields(v.Elem())
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[math.Int]():
		var all []reflect.Value
		for i := range v.NumField() {
			all = append(all, fields(v.Field(i))...)
		}
		return all
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8:
		var all []reflect.Value
		for i := range v.Len() {
			all = append(all, fields(v.Index(i))...)
		}
		return all
	}
	return []reflect.Value{v}
}

// change makes a field what the fuzzer says in its type. An amount is a number, or bytes if there are any.
func change(msg message, field int, n uint64, s string, bz []byte) {
	all := fields(reflect.ValueOf(msg))
	switch v := all[field%len(all)]; v.Kind() {
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(n)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(n))
	case reflect.Bool:
		v.SetBool(n%2 == 1)
	case reflect.String:
		v.SetString(s)
	case reflect.Slice:
		v.SetBytes(bz)
	default:
		amount := math.NewIntFromUint64(n)
		if len(bz) > 0 {
			amount = math.NewIntFromBigInt(new(big.Int).SetBytes(bz[:min(len(bz), 32)]))
		}
		if s == "-" {
			amount = amount.Neg()
		}
		v.Set(reflect.ValueOf(amount))
	}
}
