package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// bank is what the chain knows about money.
type bank interface {
	Balances(ctx context.Context, address string) ([]chain.Coin, error)
	Metadata(ctx context.Context, denom string) (chain.Metadata, error)
}

// splitAmount cuts an amount such as 1.5STR into number and unit.
func splitAmount(s string) (number, unit string) {
	i := strings.IndexFunc(s, unicode.IsLetter)
	if i < 0 {
		return s, ""
	}
	return strings.TrimSpace(s[:i]), s[i:]
}

// coinOf reads an amount that holder wants to send: 5MESH, 1.5STR of a token it holds, or base units of a
// denomination such as 100umesh. Symbols are not unique, so one is looked for among the tokens of the
// holder, and must be there once.
func coinOf(ctx context.Context, b bank, holder, amount string) (chain.Coin, error) {
	number, unit := splitAmount(amount)
	switch {
	case unit == "":
		return chain.Coin{}, usage("read the amount", fmt.Sprintf("%q names no token", amount), "write 5MESH, 1.5STR of a network's token, or base units such as 100umesh")
	case strings.EqualFold(unit, chain.FeeSymbol):
		a, err := parseTokens(number)
		return chain.Coin{Denom: chain.FeeDenom, Amount: a}, err
	case unit == chain.FeeDenom:
		return baseUnits(number, unit)
	case strings.Contains(unit, "/"):
		if _, err := b.Metadata(ctx, unit); err != nil {
			return chain.Coin{}, unknownToken(fmt.Sprintf("no token has the denomination %s", unit), err)
		}
		return baseUnits(number, unit)
	}
	denom, err := denomOf(ctx, b, holder, unit)
	if err != nil {
		return chain.Coin{}, err
	}
	a, err := parseTokens(number)
	return chain.Coin{Denom: denom, Amount: a}, err
}

func baseUnits(number, denom string) (chain.Coin, error) {
	a, err := chain.ParseUnits(number)
	if err == nil && !a.IsPositive() {
		err = fmt.Errorf("%w: it must be more than 0", chain.ErrInvalid)
	}
	return chain.Coin{Denom: denom, Amount: a}, err
}

// denomOf returns the denomination of the holder's only token with that symbol.
func denomOf(ctx context.Context, b bank, holder, symbol string) (string, error) {
	coins, err := b.Balances(ctx, holder)
	if err != nil {
		return "", err
	}
	var found, known []string
	for _, coin := range coins {
		m, err := b.Metadata(ctx, coin.Denom)
		if errors.Is(err, chain.ErrNotFound) {
			continue
		}
		if err != nil {
			return "", err
		}
		known = append(known, m.Symbol)
		if strings.EqualFold(m.Symbol, symbol) {
			found = append(found, coin.Denom)
		}
	}
	switch len(found) {
	case 0:
		return "", unknownToken(fmt.Sprintf("%s holds no token with the symbol %s; it holds %s", holder, symbol, listOr(known, "none")), nil)
	case 1:
		return found[0], nil
	}
	return "", usage("read the amount", fmt.Sprintf("%d tokens have the symbol %s: %s", len(found), symbol, strings.Join(found, ", ")), "name one in base units by its denomination, such as 1500000"+found[0])
}

// unknownToken is the failure of a token nobody knows; an error other than that passes.
func unknownToken(why string, err error) error {
	if err != nil && !errors.Is(err, chain.ErrNotFound) {
		return err
	}
	return &failure{Code: "token_not_found", Exit: exitNotFound, What: "find the token", Why: why, Next: "mesh status shows the tokens of your keys, mesh networks those of all networks"}
}

// listOr joins words, or says otherwise where there are none.
func listOr(words []string, otherwise string) string {
	if len(words) == 0 {
		return otherwise
	}
	return strings.Join(words, ", ")
}

// shownCoin is a coin as people read it.
func shownCoin(ctx context.Context, b bank, coin chain.Coin) string {
	if coin.Denom == chain.FeeDenom {
		return tokens(coin.Amount, chain.FeeSymbol)
	}
	m, err := b.Metadata(ctx, coin.Denom)
	if err != nil || m.Exponent != chain.Decimals {
		return coin.Amount.String() + " " + coin.Denom
	}
	return tokens(coin.Amount, m.Symbol) + " (" + coin.Denom + ")"
}
