package holder

import (
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// What tests put in place of the file system.
type (
	Files  = files
	Output = output
	Input  = input
)

// OpenOn opens a holder whose lists lie in files.
func OpenOn(cfg Config, deps Deps, f Files) (*Holder, error) { return open(cfg, deps, f) }

// ParseEntry reads the name of a list, and returns what it would be called.
func ParseEntry(name string) (string, bool) {
	e, ok := parseEntry(name)
	return e.name(), ok
}

// List reads the list of a version from disk.
func (h *Holder) List(deal uint64, l work.Layout) (*record.List, error) {
	d := h.peek(deal)
	if d == nil {
		return nil, ErrNoList
	}
	defer d.mu.Unlock()
	e, ok := d.findAny(l.Version, l.Root)
	if !ok {
		return nil, ErrNoList
	}
	return h.shelf.list(deal, e)
}
