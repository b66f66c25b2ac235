package p2p

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	ma "github.com/multiformats/go-multiaddr"
)

// bookSchema is the version of the peers file.
const bookSchema = 1

// maxBookFile bounds the peers file: every entry at its largest, in base64, with room for the JSON around it.
const maxBookFile = (maxMet + maxHeard) * 4 << 10

// bookFile is the peers file: JSON, so that an operator can look at it.
type bookFile struct {
	Schema int        `json:"schema"`
	Peers  []bookLine `json:"peers"`
}

type bookLine struct {
	Record []byte   `json:"record"`        // signed peer record
	Addrs  []string `json:"addrs"`         // those of its addresses that may be dialled
	Met    int64    `json:"met,omitempty"` // Unix seconds; none = only heard of
}

// encode writes the book as it is saved.
func (b *book) encode() ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := bookFile{Schema: bookSchema}
	for _, id := range slices.Sorted(maps.Keys(b.entries)) {
		e := b.entries[id]
		line := bookLine{Record: e.record.sealed}
		for _, a := range e.addrs {
			line.Addrs = append(line.Addrs, a.String())
		}
		if !e.met.IsZero() {
			line.Met = e.met.Unix()
		}
		f.Peers = append(f.Peers, line)
	}
	return json.Marshal(f)
}

// decode adds what encode wrote. Every record must hold and every address must be one of its record; otherwise nothing
// is added and the error wraps ErrBookFile.
func (b *book) decode(in []byte) error {
	if len(in) > maxBookFile {
		return fmt.Errorf("%w: %d bytes", ErrBookFile, len(in))
	}
	var f bookFile
	d := json.NewDecoder(bytes.NewReader(in))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return fmt.Errorf("%w: %w", ErrBookFile, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: more than one value", ErrBookFile)
	}
	if f.Schema != bookSchema || len(f.Peers) > maxMet+maxHeard {
		return fmt.Errorf("%w: schema %d, %d peers", ErrBookFile, f.Schema, len(f.Peers))
	}
	entries := make([]bookEntry, 0, len(f.Peers))
	for _, line := range f.Peers {
		e, err := line.entry()
		if err != nil {
			return err
		}
		entries = append(entries, e)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range entries {
		b.put(e.record, e.addrs, e.met)
	}
	return nil
}

func (l bookLine) entry() (bookEntry, error) {
	r, err := openRecord(l.Record)
	if err != nil {
		return bookEntry{}, fmt.Errorf("%w: %w", ErrBookFile, err)
	}
	addrs, err := parseMultiaddrs(l.Addrs)
	if err != nil {
		return bookEntry{}, fmt.Errorf("%w: %w", ErrBookFile, err)
	}
	for _, a := range addrs {
		if !slices.ContainsFunc(r.info.Addrs, func(b ma.Multiaddr) bool { return a.Equal(b) }) {
			return bookEntry{}, fmt.Errorf("%w: %s is not an address of %s", ErrBookFile, a, r.info.ID)
		}
	}
	e := bookEntry{record: r, addrs: addrs}
	if l.Met != 0 {
		e.met = time.Unix(l.Met, 0)
	}
	return e, nil
}

// loadBook reads the peers file, if there is one. A damaged one is no reason not to start: it is reported and will be
// overwritten.
func (o *Overlay) loadBook() error {
	if o.cfg.PeersFile == "" {
		return nil
	}
	f, err := os.Open(o.cfg.PeersFile)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open peers file: %w", err)
	}
	defer f.Close()
	b, err := readLimited(f, maxBookFile)
	if err == nil {
		err = o.book.decode(b)
	}
	if err != nil {
		o.log.Warn("peers file is not used", "file", o.cfg.PeersFile, "error", err)
	}
	return nil
}

// saveBook writes the peers file, whole or not at all.
func (o *Overlay) saveBook() error {
	b, err := o.book.encode()
	if err != nil {
		return fmt.Errorf("encode peers file: %w", err)
	}
	path := o.cfg.PeersFile
	if err := writeSynced(path, b, func(temporary string) error { return os.Rename(temporary, path) }); err != nil {
		return fmt.Errorf("write peers file: %w", err)
	}
	return nil
}

// keepBook saves the book a while after each change, and at the end, until ctx ends.
func (o *Overlay) keepBook(ctx context.Context) {
	if o.cfg.PeersFile == "" {
		return
	}
	save := func() {
		if err := o.saveBook(); err != nil {
			o.log.Error("peers are not remembered", "error", err)
		}
	}
	for {
		select {
		case <-ctx.Done():
			save()
			return
		case <-o.book.changed:
		}
		fired, stop := o.clock.Timer(o.cfg.Timing.Save)
		select {
		case <-ctx.Done():
		case <-fired:
			save()
		}
		stop()
	}
}
