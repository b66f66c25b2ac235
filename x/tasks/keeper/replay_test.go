package keeper_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/test/fuzzed"
	"github.com/mesh-protocol/mesh/test/seeded"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

const (
	// replayed is how many of the messages that were accepted are sent again after each block, and turned in every way.
	replayed = 24
	// replayHistories is how many histories that is done in.
	replayHistories = 6
)

// twist turns a message, or the world it comes to; it is not for messages for which it returns false. undo mends the world.
type twist struct {
	name string
	turn func(f *fixture, msg reflect.Value) (undo func(), ok bool)
}

func nothing() {}

// set writes a field of a message if it has one.
func set(msg reflect.Value, field string, change func(v reflect.Value)) (func(), bool) {
	v := msg.Elem().FieldByName(field)
	if !v.IsValid() {
		return nothing, false
	}
	change(v)
	return nothing, true
}

// next counts a number of a message up.
func next(field string) func(*fixture, reflect.Value) (func(), bool) {
	return func(_ *fixture, msg reflect.Value) (func(), bool) {
		return set(msg, field, func(v reflect.Value) { v.SetUint(v.Uint() + 1) })
	}
}

// twists are the ways in which what was said once is said again. A commitment may be to whatever its operator signs, and so may a claim be for
// any epoch; what they bind is seen when they are opened.
func twists() []twist {
	return []twist{
		{"again", func(*fixture, reflect.Value) (func(), bool) { return nothing, true }},
		{"in another network", func(_ *fixture, msg reflect.Value) (func(), bool) {
			return set(msg, "Network", func(v reflect.Value) { v.SetString(otherID) })
		}},
		{"in another chain", func(f *fixture, _ reflect.Value) (func(), bool) {
			was := f.ctx
			f.ctx = f.ctx.WithChainID("another-1")
			return func() { f.ctx = was }, true
		}},
		{"for another epoch", func(f *fixture, msg reflect.Value) (func(), bool) {
			if _, isProof := msg.Interface().(*types.MsgProve); !isProof {
				return nothing, false
			}
			return next("Epoch")(f, msg)
		}},
		{"for another task", func(f *fixture, msg reflect.Value) (func(), bool) {
			if _, isCommitment := msg.Interface().(*types.MsgCommitResult); isCommitment {
				return nothing, false
			}
			return next("Task")(f, msg)
		}},
		{"for another request", next("Request")},
		{"of another channel", func(_ *fixture, msg reflect.Value) (func(), bool) {
			m, ok := msg.Interface().(*types.MsgRedeemVouchers)
			for i := 0; ok && i < len(m.Vouchers); i++ {
				m.Vouchers[i].Channel++
			}
			return nothing, ok
		}},
		{"from a key that was changed since", func(f *fixture, msg reflect.Value) (func(), bool) {
			_, ok := set(msg, "Operator", func(reflect.Value) {})
			was := f.w.clone()
			for id := range f.w.nodes {
				f.edit(id, func(n *networktypes.Node) {
					n.Operator, n.PeerKey = addr(account(fmt.Sprint("new", id))), hostKey(id+100).Public().(ed25519.PublicKey)
				})
			}
			return func() { f.w.nodes = was.nodes }, ok
		}},
		{"in capitals", func(_ *fixture, msg reflect.Value) (func(), bool) {
			_, isOperator := set(msg, "Operator", func(v reflect.Value) { v.SetString(strings.ToUpper(v.String())) })
			_, isSender := set(msg, "Sender", func(v reflect.Value) { v.SetString(strings.ToUpper(v.String())) })
			return nothing, isOperator || isSender
		}},
	}
}

// replay sends a message again, turned in every way it can be, and returns how often that was.
func replay(t require.TestingT, f *fixture, s said) (sent int) {
	h := f.handlers()[s.kind]
	for _, w := range twists() {
		msg := h.New()
		require.NoError(t, msg.Unmarshal(s.bytes))
		if isDue(f, msg) {
			return sent
		}
		undo, ok := w.turn(f, reflect.ValueOf(msg))
		if ok {
			sent++
			require.False(t, accepts(f, h, msg), "%T %s: %v", msg, w.name, msg)
		}
		undo()
	}
	return sent
}

