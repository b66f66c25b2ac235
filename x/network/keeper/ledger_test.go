package keeper_test

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/address"
)

// errLedger is the error of a call the test told to fail.
var errLedger = errors.New("ledger out of order")

// ledger is a bank of one map: what an account or module has. It counts supply by itself, not from
// the balances, so that a test can hold one against the other.
type ledger struct {
	balances map[string]sdk.Coins
	supply   sdk.Coins
	metadata map[string]string
	fail     string // name of the method that returns errLedger
	closed   string // account that takes nothing
}

func (l *ledger) GetBalance(_ context.Context, addr sdk.AccAddress, denom string) sdk.Coin {
	return sdk.NewCoin(denom, l.balances[string(addr)].AmountOf(denom))
}

func (l *ledger) GetSupply(_ context.Context, denom string) sdk.Coin {
	return sdk.NewCoin(denom, l.supply.AmountOf(denom))
}

func (l *ledger) SendCoinsFromAccountToModule(_ context.Context, from sdk.AccAddress, module string, amt sdk.Coins) error {
	return l.move("SendCoinsFromAccountToModule", from, moduleAccount(module), amt)
}

func (l *ledger) SendCoinsFromModuleToAccount(_ context.Context, module string, to sdk.AccAddress, amt sdk.Coins) error {
	return l.move("SendCoinsFromModuleToAccount", moduleAccount(module), to, amt)
}

func (l *ledger) SendCoinsFromModuleToModule(_ context.Context, from, to string, amt sdk.Coins) error {
	return l.move("SendCoinsFromModuleToModule", moduleAccount(from), moduleAccount(to), amt)
}

func (l *ledger) MintCoins(_ context.Context, module string, amt sdk.Coins) error {
	if err := l.move("MintCoins", nil, moduleAccount(module), amt); err != nil {
		return err
	}
	l.supply = l.supply.Add(amt...)
	return nil
}

func (l *ledger) BurnCoins(_ context.Context, module string, amt sdk.Coins) error {
	if err := l.move("BurnCoins", moduleAccount(module), nil, amt); err != nil {
		return err
	}
	l.supply = l.supply.Sub(amt...)
	return nil
}

func (l *ledger) SetTokenMetadata(_ context.Context, base, display, name, symbol string) {
	l.metadata[base] = fmt.Sprintf("%s %s %s", display, name, symbol)
}

// move takes from one account and gives to another; nil is nobody.
func (l *ledger) move(method string, from, to sdk.AccAddress, amt sdk.Coins) error {
	if l.fail == method || to != nil && l.closed == string(to) {
		return errLedger
	}
	if from != nil {
		left, short := l.balances[string(from)].SafeSub(amt...)
		if short {
			return fmt.Errorf("%s: %s is less than %s", method, l.balances[string(from)], amt)
		}
		l.balances[string(from)] = left
	}
	if to != nil {
		l.balances[string(to)] = l.balances[string(to)].Add(amt...)
	}
	return nil
}

func moduleAccount(name string) sdk.AccAddress { return address.Module(name) }

// fakeBeacon names the chain that signed bytes are bound to.
type fakeBeacon struct{}

func (fakeBeacon) GenesisChainID(context.Context) (string, error) { return genesisChainID, nil }

func (fakeBeacon) Revealing(context.Context) (uint32, error) { return 4, nil }
