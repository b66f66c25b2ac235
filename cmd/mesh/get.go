package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	storage "github.com/mesh-protocol/mesh/offchain/templates/storage/client"
)

// getFlags are the flags of mesh get.
type getFlags struct {
	networkID string
	out       string
	place     string // of the file that is written, once it is known
	span      string
	force     bool
	bootstrap []string
}

// getAnswer is what mesh get prints.
type getAnswer struct {
	header
	objectView
	File    string  `json:"file"` // empty for standard output
	Bytes   uint64  `json:"bytes"`
	Seconds float64 `json:"seconds"`
	paidReading
}

// getCommand reads an object.
func (c *cli) getCommand() *cobra.Command {
	var f getFlags
	cmd := &cobra.Command{
		Use: "get URI|NAME", Short: "Read a file from the network", Args: cobra.ExactArgs(1),
		Long: `Read a file by its mesh:// URI, by a link that somebody shared, or by the name it was put under. Every
byte is verified. The file appears whole or not at all; a part of it goes to standard output. Where reading costs something, some
money is set aside for each node that is read from, and paid as bytes come; mesh channels shows what is left of it.`,
		Example: "  mesh get holiday.jpg\n  mesh get mesh://net_1a2b3c4d/bafk… --out copy.jpg\n  mesh get movie.mkv --range 0-1048575 > head",
	}
	cmd.RunE = c.with("read the file", func(ctx context.Context, s settings, args []string) error { return c.get(ctx, s, f, args[0]) })
	set := cmd.Flags()
	set.StringVar(&f.networkID, "network-id", "", "the network of a name (default the only one this home knows)")
	set.StringVar(&f.out, "out", "", "file to write, - for standard output (default its own name)")
	set.StringVar(&f.span, "range", "", "bytes FIRST-LAST, both counted from 0 and part of it, or FIRST- for all of the rest; a LAST beyond the end is refused; they go to standard output unless --out says otherwise")
	set.BoolVar(&f.force, "force", false, "replace a file that exists")
	set.StringArrayVar(&f.bootstrap, "bootstrap", nil, "where to enter the network (repeatable; the chain knows some)")
	return cmd
}

func (c *cli) get(ctx context.Context, s settings, f getFlags, name string) (err error) {
	opts := storage.GetOptions{}
	if f.span != "" {
		if opts.Offset, opts.Length, err = parseRange(f.span); err != nil {
			return usage("read --range", err.Error(), "write 0-1023 for the first KiB")
		}
		if f.out == "" {
			f.out = "-"
		}
	}
	if f.networkID, err = networkOf(f.networkID, name); err != nil {
		return err
	}
	if f.out != "" && f.out != "-" {
		if f.place, err = placeToWrite(f.out, f.force); err != nil {
			return err
		}
	}
	if s.json() && f.out == "-" {
		return usage("choose the output", "the file and the answer cannot both go to standard output", "name a file with --out")
	}
	d, err := c.dial(ctx, s, f.networkID, f.bootstrap, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	return c.fetch(ctx, s, f, d, name, opts)
}

// fetch reads the object to where it shall go.
func (c *cli) fetch(ctx context.Context, s settings, f getFlags, d dialed, name string, opts storage.GetOptions) (err error) {
	started := time.Now()
	if f.out == "" {
		if f.out, err = ownName(ctx, d.client.Objects, name); err != nil {
			return err
		}
		if f.place, err = placeToWrite(f.out, f.force); err != nil {
			return err
		}
	}
	bar := c.progress(s, "get")
	opts.Progress, opts.Replace = bar.report, f.force
	var o storage.Object
	if f.out == "-" {
		o, err = d.client.Objects.Get(ctx, name, c.con.out, opts)
	} else {
		o, err = d.client.Objects.GetFile(ctx, name, f.place, opts)
		err = explainPlace(f.out, err)
	}
	bar.stop()
	if err != nil || f.out == "-" {
		return err
	}
	a := getAnswer{
		header: answerTo("get"), objectView: viewObject(d.network.Id, o), File: f.out, Bytes: bar.total(),
		Seconds: time.Since(started).Seconds(), paidReading: viewPayment(d),
	}
	return c.print(s, a, func(p *page) {
		p.line("%s  %s", shownName(a.File), faint(p.color, fmt.Sprintf("%s after %.1f s, verified", sizeText(a.Bytes), a.Seconds)))
		a.show(p, d.network)
	})
}

// ownName returns the name of an object as that of a new file in this directory, whatever the network says it is.
func ownName(ctx context.Context, objects *storage.Client, name string) (string, error) {
	opened, err := objects.Open(ctx, name)
	if err != nil {
		return "", err
	}
	given := opened.Object.Name
	if err := opened.Close(); err != nil {
		return "", err
	}
	out, ok := plainName(given)
	if !ok {
		return "", usage("name the file", fmt.Sprintf("its name in the network is %q", given), "name it with --out")
	}
	return out, nil
}

// plainName returns the last part of a name that somebody else has given, and whether a file may be called so without
// being asked for: nothing hidden, nothing that commands take for a flag, nothing that cannot be seen.
func plainName(given string) (string, bool) {
	name := path.Base(path.Clean("/" + strings.ReplaceAll(given, "\\", "/")))
	if name == "/" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-") || !utf8.ValidString(name) {
		return "", false
	}
	return name, !strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) || unicode.Is(unicode.Cf, r) && !joins(r)
	})
}

// parseRange reads FIRST-LAST or FIRST- into an offset and a length, 0 for all of the rest.
func parseRange(s string) (offset, length uint64, err error) {
	first, last, ok := strings.Cut(s, "-")
	if offset, err = strconv.ParseUint(first, 10, 63); err != nil || !ok {
		return 0, 0, fmt.Errorf("%q is not FIRST-LAST", s)
	}
	if last == "" {
		return offset, 0, nil
	}
	end, err := strconv.ParseUint(last, 10, 63)
	if err != nil || end < offset {
		return 0, 0, fmt.Errorf("%q is not FIRST-LAST", s)
	}
	return offset, end - offset + 1, nil
}
