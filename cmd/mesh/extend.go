package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
	storage "github.com/mesh-protocol/mesh/offchain/templates/storage/client"
)

// extendAnswer is what mesh extend prints.
type extendAnswer struct {
	header
	NetworkID string    `json:"network_id"`
	Deal      uint64    `json:"deal"`
	Epochs    uint64    `json:"epochs"` // that were added
	Paid      string    `json:"paid"`   // base units, less what comes back when the deal is settled
	Denom     string    `json:"denom"`
	Kept      *keptView `json:"kept"` // null if it could not be asked
	Tx        string    `json:"tx"`
	Height    int64     `json:"height"`
}

// extendCommand buys more time for a deal.
func (c *cli) extendCommand() *cobra.Command {
	var id string
	var epochs uint64
	cmd := &cobra.Command{
		Use: "extend DEAL|URI|NAME", Short: "Keep files longer", Args: cobra.ExactArgs(1),
		Long: `Buy more epochs for a deal, at its rate: all files in it are kept longer. Name the deal by its number or by one of
the files, that by its name, URI or link. mesh ls tells until when each is kept.`,
		Example: "  mesh extend holiday.jpg\n  mesh extend 7 --epochs 100",
	}
	cmd.RunE = c.with("extend the deal", func(ctx context.Context, s settings, args []string) error {
		if err := notZero(cmd, "epochs"); err != nil {
			return err
		}
		return c.extend(ctx, s, id, epochs, args[0])
	})
	cmd.Flags().StringVar(&id, "network-id", "", "the network (default the only one this home knows)")
	cmd.Flags().Uint64Var(&epochs, "epochs", 0, fmt.Sprintf("epochs to add (default %d times those of the network's price, at least %d)", storage.DefaultTerms, storage.LeastEpochs))
	return cmd
}

func (c *cli) extend(ctx context.Context, s settings, id string, epochs uint64, name string) error {
	id, err := networkOf(id, name)
	if err != nil {
		return err
	}
	kr, client, err := c.signing(ctx, s)
	if err != nil {
		return err
	}
	defer client.Close()
	n, err := whichNetwork(ctx, s, client, id)
	if err != nil {
		return err
	}
	which, err := c.dealOf(s, n.Id, name)
	if err != nil {
		return err
	}
	key, err := c.fundedKey(ctx, s, kr, s.From)
	if err != nil {
		return err
	}
	before, err := client.Deal(ctx, which)
	if errors.Is(err, chain.ErrNotFound) {
		return advised{err, "mesh ls lists the files of this home with their deals"}
	}
	if err != nil {
		return err
	}
	if before.Network != n.Id {
		return usage("extend the deal", fmt.Sprintf("deal %d is of network %s", which, before.Network), "name it with --network-id "+before.Network)
	}
	if err := checkDealLasts(ctx, client, before); err != nil {
		return err
	}
	if epochs == 0 {
		epochs = storage.DefaultEpochs(uint64(n.Params.Storage.PriceEpochs))
	}
	msg, err := chain.ExtendDeal(key.Address, which, epochs)
	if err != nil {
		return err
	}
	c.note("waiting for the transaction to get into a block")
	result, err := client.Submit(ctx, chain.Tx{From: key.Name, Msgs: []chain.Msg{msg}})
	if err != nil {
		return withFaucet(s, err)
	}
	paid := extensionCost(before, epochs, n.Params.Storage.ReserveBps)
	a := extendAnswer{
		header: answerTo("extend"), NetworkID: n.Id, Deal: which, Epochs: epochs, Paid: paid.String(), Denom: n.Token.Denom,
		Kept: keptIfKnown(ctx, client, n.Id, which), Tx: result.Hash, Height: result.Height,
	}
	return c.print(s, a, func(p *page) {
		p.title("Extended deal %d by %d epochs.", a.Deal, a.Epochs)
		if a.Kept != nil {
			p.row("Its files", "%s", a.Kept.text())
		}
		p.row("Paid", "%s", tokens(paid, n.Token.Symbol))
		p.row("Transaction", "%s in block %d", a.Tx, a.Height)
	})
}

// checkDealLasts returns storage.ErrOver for a deal that has ended.
func checkDealLasts(ctx context.Context, client *chain.Client, d chain.DealRecord) error {
	_, calendar, err := client.Epoch(ctx, d.Network, 0)
	if err != nil {
		return err
	}
	return overIn(calendar.Epoch, d)
}

// overIn returns storage.ErrOver if a deal has ended before an epoch.
func overIn(epoch uint64, d chain.DealRecord) error {
	if d.IsOver(epoch) {
		return fmt.Errorf("%w: deal %d ended with epoch %d", storage.ErrOver, d.ID, d.LastEpoch)
	}
	return nil
}

// extensionCost is what the chain takes for more epochs of a deal: their rate for all indices, and the share of the reserve.
func extensionCost(d chain.DealRecord, epochs uint64, reserveBps uint32) chain.Amount {
	escrow := chain.IntOf(d.Rate).MulRaw(int64(d.Profile.N)).MulRaw(int64(epochs))
	reserve := escrow.MulRaw(int64(reserveBps)).AddRaw(9_999).QuoRaw(10_000) // rounded up
	return escrow.Add(reserve)
}

// dealOf returns the deal that an argument names: by a file of the home that lies in it, or by its number.
func (c *cli) dealOf(s settings, network, name string) (deal uint64, err error) {
	objects, _, err := c.ownObjects(s, network)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, objects.Close()) }()
	return dealNamed(objects, name)
}

// dealNamed is dealOf among some files.
func dealNamed(objects *storage.Client, name string) (uint64, error) {
	o, err := objects.Find(name)
	if err == nil {
		return o.Deal, nil
	}
	if deal, unread := strconv.ParseUint(name, 10, 64); errors.Is(err, storage.ErrNotFound) && unread == nil && deal > 0 {
		return deal, nil
	}
	return 0, err
}
