package holder_test

import (
	"bytes"
	"errors"

	"io/fs"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
)

// errPower is what everything answers after the power was cut.
var errPower = errors.New("power cut")

// disk is a file system that keeps what was synced through a power cut, and of the rest what a coin says.
type disk struct {
	mu    sync.Mutex
	names map[string]*node // as processes see them; a directory has no data
	safe  map[string]*node // as they are after a cut
	steps int
	cutAt int  // the step at which power is cut, before it is done; 0 for never
	late  bool // or after it is done
	cut   bool
}

type node struct {
	dir          bool
	data, synced []byte
}

func newDisk() *disk { return &disk{names: map[string]*node{}, safe: map[string]*node{}} }

// do takes one step. It is also the step of a store whose power comes from the same plug.
func (d *disk) do(op func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cut {
		return errPower
	}
	d.steps++
	if d.steps == d.cutAt && !d.late {
		d.cut = true
		return errPower
	}
	err := op()
	if d.steps == d.cutAt {
		d.cut = true
		return errPower
	}
	return err
}

// step is the step of a store: it is done after it was allowed, so that power is cut before it only.
func (d *disk) step(string) error { return d.do(func() error { return nil }) }

// restart brings power back. What was not synced is there if the coin says so, a file's data also in part.
func (d *disk) restart(coin *rand.Rand) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cut, d.cutAt = false, 0
	for _, name := range slices.Sorted(maps.Keys(union(d.names, d.safe))) {
		if coin.IntN(2) == 0 {
			continue
		}
		if n := d.names[name]; n != nil {
			d.safe[name] = n
		} else {
			delete(d.safe, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.safe)) {
		n := d.safe[name]
		if parent := path.Dir(name); parent != "." && d.safe[parent] == nil {
			delete(d.safe, name)
			continue
		}
		if n.synced == nil && len(n.data) > 0 {
			n.data = n.data[:coin.IntN(len(n.data)+1)]
		} else {
			n.data = n.synced
		}
		n.synced = n.data
	}
	d.names = maps.Clone(d.safe)
}

func union(a, b map[string]*node) map[string]*node {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// Names lists a directory.
func (d *disk) Names(dir string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []string
	for name := range d.names {
		if parent(name) == dir {
			list = append(list, path.Base(name))
		}
	}
	return list, nil
}

func parent(name string) string {
	if dir := path.Dir(name); dir != "." {
		return dir
	}
	return ""
}

// MakeDir makes a directory.
func (d *disk) MakeDir(name string) error {
	return d.do(func() error {
		if d.names[name] == nil {
			d.names[name] = &node{dir: true}
		}
		return nil
	})
}

// Create makes a file.
func (d *disk) Create(name string) (holder.Output, error) {
	f := &diskFile{d: d, n: &node{}}
	return f, d.do(func() error {
		if d.names[parent(name)] == nil {
			return fs.ErrNotExist
		}
		d.names[name] = f.n
		return nil
	})
}

// Open opens a file.
func (d *disk) Open(name string) (holder.Input, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.names[name]
	if n == nil {
		return nil, fs.ErrNotExist
	}
	return input{bytes.NewReader(n.data)}, nil
}

type input struct{ *bytes.Reader }

func (i input) Size() (int64, error) { return i.Reader.Size(), nil }
func (i input) Close() error         { return nil }

// Rename renames a file.
func (d *disk) Rename(from, to string) error {
	return d.do(func() error {
		if d.names[from] == nil {
			return fs.ErrNotExist
		}
		d.names[to] = d.names[from]
		delete(d.names, from)
		return nil
	})
}

// Remove removes a file or an empty directory.
func (d *disk) Remove(name string) error {
	return d.do(func() error {
		for other := range d.names {
			if parent(other) == name {
				return errors.New("directory is not empty")
			}
		}
		delete(d.names, name)
		return nil
	})
}

// SyncDir makes the names in a directory durable.
func (d *disk) SyncDir(dir string) error {
	return d.do(func() error {
		for name := range union(d.names, d.safe) {
			if parent(name) != dir {
				continue
			}
			if n := d.names[name]; n != nil {
				d.safe[name] = n
			} else {
				delete(d.safe, name)
			}
		}
		return nil
	})
}

type diskFile struct {
	d *disk
	n *node
}

func (f *diskFile) Write(p []byte) (int, error) {
	err := f.d.do(func() error {
		f.n.data = append(f.n.data, p...)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

func (f *diskFile) Sync() error {
	return f.d.do(func() error {
		f.n.synced = bytes.Clone(f.n.data)
		return nil
	})
}

func (f *diskFile) Close() error { return nil }
