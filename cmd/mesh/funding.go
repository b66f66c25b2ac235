package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/devnet"
)

// fundedKey returns the key of that name. On a devnet with a faucet one that is missing is made and gets
// its first money; elsewhere keys and money are nobody's to make.
func (c *cli) fundedKey(ctx context.Context, s settings, kr *chain.Keyring, name string) (chain.Key, error) {
	key, err := kr.Key(name)
	if !errors.Is(err, chain.ErrKeyNotFound) {
		return key, err
	}
	if err := checkNoAddress(name); err != nil {
		return chain.Key{}, err
	}
	if !chain.IsDevnet(s.ChainID) || kr.Backend() != chain.BackendTest || s.Faucet == "" {
		return chain.Key{}, advised{err, "mesh keys add " + name + " makes it; then have somebody send it MESH, or name another key"}
	}
	key, _, err = kr.Add(name)
	if err != nil {
		return chain.Key{}, err
	}
	fmt.Fprintf(c.con.err, "Made key %s, %s, in the devnet's unencrypted keyring.\n", key.Name, key.Address)
	grant, err := devnet.Request(ctx, s.Faucet, key.Address)
	if err != nil {
		return chain.Key{}, err
	}
	fmt.Fprintf(c.con.err, "The devnet's faucet sent it %s.\n", grantText(grant))
	return key, nil
}

// grantText writes what the faucet gave.
func grantText(g devnet.Grant) string {
	number, unit := splitAmount(g.Amount)
	amount, err := chain.ParseUnits(number)
	if err != nil || unit != chain.FeeDenom {
		return g.Amount
	}
	return tokens(amount, chain.FeeSymbol)
}

// withFaucet tells a user of a devnet who lacks MESH the command that brings it.
func withFaucet(s settings, err error) error {
	var funds *chain.FundsError
	if s.Faucet == "" || !errors.As(err, &funds) || funds.Denom != chain.FeeDenom {
		return err
	}
	return advised{err, fmt.Sprintf(`ask the devnet's faucet: curl -d '{"address":"%s"}' %s`, funds.Account, s.Faucet)}
}
