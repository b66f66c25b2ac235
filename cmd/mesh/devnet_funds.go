package main

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/devnet"
)

// fundOwners lets the founder send each owner that has no node yet its bond and money for fees, and the client what to
// buy storage with, all in one transaction. It returns the bond as commands read it.
func (c *cli) fundOwners(ctx context.Context, state devnet.State, dir string, r record, owners []devnet.Key) (bond string, err error) {
	kr, err := chain.OpenKeyring(chain.KeyringConfig{Dir: keyringDir(filepath.Join(dir, "founder")), Backend: chain.BackendTest, ChainID: state.ChainID})
	if err != nil {
		return "", err
	}
	client, err := chain.New(chain.DefaultConfig([]string{state.GRPC}, state.ChainID), chain.Deps{Keyring: kr, Rand: rand.Reader})
	if err != nil {
		return "", err
	}
	defer client.Close()
	founder, err := kr.Key("owner")
	if err != nil {
		return "", err
	}
	n, _, err := client.Network(ctx, r.NetworkID)
	if err != nil {
		return "", err
	}
	bond = typed(devnetBond(n), n.Token.Symbol)
	msgs, fees, err := grants(ctx, client, state, founder.Address, n, owners)
	if err != nil || len(msgs) == 0 {
		return bond, err
	}
	if err := topUp(ctx, client, state, founder.Address, fees); err != nil {
		return "", err
	}
	c.note("funding the owners")
	_, err = client.Submit(ctx, chain.Tx{From: founder.Name, Msgs: msgs})
	return bond, err
}

// grants returns what the founder has to send, and how much of it is MESH.
func grants(ctx context.Context, client *chain.Client, state devnet.State, founder string, n chain.Network, owners []devnet.Key) ([]chain.Msg, chain.Amount, error) {
	fee, err := chain.ParseTokens(ownerFees)
	if err != nil {
		return nil, fee, err
	}
	forClient, err := chain.ParseTokens(clientTokens)
	if err != nil {
		return nil, fee, err
	}
	var msgs []chain.Msg
	total := fee.Sub(fee)
	for _, k := range slices.Concat(owners, named(state.Keys, "client")) {
		amount := devnetBond(n)
		if k.Name == "client" {
			amount = forClient
		}
		has, err := client.Balances(ctx, k.Address)
		if err != nil {
			return nil, total, err
		}
		send := missing(has, n.Token.Denom, amount, fee, k.Name == "client")
		if len(send) == 0 {
			continue
		}
		m, err := chain.Send(founder, k.Address, send...)
		if err != nil {
			return nil, total, err
		}
		msgs = append(msgs, m)
		for _, s := range send {
			if s.Denom == chain.FeeDenom {
				total = total.Add(s.Amount)
			}
		}
	}
	return msgs, total, nil
}

// devnetBond is what an owner of a devnet gets and bonds: twice the least, so that a node which was down for a moment and has
// paid for a lost index still counts in draws.
func devnetBond(n chain.Network) chain.Amount { return n.Params.Bond.MinBond.MulRaw(2) }

// named returns the keys of that name.
func named(keys []devnet.Key, name string) []devnet.Key {
	var list []devnet.Key
	for _, k := range keys {
		if k.Name == name {
			list = append(list, k)
		}
	}
	return list
}

// missing returns what an account of a devnet lacks. One that has had MESH and no tokens has bonded them.
func missing(has []chain.Coin, denom string, amount, fee chain.Amount, client bool) []chain.Coin {
	mesh, token := false, false
	for _, c := range has {
		mesh = mesh || c.Denom == chain.FeeDenom
		token = token || c.Denom == denom
	}
	switch {
	case client && !token:
		return []chain.Coin{{Denom: denom, Amount: amount}}
	case client || mesh:
		return nil
	}
	// Coins of a send are in the order of their denominations.
	list := []chain.Coin{{Denom: denom, Amount: amount}, {Denom: chain.FeeDenom, Amount: fee}}
	if denom > chain.FeeDenom {
		list[0], list[1] = list[1], list[0]
	}
	return list
}

// topUp has the faucet give the founder what it needs.
func topUp(ctx context.Context, client *chain.Client, state devnet.State, founder string, needs chain.Amount) error {
	spare, err := chain.ParseTokens("10")
	if err != nil {
		return err
	}
	for {
		has, err := client.Balance(ctx, founder, chain.FeeDenom)
		if err != nil || has.Amount.GTE(needs.Add(spare)) {
			return err
		}
		if _, err := devnet.Request(ctx, state.Faucet, founder); err != nil {
			return err
		}
	}
}
