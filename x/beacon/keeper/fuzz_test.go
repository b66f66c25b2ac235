package keeper_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/fuzzed"
	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// FuzzReveal feeds any bytes as the first transaction of a block. Nothing panics but the SDK's own
// reading of a fee that is not there; ProcessProposal and PreBlock agree; and only the canonical
// bytes count as a reveal.
func FuzzReveal(f *testing.F) {
	chain := newFixture(f, 1, 100)
	v := chain.set[0]
	right := chain.reveal(v)
	golden, err := hex.DecodeString(goldenReveal)
	require.NoError(f, err)
	f.Add(right)
	f.Add(golden)
	f.Add([]byte{})
	f.Add([]byte{1, 2, 3, 4})
	f.Add(right[:len(right)-1])
	f.Add(append(bytes.Clone(right), 0))
	f.Add(buildTx(f, "", nil))
	f.Add(buildTx(f, v.text, bytes.Repeat([]byte{9}, 1000)))
	decode := newEncoding(f).tx.TxDecoder()

	f.Fuzz(func(t *testing.T, bz []byte) {
		process := chain.keeper.ProcessProposal(decode, accept)
		verdict := abci.ResponseProcessProposal_REJECT
		if tx, err := decode(bz); err != nil || hasFee(tx) {
			verdict = judge(t, chain, process, v, bz)
		}
		ctx, _ := chain.ctx.WithBlockHeight(1).CacheContext()
		require.NoError(t, chain.keeper.PreBlock(ctx, chain.request(v, bz)))
		g, err := chain.keeper.ExportGenesis(ctx)
		require.NoError(t, err)
		revealed := g.Revealers[0].Current.Used == 1
		require.Equal(t, bytes.Equal(bz, right), revealed)
		if revealed {
			require.Equal(t, abci.ResponseProcessProposal_ACCEPT, verdict)
		} else {
			require.Equal(t, types.FirstValue(chainID), g.Rounds[0].Value)
		}
	})
}

// hasFee tells whether the SDK can read the gas limit of a transaction.
func hasFee(tx any) (ok bool) {
	defer func() { ok = recover() == nil }()
	tx.(interface{ GetGas() uint64 }).GetGas()
	return true
}

// handlers are those of all messages of the module.
func (f *fixture) handlers() []fuzzed.Handler {
	return []fuzzed.Handler{fuzzed.HandlerOf(f.msg.Register), fuzzed.HandlerOf(f.msg.Reveal), fuzzed.HandlerOf(f.msg.UpdateParams)}
}

// apart runs on a copy of all that messages and blocks can change.
func (f *fixture) apart(t tester, run func()) {
	ctx, staking, set, was := f.ctx, *f.staking, f.set, f.t
	defer func() { f.ctx, *f.staking, f.set, f.t = ctx, staking, set, was }()
	f.ctx, _ = ctx.CacheContext()
	f.staking.operators, f.staking.slashes = maps.Clone(staking.operators), slices.Clone(staking.slashes)
	f.set, f.t = nil, t
	for _, v := range set {
		twin := *v
		f.set = append(f.set, &twin)
	}
	run()
}

// goOn runs a block with the reveal of its proposer, if that can make one; what is executed next is its transaction 0.
// All validators propose in turn.
func (f *fixture) goOn() {
	f.t.Helper()
	v := f.set[int(f.height()+1)%len(f.set)]
	if !f.ready(v) {
		f.block(v)
		return
	}
	tx := f.reveal(v)
	f.reveals(v)
	f.ctx = executed(f.ctx, 0, tx)
}

// worked is a fixture in whose latest block a reveal was made. Of its validators the second has a chain that waits, the
// third has lost its secret, the fourth never registered and has missed reveals, and the fifth was not seen yet. The
// history was made longer, since it must not become shorter again.
func worked(t tester) *fixture {
	t.Helper()
	f := newFixture(t, 3, 40)
	f.add(3, 100).hashChain = newHashChain("unknown", 40)
	f.set[2].hashChain = newHashChain("lost", 40)
	for range 8 * len(f.set) {
		f.goOn()
	}
	f.register(f.set[1], newHashChain("second", 7))
	params := f.export().Params
	params.HistoryBlocks = types.MinHistoryBlocks
	_, err := f.msg.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: authority, Params: params})
	require.NoError(t, err)
	f.goOn()
	f.add(4, 1)
	for _, v := range f.set[3:] {
		v.hashChain = newHashChain("next "+v.text, 9)
	}
	return f
}

// seed is a message that is accepted in the block of worked.
type seed struct {
	kind  uint8
	bytes []byte
}