// isDue tells whether a node that acknowledged an index has since lost it and taken it again, and can say the same anew.
func isDue(f *fixture, msg fuzzed.Message) bool {
	m, isAck := msg.(*types.MsgAck)
	for i := 0; isAck && i < len(m.Acks); i++ {
		a := m.Acks[i]
		d := f.deal(a.Deal)
		if int(a.Index) < len(d.Indices) && operator(d.Indices[a.Index].Node) == m.Operator && d.Indices[a.Index].Acked.Version < a.Version {
			return true
		}
	}
	return false
}

// accepts tells whether a message has an effect: of vouchers, whether one of them has. An acknowledgement may be said again, and then changes nothing.
func accepts(f *fixture, h fuzzed.Handler, msg fuzzed.Message) bool {
	if m, ok := msg.(*types.MsgRedeemVouchers); ok {
		rsp, err := send(f, f.msgs.RedeemVouchers, m)
		for i := 0; err == nil && i < len(rsp.Results); i++ {
			if rsp.Results[i].Code == 0 {
				return true
			}
		}
		return false
	}
	var before any
	if _, isAck := msg.(*types.MsgAck); isAck {
		before = f.snapshot()
	}
	err := f.tx(func(ctx context.Context) error { return h.Handle(ctx, msg) })
	return err == nil && (before == nil || !reflect.DeepEqual(before, any(f.snapshot())))
}

// What a node has said for a duty counts once: not again, in another network or chain, for another epoch, task, request or channel, from a key
// that is no longer its, with its addresses in capitals, after an import, or when what it was about is forgotten.
func TestNothingCountsTwice(t *testing.T) {
	sent := 0
	seeded.Checks(t, replayHistories, func(rt *rapid.T) {
		w := newWarned(newFixture(t, 6), rt, map[string]int{})
		dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "dice"), 0))
		for _, id := range slices.Sorted(maps.Keys(w.w.nodes)) { // the same nodes are in another network
			n := w.w.nodes[id]
			w.lazy[id], n.Network = rapid.IntRange(0, 1).Draw(rt, "lazy"), otherID
			w.w.other.nodes[id] = n
		}
		again := func(f *fixture, n int) {
			for range min(n, len(w.said)) {
				sent += replay(rt, f, w.said[dice.IntN(len(w.said))])
			}
		}
		steps := []func(){w.open, w.draw, w.draw, w.layout, w.layout, w.extend, w.request, w.request, w.post, w.drawTasks, w.drawTasks, w.openChannel, w.pay, w.pay}
		w.begin()
		for w.epoch() < 10 {
			rapid.SampledFrom(steps).Draw(rt, "step")()
			for range rapid.IntRange(0, 4).Draw(rt, "blocks") {
				w.block()
				again(w.fixture, replayed)
			}
			w.check()
		}
		heir := reborn(t, w.fixture, *w.export())
		again(heir, 20*replayed)
		for range 5 { // what is done with is forgotten
			w.ctx = w.ctx.WithBlockHeight(w.ctx.BlockHeight() + 10_000)
			require.NoError(rt, w.keeper.EndBlock(w.ctx))
		}
		again(w.fixture, 20*replayed)
	})
	t.Logf("%d replays, none accepted", sent)
	require.Greater(t, sent, 100_000)
}

// pay redeems a voucher of a channel that is worth more than the last.
func (w *warned) pay() {
	if c, ok := w.pickChannel(); ok && c.Client == client() && c.Left().IsPositive() {
		msg := redeemMsg(w.voucher(c.Id, c.Redeemed.Int64()+rapid.Int64Range(1, c.Left().Int64()).Draw(w.t, "more"), c.Count+1))
		if before := w.channel(c.Id).Redeemed; w.ctx.BlockHeight() < c.Expires {
			w.say(msg)
			require.True(w.t, w.channel(c.Id).Redeemed.GT(before))
		}
	}
}
