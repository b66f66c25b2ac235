package keeper_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

func TestRegisterFirstTip(t *testing.T) {
	f := newFixture(t, 1, 100)
	v := f.add(1, 100)
	f.block(f.set[0])
	chain := newHashChain("second", 7)
	require.EqualValues(t, 1+rotateDelay, f.register(v, chain))
	require.Equal(t, types.NewRevealer(v.text, 2, chain.tip(), 7, 1+rotateDelay), f.revealer(v))
	require.EqualValues(t, 3, f.export().NextId)
	require.Equal(t, &types.EventRegistered{Validator: v.text, Tip: chain.tip(), Length: 7, ActiveHeight: 1 + rotateDelay}, f.events()[1])
}

func TestRegisterRefuses(t *testing.T) {
	f := newFixture(t, 1, 100)
	v, tip := f.set[0], bytes.Repeat([]byte{1}, 32)
	stranger, err := operators().BytesToString(bytes.Repeat([]byte{0xee}, 20))
	require.NoError(t, err)
	before := f.export()
	for _, c := range []struct {
		name string
		msg  types.MsgRegister
		is   error
		want string
	}{
		{"fails: short tip", types.MsgRegister{Validator: v.text, Tip: tip[1:], Length: 10}, types.ErrInvalidTip, "31 bytes, a tip has 32: invalid tip"},
		{"fails: one reveal", types.MsgRegister{Validator: v.text, Tip: tip, Length: 1}, types.ErrInvalidTip,
			"a chain of 1 reveals, it must be 2 to 16777216: invalid tip"},
		{"fails: no validator", types.MsgRegister{Validator: stranger, Tip: tip, Length: 10}, types.ErrUnknownValidator, stranger + " is no validator: unknown validator"},
		{"fails: no address", types.MsgRegister{Validator: "v", Tip: tip, Length: 10}, types.ErrInvalidRequest,
			"validator: decoding bech32 failed: invalid bech32 string length 1: invalid request"},
		{"fails: in capitals", types.MsgRegister{Validator: strings.ToUpper(v.text), Tip: tip, Length: 10}, types.ErrInvalidRequest,
			`validator "` + strings.ToUpper(v.text) + `" is not spelled as ` + v.text + `: invalid request`},
	} {
		t.Run(c.name, func(t *testing.T) {
			rsp, err := f.msg.Register(f.ctx, &c.msg)
			requireError(t, err, c.is, c.want)
			require.Nil(t, rsp)
			require.Equal(t, before, f.export())
			require.Empty(t, f.events())
		})
	}
}

func TestRegisterStakingError(t *testing.T) {
	f := newFixture(t, 1, 100)
	f.staking.broken = true
	_, err := f.msg.Register(f.ctx, &types.MsgRegister{Validator: f.set[0].text, Tip: f.set[0].tip(), Length: 10})
	require.ErrorIs(t, err, errStaking)
}

// While one chain is in use the next waits beside it; one that waits already is replaced, and the
// wait begins again.
func TestRegisterRotation(t *testing.T) {
	f := newFixture(t, 1, 100)
	v := f.set[0]
	f.reveals(v)
	current := f.revealer(v).Current
	second, third := newHashChain("second", 7), newHashChain("third", 9)

	require.EqualValues(t, 1+rotateDelay, f.register(v, second))
	require.Equal(t, types.Revealer{Validator: v.text, Id: 1, Current: current, Next: types.NewChain(second.tip(), 7, 1+rotateDelay)}, f.revealer(v))
	f.reveals(v)
	f.reveals(v)
	current = f.revealer(v).Current
	require.EqualValues(t, 3, current.Used)
	require.EqualValues(t, 3+rotateDelay, f.register(v, third))
	require.Equal(t, types.Revealer{Validator: v.text, Id: 1, Current: current, Next: types.NewChain(third.tip(), 9, 3+rotateDelay)}, f.revealer(v))

	// The second chain is never used, the first up to the height before the third.
	for f.height() < 3+rotateDelay-1 {
		f.reveals(v)
	}
	require.EqualValues(t, 2+rotateDelay, f.revealer(v).Current.Used)
	old := f.reveal(v)
	v.hashChain = third
	f.reveals(v)
	require.Equal(t, types.Revealer{Validator: v.text, Id: 1, Current: types.HashChain{
		Tip: third.tip(), Head: third.values[8], Length: 9, Used: 1, ActiveHeight: 3 + rotateDelay,
	}}, f.revealer(v))
	f.block(v, old)
	require.Equal(t, []proto.Message{f.missed(v, 1, 3)}, f.events(), "the old chain is over")
}

// A chain that was due, but of which nothing was revealed yet, is not lost by a new registration.
func TestRegisterWhenRotationIsDue(t *testing.T) {
	f := newFixture(t, 1, 100)
	v := f.set[0]
	second, third := newHashChain("second", 7), newHashChain("third", 9)
	f.block(v)
	for active := f.register(v, second); f.height() < active; {
		f.block(v)
	}
	height := f.height()
	f.register(v, third)
	require.Equal(t, types.NewChain(second.tip(), 7, height), f.revealer(v).Current)
	require.Equal(t, types.NewChain(third.tip(), 9, height+rotateDelay), f.revealer(v).Next)
	v.hashChain = second
	f.reveals(v)
	require.EqualValues(t, 1, f.revealer(v).Current.Used)
}

// The validator whose first tip waits is not given a grace again by another registration.
func TestRegisterAgainKeepsTheFirstHeight(t *testing.T) {
	f := newFixture(t, 1, 100)
	v := f.add(1, 100)
	f.block(f.set[0])
	active := f.register(v, newHashChain("lost", 7))
	f.block(f.set[0])
	f.register(v, newHashChain("second", 7))
	for f.height() < active-1 {
		f.block(v)
		require.Empty(t, f.events())
	}
	f.block(v)
	require.Equal(t, []proto.Message{f.missed(v, 1, 3)}, f.events())
}
