package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// whichNetwork returns the network that a command is about.
func whichNetwork(ctx context.Context, s settings, client *chain.Client, id string) (chain.Network, error) {
	id, err := whichID(s, id)
	if err != nil {
		return chain.Network{}, err
	}
	n, _, err := client.Network(ctx, id)
	return n, err
}

// whichID returns the id of the network that a command is about: the one named, or the only one the home knows on
// this chain.
func whichID(s settings, id string) (string, error) {
	if id == "" {
		known, err := readRecords(s.Home)
		if err != nil {
			return "", err
		}
		var ids []string
		for _, r := range known {
			if r.ChainID == s.ChainID {
				ids = append(ids, r.NetworkID)
			}
		}
		if len(ids) != 1 {
			return "", usage("choose the network", fmt.Sprintf("this home knows %s on chain %s", listOr(ids, "none"), s.ChainID),
				"name one with --network-id; mesh networks lists those of the chain")
		}
		id = ids[0]
	}
	if err := chain.CheckNetworkID(id); err != nil {
		return "", usage("read --network-id", err.Error(), "mesh networks lists the networks of the chain")
	}
	return id, nil
}

// remember writes down a network that the home has to do with.
func remember(s settings, n chain.Network) error {
	known, err := readRecords(s.Home)
	if err != nil {
		return err
	}
	for _, r := range known {
		if r.NetworkID == n.Id && r.ChainID == s.ChainID {
			return nil
		}
	}
	return record{
		NetworkID: n.Id, ChainID: s.ChainID, Name: n.Name, Symbol: n.Token.Symbol, Denom: n.Token.Denom,
		Template: n.Template, LogicHash: fmt.Sprintf("%x", n.LogicHash), BootstrapPort: defaultBootstrapPort,
	}.save(s.Home)
}

// networkCoin reads an amount of a network's token: whole tokens with or without its symbol, or base units with
// its denomination.
func networkCoin(n chain.Network, amount string) (chain.Coin, error) {
	number, unit := splitAmount(amount)
	switch {
	case unit == n.Token.Denom:
		a, err := chain.ParseUnits(number)
		return chain.Coin{Denom: n.Token.Denom, Amount: a}, err
	case unit == "" || strings.EqualFold(unit, n.Token.Symbol):
		a, err := chain.ParseTokens(number)
		return chain.Coin{Denom: n.Token.Denom, Amount: a}, err
	}
	return chain.Coin{}, usage("read the amount", fmt.Sprintf("%q is not of network %s, whose token is %s (%s)", amount, n.Id, n.Token.Symbol, n.Token.Denom),
		"write a number of whole tokens, such as 100"+n.Token.Symbol)
}
