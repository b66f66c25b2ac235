package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/node"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// paidReading is what reading has cost.
type paidReading struct {
	Paid  string `json:"paid"`            // base units, for what was read and at most a step ahead
	Aside string `json:"set_aside"`       // base units, put into channels by this command
	Until int64  `json:"until,omitempty"` // height after which what is not paid comes back
}

func viewPayment(d dialed) paidReading {
	p := d.client.Payment()
	return paidReading{Paid: chain.IntOf(p.Paid).String(), Aside: chain.IntOf(p.Aside).String(), Until: p.Expires}
}

// show adds what was paid, where reading costs something.
func (r paidReading) show(p *page, n chain.Network) {
	if n.Params.Storage.ReadPrice.IsZero() {
		return
	}
	text := "paid " + tokens(amountText(r.Paid), n.Token.Symbol) + " for reading"
	if r.Aside != "0" {
		text += fmt.Sprintf("; %s set aside until height %d, of which the rest comes back: mesh channels", tokens(amountText(r.Aside), n.Token.Symbol), r.Until)
	}
	p.line("%s", faint(p.color, text))
}

// channelView is a channel of the client's own.
type channelView struct {
	Channel  uint64 `json:"channel"`
	Node     uint64 `json:"node"`
	Deposit  string `json:"deposit"`  // base units
	Redeemed string `json:"redeemed"` // base units
	Expires  int64  `json:"expires"`  // the last height at which vouchers are redeemed
	Own      bool   `json:"own"`      // its vouchers are signed by the host of this home
}

// channelsAnswer is what mesh channels prints.
type channelsAnswer struct {
	header
	NetworkID string        `json:"network_id"`
	Denom     string        `json:"denom"`
	Height    int64         `json:"height"`
	Channels  []channelView `json:"channels"`
}

// channelsCommand lists and closes channels.
func (c *cli) channelsCommand() *cobra.Command {
	var id string
	cmd := &cobra.Command{
		Use: "channels", Short: "List the money that is set aside for nodes, and take it back", Args: cobra.NoArgs,
		Long: `List the channels of the account: what was set aside for which node, how much of it that node has redeemed, and until
when it is there. What is left comes back by itself then; mesh channels close brings that nearer.`,
		Example: "  mesh channels\n  mesh channels close 7",
	}
	cmd.RunE = c.with("list the channels", func(ctx context.Context, s settings, _ []string) error { return c.channels(ctx, s, id) })
	cmd.PersistentFlags().StringVar(&id, "network-id", "", "the network (default the only one this home knows)")
	cmd.AddCommand(c.closeChannelCommand(&id))
	return cmd
}

func (c *cli) channels(ctx context.Context, s settings, id string) error {
	kr, client, err := c.signing(ctx, s)
	if err != nil {
		return err
	}
	defer client.Close()
	n, err := whichNetwork(ctx, s, client, id)
	if err != nil {
		return err
	}
	key, err := kr.Key(s.From)
	if err != nil {
		return err
	}
	list, err := client.ChannelsOf(ctx, key.Address)
	if err != nil {
		return err
	}
	latest, err := client.Latest(ctx)
	if err != nil {
		return err
	}
	host, err := node.ClientHost(s.Home)
	if err != nil {
		return err
	}
	a := channelsAnswer{header: answerTo("channels"), NetworkID: n.Id, Denom: n.Token.Denom, Height: latest.Height, Channels: []channelView{}}
	for _, ch := range list {
		if ch.Network == n.Id {
			a.Channels = append(a.Channels, viewChannel(ch, ch.Key == host))
		}
	}
	return c.print(s, a, func(p *page) { showChannels(p, a, n) })
}

func viewChannel(c work.Channel, own bool) channelView {
	return channelView{
		Channel: c.ID, Node: c.Node, Deposit: chain.IntOf(c.Deposit).String(), Redeemed: chain.IntOf(c.Redeemed).String(), Expires: c.Expires, Own: own,
	}
}

func showChannels(p *page, a channelsAnswer, n chain.Network) {
	if len(a.Channels) == 0 {
		p.line("Nothing is set aside for a node of network %s.", a.NetworkID)
		return
	}
	for _, c := range a.Channels {
		deposit, redeemed := amountText(c.Deposit), amountText(c.Redeemed)
		about := fmt.Sprintf("%s of %s redeemed, open for %s", chain.FormatTokens(redeemed), tokens(deposit, n.Token.Symbol), counted(uint64(max(0, c.Expires-a.Height)), "block"))
		if !c.Own {
			about += ", paid from another home"
		}
		p.row(fmt.Sprintf("%d to node %d", c.Channel, c.Node), "%s", about)
	}
}

// closeAnswer is what mesh channels close prints.
type closeAnswer struct {
	header
	Channel uint64 `json:"channel"`
	Expires int64  `json:"expires"` // the last height at which vouchers are redeemed
	Refund  string `json:"refund"`  // base units; 0 where that is still to come
	Tx      string `json:"tx"`
	Height  int64  `json:"height"`
}

func (c *cli) closeChannelCommand(id *string) *cobra.Command {
	cmd := &cobra.Command{
		Use: "close CHANNEL", Short: "Take back what is left in a channel", Args: cobra.ExactArgs(1),
		Long: `Take back what is left in a channel. Its node has the time of the network's notice to redeem what was promised to
it; then the rest comes back by itself.`,
	}
	cmd.RunE = c.with("close the channel", func(ctx context.Context, s settings, args []string) error {
		number, err := strconv.ParseUint(args[0], 10, 64)
		if err != nil || number == 0 {
			return usage("read the channel", fmt.Sprintf("%q is not its number", args[0]), "mesh channels lists them")
		}
		return c.closeChannel(ctx, s, *id, number)
	})
	return cmd
}

func (c *cli) closeChannel(ctx context.Context, s settings, id string, number uint64) error {
	kr, client, err := c.signing(ctx, s)
	if err != nil {
		return err
	}
	defer client.Close()
	n, err := whichNetwork(ctx, s, client, id)
	if err != nil {
		return err
	}
	key, err := kr.Key(s.From)
	if err != nil {
		return err
	}
	m, err := chain.CloseChannel(key.Address, number)
	if err != nil {
		return err
	}
	result, err := client.Submit(ctx, chain.Tx{From: key.Name, Msgs: []chain.Msg{m}})
	if err != nil {
		return err
	}
	closed, err := result.ClosedChannel()
	if err != nil {
		return err
	}
	a := closeAnswer{answerTo("channels close"), number, closed.Expires, closed.Refund.String(), result.Hash, result.Height}
	return c.print(s, a, func(p *page) {
		if closed.Refund.IsPositive() {
			p.line("Channel %d is closed; %s came back.", number, tokens(closed.Refund, n.Token.Symbol))
			return
		}
		p.line("Channel %d closes after height %d, in %s; what is left then comes back by itself.", number, closed.Expires, counted(uint64(max(0, closed.Expires-result.Height)), "block"))
	})
}