// seeds has messages of each type, in the order of handlers.
func seeds(t tester, f *fixture) []seed {
	t.Helper()
	register := func(v *validator) *types.MsgRegister {
		chain := newHashChain("next "+v.text, 9)
		return &types.MsgRegister{Validator: v.text, Tip: chain.tip(), Length: chain.length()}
	}
	last := f.set[1]
	params := f.export().Params
	params.HistoryBlocks++
	var list []seed
	for _, s := range []struct {
		kind uint8
		msg  fuzzed.Message
	}{
		{0, register(f.set[0])}, {0, register(f.set[1])}, {0, register(f.set[3])}, {0, register(f.set[4])},
		{1, &types.MsgReveal{Validator: last.text, Preimage: last.values[len(last.values)-1-last.used]}},
		{2, &types.MsgUpdateParams{Authority: authority, Params: params}},
	} {
		f.apart(t, func() { require.NoError(t, f.handlers()[s.kind].Handle(f.ctx, s.msg), "%T", s.msg) })
		bz, err := s.msg.Marshal()
		require.NoError(t, err)
		list = append(list, seed{s.kind, bz})
	}
	return list
}

// snapshot is all that a refused message must leave as it was.
func (f *fixture) snapshot() []string {
	f.t.Helper()
	it, err := f.store.OpenKVStore(f.ctx).Iterator(nil, nil)
	require.NoError(f.t, err)
	defer func() { require.NoError(f.t, it.Close()) }()
	var list []string
	for ; it.Valid(); it.Next() {
		list = append(list, fmt.Sprintf("%x=%x", it.Key(), it.Value()))
	}
	return list
}

// deliver waits some blocks and sends a message. Refused, it leaves store, stakes and events as they were, without the help
// of a transaction. Accepted, it leaves a state that is valid, comes back from an export as it was, and goes on from there
// as from here.
func (f *fixture) deliver(t *testing.T, h fuzzed.Handler, msg fuzzed.Message, wait uint8) {
	t.Helper()
	for range wait % 32 {
		f.goOn()
	}
	before, slashes, events := f.snapshot(), slices.Clone(f.staking.slashes), f.ctx.EventManager().ABCIEvents()
	err := h.Handle(f.ctx, msg)
	require.Equal(t, slashes, f.staking.slashes)
	if err != nil {
		require.Equal(t, before, f.snapshot())
		require.Equal(t, events, f.ctx.EventManager().ABCIEvents())
		return
	}
	g := f.export()
	require.NoError(t, validate(g))
	other := f.begun(g)
	requireSame(t, g, other.export())
	require.Equal(t, f.snapshot(), other.snapshot())
	for range rotateDelay + noTip + len(f.set) {
		f.goOn()
		other.goOn()
	}
	g = f.export()
	require.NoError(t, validate(g))
	requireSame(t, g, other.export())
}

// FuzzMsg sends any bytes that decode as a message of any type: see deliver.
func FuzzMsg(f *testing.F) {
	w := worked(f)
	for _, s := range seeds(f, w) {
		f.Add(s.kind, uint8(0), s.bytes)
	}
	fuzzed.SendMessages(f, w.handlers, func(t *testing.T, h fuzzed.Handler, msg fuzzed.Message, wait uint8) {
		w.apart(t, func() { w.deliver(t, h, msg, wait) })
	})
}

// FuzzMsgFields sends a valid message of any type with two of its fields changed: see deliver.
func FuzzMsgFields(f *testing.F) {
	w := worked(f)
	list := seeds(f, w)
	for at := range list {
		for field := range uint8(5) {
			f.Add(uint8(at), field, field, field/2, uint64(1)<<(field*8), w.set[1].text, []byte{field})
		}
	}
	f.Add(uint8(5), uint8(0), uint8(4), uint8(4), uint64(history), "", []byte{}) // a shorter history
	f.Fuzz(func(t *testing.T, at, wait, field, other uint8, n uint64, s string, bz []byte) {
		from := list[int(at)%len(list)]
		h := w.handlers()[from.kind]
		msg := h.Changed(t, from.bytes, field, other, n, s, bz)
		w.apart(t, func() { w.deliver(t, h, msg, wait) })
	})
}

// FuzzGenesis imports states: see fuzzed.ImportStates.
func FuzzGenesis(f *testing.F) {
	w := worked(f)
	g := w.export()
	bz, err := g.Marshal()
	require.NoError(f, err)
	for field := range uint16(fuzzed.Fields(&g)) {
		f.Add(bz, field, uint64(1), w.set[4].text, bz[:32])
	}
	fresh := emptyFixture(f)
	fuzzed.ImportStates(f, func() *types.GenesisState { return &types.GenesisState{} }, fresh.imported)
}

// imported exports what was imported into an empty store; ok is false for a state that is refused.
func (f *fixture) imported(t *testing.T, g *types.GenesisState) (again *types.GenesisState, ok bool) {
	t.Helper()
	f.apart(t, func() {
		if ok = f.keeper.InitGenesis(f.ctx, *g) == nil; ok {
			state := f.export()
			again = &state
		}
	})
	return again, ok
}
