package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// sendAnswer is what mesh send prints.
type sendAnswer struct {
	header
	From   string `json:"from"`
	To     string `json:"to"`
	Amount string `json:"amount"` // base units
	Denom  string `json:"denom"`
	Tx     string `json:"tx"`
	Height int64  `json:"height"`
}

// sendCommand moves tokens.
func (c *cli) sendCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "send ADDRESS|KEY AMOUNT", Short: "Send MESH or the token of a network", Args: cobra.ExactArgs(2),
		Long: `Send tokens to an address or to a key of the own keyring. AMOUNT is a number with a symbol,
or base units with a denomination; every token has 6 decimals.`,
		Example: `  mesh send mesh1… 5MESH
  mesh send operator 1.5STR
  mesh send client 250000net_1a2b3c4d/ustr`,
		RunE: c.with("send tokens", c.send),
	}
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return c.keyNames(cmd), cobra.ShellCompDirectiveNoFileComp
	}
	return cmd
}

func (c *cli) send(ctx context.Context, s settings, args []string) error {
	kr, client, err := c.signing(ctx, s)
	if err != nil {
		return err
	}
	defer client.Close()
	from, err := kr.Key(s.From)
	if err != nil {
		return err
	}
	to, err := recipient(kr, args[0])
	if err != nil {
		return err
	}
	coin, err := coinOf(ctx, client, from.Address, args[1])
	if err != nil {
		return err
	}
	msg, err := chain.Send(from.Address, to, coin)
	if err != nil {
		return err
	}
	shown := shownCoin(ctx, client, coin)
	if err := c.consent(s, "send "+shown, fmt.Sprintf("Send %s to %s on %s?", shown, to, s.ChainID), nil); err != nil {
		return err
	}
	c.note("waiting for the transaction to get into a block")
	result, err := client.Submit(ctx, chain.Tx{From: from.Name, Msgs: []chain.Msg{msg}})
	if err != nil {
		return withFaucet(s, err)
	}
	a := sendAnswer{answerTo("send"), from.Address, to, coin.Amount.String(), coin.Denom, result.Hash, result.Height}
	return c.print(s, a, func(p *page) { showSent(p, a, shown) })
}

func showSent(p *page, a sendAnswer, shown string) {
	p.title("Sent %s.", shown)
	p.row("From", "%s", a.From)
	p.row("To", "%s", a.To)
	p.row("Transaction", "%s in block %d", a.Tx, a.Height)
}

// recipient returns the address of an argument that is one, or names a key.
func recipient(kr *chain.Keyring, s string) (string, error) {
	if chain.CheckAddress(s) == nil {
		return s, nil
	}
	key, err := kr.Key(s)
	if errors.Is(err, chain.ErrKeyNotFound) || errors.Is(err, chain.ErrInvalid) {
		return "", &failure{
			Code: "recipient_not_found", Exit: exitNotFound, What: "find the recipient",
			Why: fmt.Sprintf("%q is neither an address (%s1…) nor a key of the keyring", s, chain.AddressPrefix), Next: "check it for typing errors; mesh keys list shows the keys",
		}
	}
	return key.Address, err
}
