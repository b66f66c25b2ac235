package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// initAnswer is what mesh init prints.
type initAnswer struct {
	header
	NetworkID         string   `json:"network_id"`
	ChainID           string   `json:"chain_id"`
	Name              string   `json:"name"`
	Denom             string   `json:"denom"`
	Symbol            string   `json:"symbol"`
	Founder           string   `json:"founder"`
	SupplyCap         string   `json:"supply_cap"`
	InitialAllocation string   `json:"initial_allocation"`
	Template          string   `json:"template"`
	LogicHash         string   `json:"logic_hash"`
	LogicFile         string   `json:"logic_file"`
	Tx                string   `json:"tx"`
	Height            int64    `json:"height"`
	Next              []string `json:"next"`
}

// initCommand creates a network with its token.
func (c *cli) initCommand() *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use: "init", Short: "Create a network with its own token", Args: cobra.NoArgs,
		Long: `Create a network: its id, its token and its terms go on chain, the founder gets the
initial allocation. The terms are shown, and nothing is sent before you agree. With --simulate it only says
what the terms would come to.`,
		Example: `  mesh init --name StorageNet --token-name STORE --token-symbol STR \
            --token-distribution "uptime:40,tasks:40,governance:20" --logic ./storage-logic.js
  mesh init --name MyNetwork --token-name MYNET --bootstrap-port 8080 --logic ./logic.js
  mesh init --name MyNetwork --token-name MYNET --burn 40 --simulate=nodes:50,stored:2TiB`,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		what := "create a network"
		if f.name != "" {
			what = fmt.Sprintf("create network %q", f.name)
		}
		return c.with(what, func(ctx context.Context, s settings, _ []string) error { return c.init(ctx, s, &f) })(cmd, args)
	}
	f.add(cmd.Flags())
	completeInit(cmd)
	return cmd
}

// init creates the network. Up to the transaction it only asks; after it only writes down what is so.
func (c *cli) init(ctx context.Context, s settings, f *initFlags) error {
	req, err := f.request()
	if err != nil {
		return err
	}
	kr, client, err := c.signing(ctx, s)
	if err != nil {
		return err
	}
	defer client.Close()
	rules, err := client.NetworkRules(ctx)
	if err != nil {
		return err
	}
	network, err := req.msg.Network(rules)
	if err != nil {
		return usage("read the terms", err.Error(), "mesh init --help shows every flag with its bounds")
	}
	if f.simulate != "" {
		return c.simulate(ctx, s, client, network, f.simulate)
	}
	if err := checkNameFree(ctx, client, network.Name); err != nil {
		return err
	}
	if err := c.agree(s, network, rules); err != nil {
		return err
	}
	founder, err := c.fundedKey(ctx, s, kr, s.From)
	if err != nil {
		return err
	}
	req.msg.Founder = founder.Address
	msg, err := chain.CreateNetwork(&req.msg, rules)
	if err != nil {
		return err
	}
	c.note("waiting for the transaction to get into a block")
	result, err := client.Submit(ctx, chain.Tx{From: founder.Name, Msgs: []chain.Msg{msg}})
	if err != nil {
		return withFaucet(s, err)
	}
	return c.finishInit(ctx, s, client, req, result)
}

// checkNameFree refuses a name that reads as that of another network, before anybody has agreed to
// anything. The chain refuses it too.
func checkNameFree(ctx context.Context, d directory, name string) error {
	other, _, err := d.NetworkByName(ctx, name)
	if errors.Is(err, chain.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return &failure{
		Code: "name_taken", Exit: exitRejected, What: fmt.Sprintf("create network %q", name),
		Why: fmt.Sprintf("the name reads as %q of network %s", other.Name, other.Id), Next: "choose another --name",
	}
}

// agree shows the terms and asks.
func (c *cli) agree(s settings, n chain.Network, rules chain.NetworkRules) error {
	return c.consent(s, fmt.Sprintf("create network %q", n.Name), "Create it?", func(p *page) {
		p.title("The terms of network %s", n.Name)
		showTerms(p, n)
		p.row("Costs", "%s, half of it burnt, half returned at its sunset, and a fee for gas", tokens(rules.CreateFee.Amount, chain.FeeSymbol))
	})
}

// finishInit writes down the network that is on chain now and prints it.
func (c *cli) finishInit(ctx context.Context, s settings, d directory, req request, result chain.Result) error {
	id, err := result.CreatedNetwork()
	if err != nil {
		return err
	}
	n, _, err := d.Network(ctx, id)
	if err != nil {
		return afterInit(id, result, err)
	}
	logic := ""
	if req.logic != nil {
		if logic, err = req.logic.keep(s.Home); err != nil {
			return afterInit(id, result, err)
		}
	}
	hash := hex.EncodeToString(n.LogicHash)
	r := record{
		NetworkID: n.Id, ChainID: s.ChainID, Name: n.Name, Symbol: n.Token.Symbol, Denom: n.Token.Denom,
		Template: n.Template, LogicHash: hash, BootstrapPort: req.port,
	}
	if err := r.save(s.Home); err != nil {
		return afterInit(id, result, err)
	}
	a := initAnswer{
		header: answerTo("init"), NetworkID: n.Id, ChainID: s.ChainID, Name: n.Name, Denom: n.Token.Denom, Symbol: n.Token.Symbol,
		Founder: n.Founder, SupplyCap: n.Token.SupplyCap.String(), InitialAllocation: n.Token.InitialAllocation.String(),
		Template: n.Template, LogicHash: hash, LogicFile: logic, Tx: result.Hash, Height: result.Height,
		Next: []string{
			fmt.Sprintf("mesh bootstrap --network-id %s --port %d", n.Id, req.port),
			fmt.Sprintf("mesh join --network-id %s", n.Id),
		},
	}
	return c.print(s, a, func(p *page) { showInit(p, a, n) })
}

// afterInit is the failure of what follows a creation that worked.
func afterInit(id string, r chain.Result, err error) error {
	return &failure{
		Code: "created_not_recorded", Exit: exitFailure, What: "write down network " + id,
		Why:  fmt.Sprintf("it was created in block %d, but: %v", r.Height, err),
		Next: "do not create it again; mesh networks " + id + " shows it",
	}
}

// showInit adds the new network to a page.
func showInit(p *page, a initAnswer, n chain.Network) {
	p.title("Network %s is on chain %s.", a.Name, a.ChainID)
	p.line("")
	p.row("Network ID", "%s", a.NetworkID)
	p.row("Denom", "%s", a.Denom)
	p.row("Founder tokens", "%s for %s", tokens(n.Token.InitialAllocation, n.Token.Symbol), a.Founder)
	if a.LogicFile != "" {
		p.row("Logic", "kept as %s", a.LogicFile)
		p.row("", "its hash is on chain; nodes that run it come with a later release")
	}
	p.row("Transaction", "%s in block %d", a.Tx, a.Height)
	p.line("")
	p.line("Next:")
	for _, command := range a.Next {
		p.line("  %s", command)
	}
}
