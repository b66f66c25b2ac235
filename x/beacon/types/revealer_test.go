package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// rotating is a revealer whose second chain is used from height 50 on.
func rotating() types.Revealer {
	r := types.NewRevealer("validator", 1, filled(1), 10, 5)
	r.Next = types.NewChain(filled(2), 20, 50)
	return r
}

func TestNewRevealer(t *testing.T) {
	require.Equal(t, types.Revealer{
		Validator: "validator", Id: 3,
		Current: types.HashChain{Tip: filled(1), Head: filled(1), Length: 10, ActiveHeight: 5},
	}, types.NewRevealer("validator", 3, filled(1), 10, 5))
}

func TestChainAt(t *testing.T) {
	r := rotating()
	for _, height := range []int64{0, 1, 5, 49} {
		require.Equal(t, r.Current, r.ChainAt(height), "height %d", height)
	}
	for _, height := range []int64{50, 51, 1 << 40} {
		require.Equal(t, r.Next, r.ChainAt(height), "height %d", height)
	}
	r.Next = types.HashChain{}
	require.Equal(t, r.Current, r.ChainAt(1<<40), "without a next chain")
}

func TestWithChain(t *testing.T) {
	used := types.HashChain{Tip: filled(3), Head: filled(4), Length: 9, Used: 1, ActiveHeight: 7}
	for _, c := range []struct {
		name     string
		height   int64
		wantNext types.HashChain
	}{
		{"ok: before the rotation the next chain stays", 49, rotating().Next},
		{"ok: at the rotation it is the current one", 50, types.HashChain{}},
		{"ok: after the rotation", 51, types.HashChain{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := rotating()
			want := types.Revealer{Validator: "validator", Id: 1, Current: used, Next: c.wantNext}
			require.Equal(t, want, before.WithChain(c.height, used))
			require.Equal(t, rotating(), before)
		})
	}
}

// Whatever chain a revealer uses at a height, it still uses after that chain was written back.
func TestWithChainKeepsChainAt(t *testing.T) {
	for height := int64(45); height < 55; height++ {
		r := rotating()
		again := r.WithChain(height, r.ChainAt(height))
		for later := height; later < 60; later++ {
			require.Equal(t, r.ChainAt(later), again.ChainAt(later), "written at %d, read at %d", height, later)
		}
	}
}

func TestCanReveal(t *testing.T) {
	chain := types.HashChain{Tip: filled(1), Head: filled(1), Length: 3, ActiveHeight: 7}
	for _, c := range []struct {
		name   string
		height int64
		change func(*types.HashChain)
		want   bool
	}{
		{"ok: at its active height", 7, func(*types.HashChain) {}, true},
		{"ok: long after", 7000, func(*types.HashChain) {}, true},
		{"ok: one reveal left", 7, func(c *types.HashChain) { c.Used = 2 }, true},
		{"fails: before its active height", 6, func(*types.HashChain) {}, false},
		{"fails: used up", 7, func(c *types.HashChain) { c.Used = 3 }, false},
		{"fails: no chain", 7, func(c *types.HashChain) { *c = types.HashChain{} }, false},
		{"fails: no chain, though a length", 7, func(c *types.HashChain) { c.Tip = nil }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			chain := chain
			c.change(&chain)
			require.Equal(t, c.want, chain.CanReveal(c.height))
		})
	}
}

func TestRemaining(t *testing.T) {
	require.EqualValues(t, 20, types.NewChain(filled(1), 20, 1).Remaining())
	require.EqualValues(t, 1, types.HashChain{Length: 20, Used: 19}.Remaining())
	require.Zero(t, types.HashChain{Length: 20, Used: 20}.Remaining())
}

func TestCheckTip(t *testing.T) {
	for _, c := range []struct {
		name   string
		tip    []byte
		length uint64
		is     error
		want   string
	}{
		{"ok: shortest chain", filled(1), 2, nil, ""},
		{"ok: longest chain", filled(1), 1 << 24, nil, ""},
		{"fails: no tip", nil, 10, types.ErrInvalidTip, "0 bytes, a tip has 32: invalid tip"},
		{"fails: 31 bytes", filled(1)[1:], 10, types.ErrInvalidTip, "31 bytes, a tip has 32: invalid tip"},
		{"fails: 33 bytes", append(filled(1), 1), 10, types.ErrInvalidTip, "33 bytes, a tip has 32: invalid tip"},
		{"fails: no reveals", filled(1), 0, types.ErrInvalidTip, "a chain of 0 reveals, it must be 2 to 16777216: invalid tip"},
		{"fails: one reveal", filled(1), 1, types.ErrInvalidTip, "a chain of 1 reveals, it must be 2 to 16777216: invalid tip"},
		{"fails: too long", filled(1), 1<<24 + 1, types.ErrInvalidTip, "a chain of 16777217 reveals, it must be 2 to 16777216: invalid tip"},
	} {
		t.Run(c.name, func(t *testing.T) { requireError(t, types.CheckTip(c.tip, c.length), c.is, c.want) })
	}
}
