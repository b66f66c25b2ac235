package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// bondAnswer is what mesh bond prints.
type bondAnswer struct {
	header
	NetworkID string `json:"network_id"`
	Node      uint64 `json:"node"`
	Giver     string `json:"giver"`
	Amount    string `json:"amount"`
	Denom     string `json:"denom"`
	OwnBond   string `json:"own_bond"`
	GivenBond string `json:"given_bond"`
	Counts    bool   `json:"counts"`
	Tx        string `json:"tx"`
	Height    int64  `json:"height"`
}

// bondCommand puts up money for a node.
func (c *cli) bondCommand() *cobra.Command {
	var id string
	cmd := &cobra.Command{
		Use: "bond NODE AMOUNT", Short: "Put up tokens for a node, the own one or somebody else's", Args: cobra.ExactArgs(2),
		Long: `Put up tokens for a node. They stay the giver's, come back after the network's unbonding time, and answer
for the node's faults after the owner's own bond, in proportion.`,
		Example: "  mesh bond 3 100STR --network-id net_1a2b3c4d",
	}
	cmd.RunE = c.with("bond for a node", func(ctx context.Context, s settings, args []string) error {
		return c.bond(ctx, s, id, args[0], args[1])
	})
	cmd.Flags().StringVar(&id, "network-id", "", "the network (default the only one this home knows)")
	return cmd
}

func (c *cli) bond(ctx context.Context, s settings, id, number, amount string) error {
	kr, client, err := c.signing(ctx, s)
	if err != nil {
		return err
	}
	defer client.Close()
	n, err := whichNetwork(ctx, s, client, id)
	if err != nil {
		return err
	}
	which, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		return usage("read the node", fmt.Sprintf("%q is not the number of a node", number), "meshd query network nodes "+n.Id+" lists them")
	}
	coin, err := networkCoin(n, amount)
	if err != nil {
		return err
	}
	m, err := client.Member(ctx, n.Id, which)
	if err != nil {
		return adviseMember(err, n.Id)
	}
	key, err := kr.Key(s.From)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("bond %s for node %d of network %s", tokens(coin.Amount, n.Token.Symbol), which, n.Id)
	err = c.consent(s, what, "Bond it?", func(p *page) {
		p.title("Bond for node %d of network %s (%s)", which, n.Name, n.Id)
		p.row("Owner", "%s", m.Owner)
		p.row("Bond so far", "%s of its own, %s given", tokens(chain.IntOf(m.OwnBond), n.Token.Symbol), tokens(chain.IntOf(m.GivenBond), n.Token.Symbol))
		p.row("Commission", "%s of the node's pay, for all who give", formatPercent(uint32(m.Offer.CommissionBps)))
		p.row("You give", "%s; it comes back %s after you ask for it, less what the node is slashed", tokens(coin.Amount, n.Token.Symbol), span(n.Params.Bond.UnbondingSeconds))
	})
	if err != nil {
		return err
	}
	msg, err := chain.BondNode(key.Address, n.Id, which, coin)
	if err != nil {
		return err
	}
	result, err := client.Submit(ctx, chain.Tx{From: key.Name, Msgs: []chain.Msg{msg}})
	if err != nil {
		return withFaucet(s, err)
	}
	return c.showBond(ctx, s, client, n, bondAnswer{
		header: answerTo("bond"), NetworkID: n.Id, Node: which, Giver: key.Address, Amount: coin.Amount.String(), Denom: coin.Denom,
		Tx: result.Hash, Height: result.Height,
	})
}

// showBond prints what was bonded and what that makes of the node.
func (c *cli) showBond(ctx context.Context, s settings, client *chain.Client, n chain.Network, a bondAnswer) error {
	m, err := client.Member(ctx, n.Id, a.Node)
	if err != nil {
		return err
	}
	a.OwnBond, a.GivenBond, a.Counts = m.OwnBond.String(), m.GivenBond.String(), !m.Weight.IsZero()
	return c.print(s, a, func(p *page) {
		p.title("Bonded for node %d of network %s (%s).", a.Node, n.Name, n.Id)
		p.row("Its bond", "%s of its own, %s given", tokens(chain.IntOf(m.OwnBond), n.Token.Symbol), tokens(chain.IntOf(m.GivenBond), n.Token.Symbol))
		p.row("Transaction", "%s in block %d", a.Tx, a.Height)
		if a.Counts {
			p.line("It counts in draws from the next epoch on.")
		} else {
			p.line("It needs %s in all to count in draws.", tokens(n.Params.Bond.MinBond, n.Token.Symbol))
		}
	})
}
