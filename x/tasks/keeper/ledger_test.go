package keeper_test

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/address"
)

// errLedger is the error of a payment to an account the test has closed.
var errLedger = errors.New("account closed")

// ledger is a bank that really counts. Supply is counted by itself, not from the balances, so that a
// test can hold one against the other.
type ledger struct {
	balances map[string]sdk.Coins
	supply   sdk.Coins
	closed   string // account that takes no payments
}

func (l ledger) clone() ledger {
	l.balances = maps.Clone(l.balances)
	return l
}

func (l *ledger) of(addr sdk.AccAddress) math.Int { return l.balances[string(addr)].AmountOf(denom) }

// total adds up all balances.
func (l *ledger) total() math.Int { return l.totalOf(denom) }

func (l *ledger) totalOf(token string) math.Int {
	sum := math.ZeroInt()
	for _, c := range l.balances {
		sum = sum.Add(c.AmountOf(token))
	}
	return sum
}

// give makes money out of nothing.
func (l *ledger) give(addr sdk.AccAddress, amount int64) { l.giveOf(denom, addr, amount) }

func (l *ledger) giveOf(token string, addr sdk.AccAddress, amount int64) {
	l.balances[string(addr)] = l.balances[string(addr)].Add(sdk.NewInt64Coin(token, amount))
	l.supply = l.supply.Add(sdk.NewInt64Coin(token, amount))
}

func (l *ledger) GetBalance(_ context.Context, addr sdk.AccAddress, d string) sdk.Coin {
	return sdk.NewCoin(d, l.balances[string(addr)].AmountOf(d))
}

func (l *ledger) GetSupply(_ context.Context, d string) sdk.Coin {
	return sdk.NewCoin(d, l.supply.AmountOf(d))
}

func (l *ledger) SendCoinsFromAccountToModule(_ context.Context, from sdk.AccAddress, module string, amt sdk.Coins) error {
	return l.move(from, moduleAccount(module), amt)
}

func (l *ledger) SendCoinsFromModuleToAccount(_ context.Context, module string, to sdk.AccAddress, amt sdk.Coins) error {
	if l.closed == string(to) {
		return errLedger
	}
	return l.move(moduleAccount(module), to, amt)
}

func (l *ledger) SendCoinsFromModuleToModule(_ context.Context, from, to string, amt sdk.Coins) error {
	return l.move(moduleAccount(from), moduleAccount(to), amt)
}

func (l *ledger) MintCoins(_ context.Context, module string, amt sdk.Coins) error {
	l.supply = l.supply.Add(amt...)
	return l.move(nil, moduleAccount(module), amt)
}

func (l *ledger) BurnCoins(_ context.Context, module string, amt sdk.Coins) error {
	if err := l.move(moduleAccount(module), nil, amt); err != nil {
		return err
	}
	l.supply = l.supply.Sub(amt...)
	return nil
}

// move takes from one account and gives to another; nil is nobody.
func (l *ledger) move(from, to sdk.AccAddress, amt sdk.Coins) error {
	if !amt.IsValid() || amt.IsZero() {
		return fmt.Errorf("move %q: no valid amount", amt)
	}
	if from != nil {
		left, short := l.balances[string(from)].SafeSub(amt...)
		if short {
			return fmt.Errorf("%s is less than %s", l.balances[string(from)], amt)
		}
		l.balances[string(from)] = left
	}
	if to != nil {
		l.balances[string(to)] = l.balances[string(to)].Add(amt...)
	}
	return nil
}

func moduleAccount(name string) sdk.AccAddress { return address.Module(name) }
