package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	storage "github.com/mesh-protocol/mesh/offchain/templates/storage/client"
)

// lsAnswer is what mesh ls prints.
type lsAnswer struct {
	header
	NetworkID string              `json:"network_id"`
	Objects   []objectView        `json:"objects"`
	Deals     map[uint64]keptView `json:"deals"` // until when the files of each are kept; null if the chain was not reached
}

// lsCommand lists the client's own objects.
func (c *cli) lsCommand() *cobra.Command {
	var id string
	cmd := &cobra.Command{
		Use: "ls", Short: "List the files of this home in the network", Args: cobra.NoArgs,
		Long: `List the files that were put from this home, and until when they are kept. Only the home knows the files: the
network has pieces without names. Without the chain only the time is missing.`,
	}
	cmd.RunE = c.with("list the files", func(ctx context.Context, s settings, _ []string) error { return c.ls(ctx, s, id) })
	cmd.Flags().StringVar(&id, "network-id", "", "the network (default the only one this home knows)")
	return cmd
}

func (c *cli) ls(ctx context.Context, s settings, id string) (err error) {
	objects, id, err := c.ownObjects(s, id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, objects.Close()) }()
	a := lsAnswer{header: answerTo("ls"), NetworkID: id, Objects: []objectView{}}
	for o, err := range objects.Objects() {
		if err != nil {
			return err
		}
		a.Objects = append(a.Objects, viewObject(id, o))
	}
	var silent error
	a.Deals, silent = c.keptDeals(ctx, s, id, a.Objects)
	return c.print(s, a, func(p *page) {
		showObjects(p, a)
		if silent != nil {
			p.line("%s", faint(p.color, "Until when they are kept is not known: "+silent.Error()))
		}
	})
}

// keptDeals asks until when the files are kept.
func (c *cli) keptDeals(ctx context.Context, s settings, id string, objects []objectView) (map[uint64]keptView, error) {
	if len(objects) == 0 {
		return map[uint64]keptView{}, nil
	}
	client, err := c.client(s, nil)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	var deals []uint64
	for _, o := range objects {
		deals = append(deals, o.Deal)
	}
	return keptUntil(ctx, client, id, deals)
}

func showObjects(p *page, a lsAnswer) {
	if len(a.Objects) == 0 {
		p.line("No files of this home are in network %s. mesh put FILE stores one.", a.NetworkID)
	}
	for _, o := range a.Objects {
		var about []string
		if o.State != "stored" {
			about = append(about, o.State)
		}
		if kept, ok := a.Deals[o.Deal]; ok {
			about = append(about, fmt.Sprintf("deal %d %s", o.Deal, kept.text()))
		}
		p.line("%s  %9s  %s  %s", o.URI, sizeText(o.Size), shownName(o.Name), faint(p.color, strings.Join(about, ", ")))
	}
}

// shareAnswer is what mesh share prints.
type shareAnswer struct {
	header
	Link string `json:"link"`
}

// shareCommand makes a link that others can read a file by.
func (c *cli) shareCommand() *cobra.Command {
	var id string
	cmd := &cobra.Command{
		Use: "share URI|NAME", Short: "Make a link by which anybody can read a file", Args: cobra.ExactArgs(1),
		Long: `Make a link with the key of one file in it. Whoever has the link can read that file as long as its deal
lasts; it cannot be taken back.`,
	}
	cmd.RunE = c.with("share the file", func(ctx context.Context, s settings, args []string) (err error) {
		if id, err = networkOf(id, args...); err != nil {
			return err
		}
		objects, _, err := c.ownObjects(s, id)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, objects.Close()) }()
		link, err := objects.Share(args[0])
		if err != nil {
			return err
		}
		if err := c.checkShared(ctx, s, objects, args[0]); err != nil {
			return err
		}
		return c.print(s, shareAnswer{answerTo("share"), link}, func(p *page) { p.line("%s", link) })
	})
	cmd.Flags().StringVar(&id, "network-id", "", "the network (default the only one this home knows)")
	return cmd
}

// checkShared returns storage.ErrOver for a file that nobody can read any more. Where the chain is not reached the link is made: it
// needs nobody.
func (c *cli) checkShared(ctx context.Context, s settings, objects *storage.Client, name string) error {
	o, err := objects.Find(name)
	if err != nil {
		return err
	}
	client, err := c.client(s, nil)
	if err != nil {
		return nil //nolint:nilerr // as where it is not reached
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	d, err := client.Deal(ctx, o.Deal)
	if err != nil {
		return nil //nolint:nilerr // it is not known to be over
	}
	if err = checkDealLasts(ctx, client, d); errors.Is(err, storage.ErrOver) {
		return err
	}
	return nil
}

// rmAnswer is what mesh rm prints.
type rmAnswer struct {
	header
	NetworkID string   `json:"network_id"`
	Removed   []string `json:"removed"`
}

// rmCommand removes files.
func (c *cli) rmCommand() *cobra.Command {
	var id string
	var bootstrap []string
	cmd := &cobra.Command{
		Use: "rm URI|NAME…", Short: "Remove files of this home from the network", Args: cobra.MinimumNArgs(1),
		Long: `Remove files: a new layout without them goes on chain, after which holders drop their pieces. The room is
free for other files of the same deal.`,
	}
	cmd.RunE = c.with("remove the files", func(ctx context.Context, s settings, names []string) (err error) {
		if id, err = networkOf(id, names...); err != nil {
			return err
		}
		d, err := c.dial(ctx, s, id, bootstrap, true)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, d.close()) }()
		bar := c.progress(s, "rm")
		err = d.client.Objects.Remove(ctx, names, bar.report)
		bar.stop()
		if err != nil {
			return adviseRemoval(err)
		}
		a := rmAnswer{header: answerTo("rm"), NetworkID: d.network.Id, Removed: names}
		return c.print(s, a, func(p *page) {
			for _, n := range names {
				p.line("Removed %s.", n)
			}
		})
	})
	cmd.Flags().StringVar(&id, "network-id", "", "the network (default the only one this home knows)")
	cmd.Flags().StringArrayVar(&bootstrap, "bootstrap", nil, "where to enter the network (repeatable; the chain knows some)")
	return cmd
}

// adviseRemoval says what to do about nodes without room: what is left of a deal is listed by each, and of the last file a byte stays, as
// the chain takes no empty layout.
func adviseRemoval(err error) error {
	if !errors.Is(err, storage.ErrFull) {
		return err
	}
	return advised{err, "a removal leaves a list on each node, and these have no room for it: run it again when they have; or end the deal with meshd tx tasks cancel-deal, and run it again an epoch later"}
}
