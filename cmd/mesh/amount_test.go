package main

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// fakeBank knows what one account holds, and the symbols of denominations.
type fakeBank struct {
	holds   []string
	symbols map[string]string
	down    error
}

func (b fakeBank) Balances(context.Context, string) ([]chain.Coin, error) {
	var coins []chain.Coin
	for _, denom := range b.holds {
		coins = append(coins, chain.Coin{Denom: denom})
	}
	return coins, b.down
}

func (b fakeBank) Metadata(_ context.Context, denom string) (chain.Metadata, error) {
	if b.down != nil {
		return chain.Metadata{}, b.down
	}
	symbol, ok := b.symbols[denom]
	if !ok {
		return chain.Metadata{}, fmt.Errorf("ask: %w", chain.ErrNotFound)
	}
	return chain.Metadata{Base: denom, Symbol: symbol, Exponent: 6}, nil
}

func TestCoinOf(t *testing.T) {
	bank := fakeBank{
		holds:   []string{"net_00000001/ustr", "net_00000002/uone", "net_00000003/uone", "odd", "umesh"},
		symbols: map[string]string{"net_00000001/ustr": "STR", "net_00000002/uone": "One", "net_00000003/uone": "ONE", "net_00000004/ufar": "FAR", "umesh": "MESH"},
	}
	for name, tc := range map[string]struct {
		in, want string
		exit     int
	}{
		"ok: MESH":              {"5MESH", "5000000umesh", 0},
		"ok: mesh":              {"0.5mesh", "500000umesh", 0},
		"ok: base units":        {"100umesh", "100umesh", 0},
		"ok: symbol":            {"1.5STR", "1500000net_00000001/ustr", 0},
		"ok: symbol, small":     {"1str", "1000000net_00000001/ustr", 0},
		"ok: denomination":      {"7net_00000004/ufar", "7net_00000004/ufar", 0},
		"fails: no token":       {"5", "", exitUsage},
		"fails: nothing":        {"", "", exitUsage},
		"fails: zero":           {"0MESH", "", exitUsage},
		"fails: zero units":     {"0umesh", "", exitUsage},
		"fails: half a unit":    {"0.5umesh", "", exitUsage},
		"fails: seven decimals": {"0.0000001STR", "", exitUsage},
		"fails: negative":       {"-1MESH", "", exitUsage},
		"fails: two symbols":    {"1ONE", "", exitUsage},
		"fails: not held":       {"1FAR", "", exitNotFound},
		"fails: unknown symbol": {"1FOO", "", exitNotFound},
		"fails: unknown denom":  {"1net_00000009/ufoo", "", exitNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			coin, err := coinOf(t.Context(), bank, "mesh1me", tc.in)
			if tc.exit == 0 {
				require.NoError(t, err)
				require.Equal(t, tc.want, coin.String())
				return
			}
			require.Equal(t, tc.exit, failureOf(t, explain("send tokens", err)).Exit, err)
		})
	}
	_, err := coinOf(t.Context(), bank, "mesh1me", "1FOO")
	require.EqualError(t, err, "find the token: mesh1me holds no token with the symbol FOO; it holds STR, One, ONE, MESH")
	_, err = coinOf(t.Context(), bank, "mesh1me", "1ONE")
	require.EqualError(t, err, "read the amount: 2 tokens have the symbol ONE: net_00000002/uone, net_00000003/uone")

	down := errors.New("down")
	for _, in := range []string{"1STR", "1net_00000001/ustr"} {
		_, err := coinOf(t.Context(), fakeBank{down: down}, "mesh1me", in)
		require.ErrorIs(t, err, down)
	}
}

func TestShownCoin(t *testing.T) {
	bank := fakeBank{symbols: map[string]string{"net_00000001/ustr": "STR"}}
	coin := func(denom string) chain.Coin { return chain.Coin{Denom: denom, Amount: amountOf(t, "1234.5")} }
	require.Equal(t, "1,234.5 MESH", shownCoin(t.Context(), bank, coin("umesh")))
	require.Equal(t, "1,234.5 STR (net_00000001/ustr)", shownCoin(t.Context(), bank, coin("net_00000001/ustr")))
	require.Equal(t, "1234500000 odd", shownCoin(t.Context(), bank, coin("odd")))
}
