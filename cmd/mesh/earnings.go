package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// earningsAnswer is what mesh earnings prints.
type earningsAnswer struct {
	header
	NetworkID  string       `json:"network_id"`
	Node       uint64       `json:"node"`
	Owner      string       `json:"owner"`
	Denom      string       `json:"denom"`
	Fees       string       `json:"fees"`     // can be withdrawn, base units
	Presence   string       `json:"presence"` // can be withdrawn, base units: for uptime and duties
	Matched    string       `json:"matched"`  // can be withdrawn, base units
	Pending    string       `json:"pending"`  // may still follow what was burnt in the open epoch, at most
	Complete   bool         `json:"complete"` // false where there may be more than the chain adds up at a time
	Governance string       `json:"governance"`
	Days       []earnedDay  `json:"days"`
	Epochs     []earnedView `json:"epochs"`
	Withdrawn  *withdrawn   `json:"withdrawn,omitempty"`
}

// withdrawn is what a withdrawal paid.
type withdrawn struct {
	Fees       string `json:"fees"`
	Presence   string `json:"presence"`
	Matched    string `json:"matched"`
	Commission string `json:"commission"`
	EpochsLeft uint64 `json:"epochs_left"`
	Tx         string `json:"tx"`
	Height     int64  `json:"height"`
}

// nodeFlags choose a node.
type nodeFlags struct {
	networkID string
	node      uint64
	operator  string
}

func (f *nodeFlags) add(cmd *cobra.Command) {
	set := cmd.Flags()
	set.StringVar(&f.networkID, "network-id", "", "the network (default the only one this home knows)")
	set.Uint64Var(&f.node, "of-node", 0, "number of the node (default that of this home's operator)")
	set.StringVar(&f.operator, "operator", "operator", "name of the operator's key of this home's node")
}

// member returns the node that a command is about.
func (c *cli) member(ctx context.Context, s settings, f nodeFlags, kr *chain.Keyring, client *chain.Client) (chain.Network, chain.MemberRecord, error) {
	n, err := whichNetwork(ctx, s, client, f.networkID)
	if err != nil {
		return n, chain.MemberRecord{}, err
	}
	if f.node != 0 {
		m, err := client.Member(ctx, n.Id, f.node)
		return n, m, adviseMember(err, n.Id)
	}
	key, err := kr.Key(f.operator)
	if err != nil {
		return n, chain.MemberRecord{}, advised{err, "name a node with --of-node; this home has none of its own"}
	}
	m, err := client.MemberByOperator(ctx, n.Id, key.Address)
	return n, m, adviseMember(err, n.Id)
}

// adviseMember says of a node that is not there how to find those that are.
func adviseMember(err error, network string) error {
	if !errors.Is(err, chain.ErrNotFound) {
		return err
	}
	return advised{err, fmt.Sprintf("mesh status shows the nodes of this home, meshd query network nodes %s all of the network", network)}
}

// earningsCommand shows and withdraws what a node has earned.
func (c *cli) earningsCommand() *cobra.Command {
	var f nodeFlags
	var withdraw bool
	cmd := &cobra.Command{
		Use: "earnings", Short: "Show what a node has earned and why, and withdraw it", Args: cobra.NoArgs,
		Long: `Show what a node has earned: what clients paid, what of that was burnt, what emission follows the burn, and for
each day and each epoch in which it was paid what for, and why it is what it is. The work was done in the epoch before. With --withdraw it is paid to the owner; anybody may ask for that.`,
		Example: "  mesh earnings\n  mesh earnings --withdraw\n  mesh earnings --of-node 3 --network-id net_1a2b3c4d",
	}
	cmd.RunE = c.with("look at the earnings", func(ctx context.Context, s settings, _ []string) error { return c.earnings(ctx, s, f, withdraw) })
	f.add(cmd)
	cmd.Flags().BoolVar(&withdraw, "withdraw", false, "pay it out to the owner")
	return cmd
}

