package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	storage "github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// putFlags are the flags of mesh put.
type putFlags struct {
	networkID string
	profile   string
	epochs    uint64
	space     string
	bootstrap []string
}

// putAnswer is what mesh put prints.
type putAnswer struct {
	header
	NetworkID string       `json:"network_id"`
	Deal      uint64       `json:"deal"`
	Objects   []objectView `json:"objects"`
	Bytes     uint64       `json:"bytes"`
	Paid      string       `json:"paid"` // for deals that were opened, escrow, reserve and burn: base units; empty if it could not be asked
	Denom     string       `json:"denom"`
	Seconds   float64      `json:"seconds"`
	Kept      *keptView    `json:"kept"`   // until when; null if it could not be asked
	Safety    string       `json:"safety"` // of the deal: protected, unprotected or no spare holders; empty if it could not be asked
}

// putCommand stores files.
func (c *cli) putCommand() *cobra.Command {
	var f putFlags
	cmd := &cobra.Command{
		Use: "put FILE…", Short: "Store files in the network", Args: cobra.MinimumNArgs(1),
		Long: `Store files in a network: they are encrypted and coded here, and their pieces go to nodes of different
owners that the chain has drawn. It succeeds when enough of them have acknowledged on chain. The space is bought
with the network's token; what has been bought, is free and has half of the time left is used first, unless less
than --space of it is free. --space also leaves a deal behind whose nodes have no room for the files.`,
		Example: "  mesh put holiday.jpg\n  mesh put *.pdf --profile small --epochs 100\n  mesh put movie.mkv --space 20GiB",
	}
	cmd.RunE = c.with("store the files", func(ctx context.Context, s settings, files []string) error {
		if err := notZero(cmd, "epochs"); err != nil {
			return err
		}
		return c.put(ctx, s, f, files)
	})
	set := cmd.Flags()
	set.StringVar(&f.networkID, "network-id", "", "the network (default the only one this home knows)")
	set.StringVar(&f.profile, "profile", "", "how pieces are coded: "+profileNames()+" (default the widest the network has owners for)")
	set.Uint64Var(&f.epochs, "epochs", 0, fmt.Sprintf("epochs of a deal that has to be opened, half of which must be left of one that is used (default %d times those of the network's price, at least %d)", storage.DefaultTerms, storage.LeastEpochs))
	set.StringVar(&f.space, "space", "", "least free room on each node of the deal, such as 1GiB; one is opened if there is none")
	set.StringArrayVar(&f.bootstrap, "bootstrap", nil, "where to enter the network (repeatable; the chain knows some)")
	return cmd
}

func profileNames() string {
	text := ""
	for i, p := range segment.Profiles() {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%s %d/%d", p.Name, p.K, p.N)
	}
	return text
}

func (c *cli) put(ctx context.Context, s settings, f putFlags, files []string) (err error) {
	opts, sources, err := f.read(files)
	if err != nil {
		return err
	}
	d, err := c.dial(ctx, s, f.networkID, f.bootstrap, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	before, _, err := d.door.DealsOf(ctx, d.key.Address)
	if err != nil {
		return err
	}
	started := time.Now()
	bar := c.progress(s, "put")
	opts.Progress = bar.report
	objects, err := putAll(ctx, d.client.Objects.Put, sources, opts)
	bar.stop()
	if err != nil {
		return withOpened(ctx, d, lastDeal(before), err)
	}
	if err := remember(s, d.network); err != nil {
		return err
	}
	a := putAnswer{header: answerTo("put"), NetworkID: d.network.Id, Denom: d.network.Token.Denom, Seconds: time.Since(started).Seconds()}
	for i, o := range objects {
		a.Objects = append(a.Objects, viewObject(d.network.Id, o))
		a.Deal = o.Deal
		a.Bytes += sources[i].Size
	}
	// The files are stored; that these could not be asked does not change it.
	a.Safety, _ = dealSafety(ctx, d.door, d.network.Id, a.Deal)
	a.Kept = keptIfKnown(ctx, d.door, d.network.Id, a.Deal)
	paid := paidSince(ctx, d, lastDeal(before))
	if paid != nil {
		a.Paid = paid.String()
	}
	return c.print(s, a, func(p *page) { showPut(p, a, d.network.Token.Symbol) })
}

// read checks the flags and the files.
func (f putFlags) read(files []string) (opts storage.PutOptions, sources []storage.Source, err error) {
	opts.Epochs = f.epochs
	if f.profile != "" {
		if opts.Profile, err = segment.ByName(f.profile); err != nil {
			return opts, nil, usage("read --profile", err.Error(), "choose one of "+profileNames())
		}
	}
	if f.space != "" {
		if opts.Space, err = parseSize(f.space); err != nil {
			return opts, nil, usage("read --space", err.Error(), "write 1GiB")
		}
	}
	sources = make([]storage.Source, len(files))
	for i, path := range files {
		sources[i], err = storage.FileSource(path)
		if errors.Is(err, os.ErrNotExist) {
			return opts, nil, usage("read "+path, "there is no such file: "+path, "name files that are there; names are relative to the directory mesh is run in")
		}
		if err != nil {
			return opts, nil, usage("read "+path, err.Error(), "name files; directories cannot be stored as a whole yet")
		}
	}
	return opts, sources, nil
}

func showPut(p *page, a putAnswer, symbol string) {
	for _, o := range a.Objects {
		p.line("%s  %s", o.URI, shownName(filepath.Base(o.Name)))
	}
	p.line("%s", faint(p.color, fmt.Sprintf("%s in deal %d after %.1f s", sizeText(a.Bytes), a.Deal, a.Seconds)))
	switch a.Paid {
	case "":
	case "0":
		p.line("%s", faint(p.color, "Nothing was paid: there was room in a deal that was open"))
	default:
		p.line("%s", faint(p.color, fmt.Sprintf("Paid %s for a deal, escrow, reserve and burn together", unitsText(a.Paid, symbol))))
	}
	if a.Kept != nil {
		p.line("%s", faint(p.color, a.Kept.text()+fmt.Sprintf("; mesh extend %d keeps it longer", a.Deal)))
	}
	if text := safetyText(a.Safety); text != "" {
		p.line("%s", text)
	}
}

// putFunc is the storage client's Put.
type putFunc func(context.Context, []storage.Source, storage.PutOptions) ([]storage.Object, error)

// putAll stores any number of files, as many at a time as one commit takes.
func putAll(ctx context.Context, put putFunc, sources []storage.Source, opts storage.PutOptions) ([]storage.Object, error) {
	var stored []storage.Object
	for some := range slices.Chunk(sources, storage.MaxSources) {
		list, err := put(ctx, some, opts)
		if err != nil && len(stored) > 0 {
			err = fmt.Errorf("the first %d files are stored, of the others: %w", len(stored), err)
		}
		if err != nil {
			return nil, err
		}
		stored = append(stored, list...)
		if opts.Deal = list[0].Deal; opts.Space > 0 {
			opts.Space = 1 // the space is asked for once; another deal may be opened still
		}
	}
	return stored, nil
}
