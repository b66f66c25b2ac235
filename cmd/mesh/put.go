package main

import (
	"context"
	"errors"
	"fmt"
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
with the network's token; what has been bought, is free and has half of the time left is used first.`,
		Example: "  mesh put holiday.jpg\n  mesh put *.pdf --profile small --epochs 100",
	}
	cmd.RunE = c.with("store the files", func(ctx context.Context, s settings, files []string) error { return c.put(ctx, s, f, files) })
	set := cmd.Flags()
	set.StringVar(&f.networkID, "network-id", "", "the network (default the only one this home knows)")
	set.StringVar(&f.profile, "profile", "", "how pieces are coded: "+profileNames()+" (default the widest the network has owners for)")
	set.Uint64Var(&f.epochs, "epochs", 0, fmt.Sprintf("epochs of a deal that has to be opened (default %d times those of the network's price, at least %d)", storage.DefaultTerms, storage.LeastEpochs))
	set.StringVar(&f.space, "space", "", "least room on each node of a deal that has to be opened, such as 1GiB")
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
	opts := storage.PutOptions{Epochs: f.epochs}
	if f.profile != "" {
		if opts.Profile, err = segment.ByName(f.profile); err != nil {
			return usage("read --profile", err.Error(), "choose one of "+profileNames())
		}
	}
	if f.space != "" {
		if opts.Space, err = parseSize(f.space); err != nil {
			return usage("read --space", err.Error(), "write 1GiB")
		}
	}
	sources := make([]storage.Source, len(files))
	for i, path := range files {
		if sources[i], err = storage.FileSource(path); err != nil {
			return usage("read "+path, err.Error(), "name files; directories cannot be stored as a whole yet")
		}
	}
	d, err := c.dial(ctx, s, f.networkID, f.bootstrap, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	started := time.Now()
	bar := c.progress(s, "put")
	opts.Progress = bar.report
	objects, err := putAll(ctx, d.client.Objects, sources, opts)
	bar.stop()
	if err != nil {
		return err
	}
	if err := remember(s, d.network); err != nil {
		return err
	}
	a := putAnswer{header: answerTo("put"), NetworkID: d.network.Id, Seconds: time.Since(started).Seconds()}
	for i, o := range objects {
		a.Objects = append(a.Objects, viewObject(d.network.Id, o))
		a.Deal = o.Deal
		a.Bytes += sources[i].Size
	}
	// The files are stored; that these could not be asked does not change it.
	a.Safety, _ = dealSafety(ctx, d.door, d.network.Id, a.Deal)
	a.Kept = keptIfKnown(ctx, d.door, d.network.Id, a.Deal)
	return c.print(s, a, func(p *page) {
		for _, o := range a.Objects {
			p.line("%s  %s", o.URI, filepath.Base(o.Name))
		}
		p.line("%s", faint(p.color, fmt.Sprintf("%s in deal %d after %.1f s", sizeText(a.Bytes), a.Deal, a.Seconds)))
		if a.Kept != nil {
			p.line("%s", faint(p.color, a.Kept.text()+fmt.Sprintf("; mesh extend %d keeps it longer", a.Deal)))
		}
		if text := safetyText(a.Safety); text != "" {
			p.line("%s", text)
		}
	})
}

// putAll stores any number of files, as many at a time as one commit takes.
func putAll(ctx context.Context, objects *storage.Client, sources []storage.Source, opts storage.PutOptions) ([]storage.Object, error) {
	var stored []storage.Object
	for some := range slices.Chunk(sources, storage.MaxSources) {
		list, err := objects.Put(ctx, some, opts)
		if err != nil && len(stored) > 0 {
			err = fmt.Errorf("the first %d files are stored, of the others: %w", len(stored), err)
		}
		if err != nil {
			return nil, err
		}
		stored = append(stored, list...)
	}
	return stored, nil
}