func (c *cli) earnings(ctx context.Context, s settings, f nodeFlags, withdraw bool) error {
	kr, client, err := c.signing(ctx, s)
	if err != nil {
		return err
	}
	defer client.Close()
	n, m, err := c.member(ctx, s, f, kr, client)
	if err != nil {
		return err
	}
	a := earningsAnswer{header: answerTo("earnings"), NetworkID: n.Id, Node: m.Number, Owner: m.Owner, Denom: n.Token.Denom}
	if withdraw {
		if a.Withdrawn, err = c.withdraw(ctx, s, kr, client, n, m.Number); err != nil {
			return err
		}
	}
	e, err := client.Earnings(ctx, n.Id, m.Number)
	if err != nil {
		return err
	}
	a.Fees, a.Matched, a.Pending, a.Complete = e.Fees.String(), e.Matched.String(), e.Pending.String(), e.Complete
	a.Presence, a.Governance = e.Presence.String(), e.Governance
	rows, err := client.ExplainReward(ctx, n.Id, m.Number)
	if err != nil {
		return err
	}
	a.Days, a.Epochs = earnedDays(rows), earnedViews(rows)
	return c.print(s, a, func(p *page) { showEarnings(p, a, n, e) })
}

// withdraw pays out what the node has earned. Who signs pays the fee; the money goes to the owner.
func (c *cli) withdraw(ctx context.Context, s settings, kr *chain.Keyring, client *chain.Client, n chain.Network, node uint64) (*withdrawn, error) {
	key, err := kr.Key(s.From)
	if err != nil {
		return nil, advised{err, "anybody may ask for a withdrawal: choose a key with MESH with --from"}
	}
	m, err := chain.Withdraw(key.Address, n.Id, node)
	if err != nil {
		return nil, err
	}
	result, err := client.Submit(ctx, chain.Tx{From: key.Name, Msgs: []chain.Msg{m}})
	if err != nil {
		return nil, withFaucet(s, err)
	}
	w, err := result.Withdrawn()
	if err != nil {
		return nil, err
	}
	return &withdrawn{
		Fees: w.Fees.String(), Presence: w.Presence.String(), Matched: w.Matched.String(), Commission: w.Commission.String(),
		EpochsLeft: w.EpochsLeft, Tx: result.Hash, Height: result.Height,
	}, nil
}

func showEarnings(p *page, a earningsAnswer, n chain.Network, e chain.Earnings) {
	symbol := n.Token.Symbol
	p.title("Node %d of network %s (%s)", a.Node, n.Name, n.Id)
	if w := a.Withdrawn; w != nil {
		p.row("Paid out", "%s of fees, %s that match them and %s for being there, %s of it to those who gave bonds (block %d)",
			unitsText(w.Fees, symbol), unitsText(w.Matched, symbol), unitsText(w.Presence, symbol), unitsText(w.Commission, symbol), w.Height)
		if w.EpochsLeft > 0 {
			p.row("", "more is left, of %s: run it again", counted(w.EpochsLeft, "epoch"))
		}
	}
	p.row("To withdraw", "%s of fees, %s that match them and %s for being there", tokens(e.Fees, symbol), tokens(e.Matched, symbol), tokens(e.Presence, symbol))
	if !e.Complete {
		p.row("", "and perhaps more: this is as far as the chain adds up at a time; withdraw, and look again")
	}
	p.row("May follow", "at most %s for the open epoch", tokens(e.Pending, symbol))
	p.row("Governance", "%s", e.Governance)
	p.row("Denom", "%s", a.Denom)
	if len(a.Epochs) == 0 {
		p.line("Nothing was paid to it yet.")
		return
	}
	for _, d := range a.Days {
		d.show(p, symbol)
	}
	for _, r := range a.Epochs {
		r.show(p, symbol)
	}
	p.line("")
	p.line("What is paid in an epoch is for one before it, mostly the last: mesh explain EPOCH explains what was claimed for that.")
}

// unitsText writes base units that came as text in whole tokens.
func unitsText(units, symbol string) string {
	a, err := chain.ParseUnits(units)
	if err != nil {
		return units
	}
	return tokens(a, symbol)
}
