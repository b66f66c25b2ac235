package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// explainAnswer is what mesh explain prints.
type explainAnswer struct {
	header
	NetworkID string         `json:"network_id"`
	Node      uint64         `json:"node"`
	Epoch     uint64         `json:"epoch"`
	State     string         `json:"state"`
	Reason    string         `json:"reason"`
	Total     string         `json:"total"`
	Uptime    explainedTime  `json:"uptime"`
	Deals     []explainedRow `json:"deals"`
	Cut       bool           `json:"cut"` // more stints have ended since than are in it
}

// explainedTime is what the claim says of being there, and how far that can be trusted.
type explainedTime struct {
	Slots     uint32 `json:"slots"` // that were attested
	Of        int    `json:"of"`    // slots of the epoch, 0 where nobody watched
	Duties    uint64 `json:"duties"`
	Assurance string `json:"assurance"`
	Reason    string `json:"reason"`
}

// explainedRow is what one deal owed.
type explainedRow struct {
	Deal   uint64 `json:"deal"`
	Index  uint32 `json:"index"`
	Rate   string `json:"rate"`
	Reason string `json:"reason"`
}

func (t explainedTime) show(p *page) {
	switch {
	case t.Of == 0:
		p.row("Uptime", "not watched: %s", t.Reason)
		return
	case t.Slots == 0:
		p.row("Uptime", "none of %d slots claimed, assurance %s: %s", t.Of, t.Assurance, t.Reason)
		return
	}
	p.row("Uptime", "%d of %d slots attested, assurance %s: %s", t.Slots, t.Of, t.Assurance, t.Reason)
	if t.Duties > 0 {
		p.row("", "and it watched others")
	}
}

// explainCommand tells what a claim is made of.
func (c *cli) explainCommand() *cobra.Command {
	var f nodeFlags
	cmd := &cobra.Command{
		Use: "explain EPOCH", Short: "Explain a node's claim for an epoch, deal by deal", Args: cobra.ExactArgs(1),
		Long: `Explain what a node could claim for an epoch, whether it did, whether the claim was proven, and why each of
its deals owed it something or not. EPOCH is that of the work; what was proven is paid in the next one.`,
		Example: "  mesh explain 12",
	}
	cmd.RunE = c.with("explain the claim", func(ctx context.Context, s settings, args []string) error { return c.explainClaim(ctx, s, f, args[0]) })
	f.add(cmd)
	return cmd
}

func (c *cli) explainClaim(ctx context.Context, s settings, f nodeFlags, epoch string) error {
	number, err := strconv.ParseUint(epoch, 10, 64)
	if err != nil || number == 0 {
		return usage("read the epoch", fmt.Sprintf("%q is not the number of an epoch", epoch), "write the epoch of the work: mesh earnings lists in which epochs it was paid, which are the ones after")
	}
	kr, client, err := c.signing(ctx, s)
	if err != nil {
		return err
	}
	defer client.Close()
	n, m, err := c.member(ctx, s, f, kr, client)
	if err != nil {
		return err
	}
	e, err := client.ExplainClaim(ctx, n.Id, m.Number, number)
	if errors.Is(err, chain.ErrNotFound) {
		return advised{err, "the chain keeps the latest epochs only"}
	}
	if err != nil {
		return err
	}
	w, err := client.Watch(ctx, n.Id, m.Number, number)
	if err != nil && !errors.Is(err, chain.ErrNotFound) {
		return err
	}
	a := explainAnswer{
		Uptime: explainedTime{Slots: e.Slots, Of: len(w.Slots), Duties: e.Duties, Assurance: w.Assurance, Reason: w.Reason},
		header: answerTo("explain"), NetworkID: n.Id, Node: m.Number, Epoch: number, State: e.State, Reason: e.Reason, Total: e.Total.String(), Cut: e.Cut, Deals: []explainedRow{},
	}
	for _, r := range e.Rows {
		a.Deals = append(a.Deals, explainedRow{Deal: r.Deal, Index: r.Index, Rate: r.Rate.String(), Reason: r.Reason})
	}
	return c.print(s, a, func(p *page) {
		p.title("Node %d of network %s (%s), work of epoch %d: %s", a.Node, n.Name, n.Id, number, a.State)
		p.line("%s", a.Reason)
		p.row("Claimed", "%s of deals", tokens(e.Total, n.Token.Symbol))
		a.Uptime.show(p)
		for _, r := range e.Rows {
			p.row(fmt.Sprintf("Deal %d", r.Deal), "index %d, %s: %s", r.Index, tokens(r.Rate, n.Token.Symbol), r.Reason)
		}
		if a.Cut {
			p.line("More stints have ended since: meshd query tasks ended-stints %s %d lists all", n.Id, a.Node)
		}
	})
}
