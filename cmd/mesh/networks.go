package main

import (
	"context"
	"encoding/hex"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// directory is where networks are looked up.
type directory interface {
	Network(ctx context.Context, id string) (chain.Network, chain.Coin, error)
	NetworkByName(ctx context.Context, name string) (chain.Network, chain.Coin, error)
	Members(ctx context.Context, network string) ([]work.Member, error)
	ActiveSet(ctx context.Context, network string) (chain.ActiveSet, error)
}

// networkView is a network as JSON, the figures most asked for. meshd query network network ID has all.
type networkView struct {
	NetworkID         string `json:"network_id"`
	Name              string `json:"name"`
	Founder           string `json:"founder"`
	Denom             string `json:"denom"`
	Symbol            string `json:"symbol"`
	TokenName         string `json:"token_name"`
	SupplyCap         string `json:"supply_cap"`
	InitialAllocation string `json:"initial_allocation"`
	Template          string `json:"template"`
	LogicHash         string `json:"logic_hash"`
	CreatedHeight     int64  `json:"created_height"`
}

// networksAnswer is what mesh networks prints.
type networksAnswer struct {
	header
	Networks []networkView `json:"networks"`
	More     bool          `json:"more"` // there are others behind the last one
}

// networkAnswer is what mesh networks ID prints.
type networkAnswer struct {
	header
	networkView
	Supply string `json:"supply"`
	membership
}

// networksCommand shows what networks there are.
func (c *cli) networksCommand() *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use: "networks [ID|NAME]", Short: "List the networks of the chain, or show one", Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: c.completeNetwork,
	}
	cmd.RunE = c.with("show networks", func(ctx context.Context, s settings, args []string) error {
		client, err := c.client(s, nil)
		if err != nil {
			return err
		}
		defer client.Close()
		if len(args) == 1 {
			return c.showNetwork(ctx, s, client, args[0])
		}
		return c.listNetworks(ctx, s, client, limit)
	})
	cmd.Flags().IntVar(&limit, "limit", 100, "networks to list at most")
	return cmd
}

func (c *cli) listNetworks(ctx context.Context, s settings, client *chain.Client, limit int) error {
	if limit < 1 {
		return usage("read --limit", "it must be at least 1", "leave it out for 100")
	}
	list, more, err := client.Networks(ctx, limit)
	if err != nil {
		return err
	}
	a := networksAnswer{header: answerTo("networks"), Networks: []networkView{}, More: more}
	for _, n := range list {
		a.Networks = append(a.Networks, viewNetwork(n))
	}
	return c.print(s, a, func(p *page) { showNetworks(p, a) })
}

func showNetworks(p *page, a networksAnswer) {
	for _, n := range a.Networks {
		p.row(n.NetworkID, "%s, %s, token %s", n.Name, n.Template, n.Denom)
	}
	if len(a.Networks) == 0 {
		p.line("There are no networks yet. mesh init creates one.")
	}
	if a.More {
		p.line("There are more: raise --limit.")
	}
}

func (c *cli) showNetwork(ctx context.Context, s settings, d directory, which string) error {
	find := d.NetworkByName
	if chain.CheckNetworkID(which) == nil {
		find = d.Network
	}
	n, supply, err := find(ctx, which)
	if err != nil {
		return err
	}
	m, err := membershipNow(ctx, d, n.Id)
	if err != nil {
		return err
	}
	a := networkAnswer{answerTo("networks"), viewNetwork(n), supply.Amount.String(), m}
	return c.print(s, a, func(p *page) { showNetwork(p, n, supply.Amount, a.membership) })
}

func showNetwork(p *page, n chain.Network, supply chain.Amount, m membership) {
	p.title("%s, %s", n.Name, n.Id)
	p.row("Founder", "%s", n.Founder)
	p.row("Denom", "%s", n.Token.Denom)
	p.row("Supply", "%s", tokens(supply, n.Token.Symbol))
	showTerms(p, n)
	m.show(p, n.Token.Symbol)
	p.row("Created", "in block %d", n.CreatedHeight)
}

func viewNetwork(n chain.Network) networkView {
	return networkView{
		NetworkID: n.Id, Name: n.Name, Founder: n.Founder, Denom: n.Token.Denom, Symbol: n.Token.Symbol, TokenName: n.Token.Name,
		SupplyCap: n.Token.SupplyCap.String(), InitialAllocation: n.Token.InitialAllocation.String(),
		Template: n.Template, LogicHash: hex.EncodeToString(n.LogicHash), CreatedHeight: n.CreatedHeight,
	}
}
