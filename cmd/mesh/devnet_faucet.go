package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/devnet"
)

// devnetFaucetCommand is the faucet's process. mesh devnet up starts it.
func (c *cli) devnetFaucetCommand() *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use: "faucet", Short: "Give money to whoever asks", Args: cobra.NoArgs, Hidden: true,
		RunE: c.with("run the faucet", func(ctx context.Context, s settings, _ []string) error { return c.faucet(ctx, s, listen) }),
	}
	cmd.Flags().StringVar(&listen, "listen", "", "HOST:PORT to listen on")
	return cmd
}

// payer pays out of one key. Its transactions are unordered, so that many may be under way at once.
type payer struct {
	client *chain.Client
	key    chain.Key
	amount chain.Coin
}

// Pay implements devnet.Payer.
func (p payer) Pay(ctx context.Context, address string) (devnet.Grant, error) {
	msg, err := chain.Send(p.key.Address, address, p.amount)
	if errors.Is(err, chain.ErrInvalid) {
		return devnet.Grant{}, fmt.Errorf("%w: %q is not an account address (%s1…)", devnet.ErrInvalid, address, chain.AddressPrefix)
	}
	if err != nil {
		return devnet.Grant{}, err
	}
	result, err := p.client.Submit(ctx, chain.Tx{From: p.key.Name, Msgs: []chain.Msg{msg}, Unordered: true})
	if err != nil {
		return devnet.Grant{}, err
	}
	return devnet.Grant{Tx: result.Hash, Height: result.Height, Amount: devnet.FaucetAmount}, nil
}

// faucet pays until the context ends.
func (c *cli) faucet(ctx context.Context, s settings, listen string) error {
	kr, client, err := c.signing(ctx, s)
	if err != nil {
		return err
	}
	defer client.Close()
	key, err := kr.Key(s.From)
	if err != nil {
		return err
	}
	number, unit := splitAmount(devnet.FaucetAmount)
	coin, err := baseUnits(number, unit)
	if err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", listen)
	if err != nil {
		return fmt.Errorf("listen for requests: %w", err)
	}
	return devnet.ServeFaucet(ctx, l, payer{client, key, coin}, c.log(s))
}
