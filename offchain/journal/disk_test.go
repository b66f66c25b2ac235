package journal_test

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/journal"
)

// fault is what goes wrong at one operation of a disk.
type fault int

const (
	failOnce    fault = iota // the operation errs without effect; a sync forgets what it should have written
	shortWrite               // as failOnce, but a write leaves its first half
	crashBefore              // the machine stops before the operation
	crashAfter               // the machine stops after the operation, before anybody hears of it
)

var (
	errFault = errors.New("injected fault")
	errCrash = errors.New("the machine has stopped")
)

// block is the unit in which unsynced writes survive a crash or not; small, to tear records apart.
const block = 64

// disk is a directory that keeps apart what a program sees and what would survive a loss of power, and that
// goes wrong at a chosen operation.
type disk struct {
	mu      sync.Mutex
	seen    map[string]*inode
	durable map[string]*inode
	dirty   []func() // changes of seen since the last SyncDir, to be made in durable
	locked  bool
	stopped bool
	ops     int            // operations so far
	failAt  int            // the operation that goes wrong, from 1; 0 = none
	fault   fault          // how it does
	onSync  func()         // called before a file is synced, if not nil
	writes  map[string]int // bytes written by name, for tests of what is not written
}

func newDisk() *disk {
	return &disk{seen: map[string]*inode{}, durable: map[string]*inode{}, writes: map[string]int{}}
}

// put places a file that is entirely durable.
func (d *disk) put(name string, content []byte) {
	f := &inode{seen: slices.Clone(content), durable: slices.Clone(content)}
	d.seen[name], d.durable[name] = f, f
}

// names lists the files that a program sees, in order.
func (d *disk) names() []string {
	var names []string
	for name := range d.seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// copyDurable is a disk with the same files, all of them durable.
func (d *disk) copyDurable() *disk {
	c := newDisk()
	for name, f := range d.seen {
		c.put(name, f.seen)
	}
	return c
}

// restart lets another process start on what the last one has left in memory and on disk.
func (d *disk) restart() {
	d.locked, d.stopped, d.ops, d.failAt = false, false, 0, 0
}

// losePower brings the machine up after a loss of power: of everything that was not synced, some has
// reached the disk, directory changes in their order and blocks of files in any.
func (d *disk) losePower(rng *rand.Rand) {
	for _, change := range d.dirty[:rng.IntN(len(d.dirty)+1)] {
		change()
	}
	d.dirty = nil
	names := make([]string, 0, len(d.durable))
	for name := range d.durable {
		names = append(names, name)
	}
	slices.Sort(names) // so that the seed decides
	d.seen = map[string]*inode{}
	for _, name := range names {
		f := d.durable[name]
		f.settle(rng)
		d.seen[name] = f
	}
	d.restart()
}

// op counts an operation and says whether it happens and what it returns. It is called under d.mu.
func (d *disk) op() (happens bool, err error) {
	if d.stopped {
		return false, errCrash
	}
	d.ops++
	if d.ops != d.failAt {
		return true, nil
	}
	switch d.fault {
	case crashBefore:
		d.stopped = true
		return false, errCrash
	case crashAfter:
		d.stopped = true
		return true, errCrash
	}
	return false, errFault
}

// failNext makes the next operation on the disk go wrong after skip others.
func (d *disk) failNext(f fault, skip int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault, d.failAt = f, d.ops+skip+1
}

// change makes a change of the directory that is durable only after SyncDir.
func (d *disk) change(apply func(dir map[string]*inode)) error {
	happens, err := d.op()
	if happens {
		apply(d.seen)
		d.dirty = append(d.dirty, func() { apply(d.durable) })
	}
	return err
}

func (d *disk) Lock() (io.Closer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.locked {
		return nil, &journal.LockedError{Dir: "disk", PID: 1}
	}
	if _, err := d.op(); err != nil {
		return nil, err
	}
	d.locked = true
	return closer(func() { d.locked = false }), nil
}

// closer is an io.Closer of a function that cannot fail.
type closer func()

func (c closer) Close() error { c(); return nil }

func (d *disk) List() ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := d.op(); err != nil {
		return nil, err
	}
	return d.names(), nil
}

func (d *disk) Create(name string) (journal.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen[name] != nil {
		return nil, fs.ErrExist
	}
	f := &inode{}
	if err := d.change(func(dir map[string]*inode) { dir[name] = f }); err != nil {
		return nil, err
	}
	return &handle{d, name, f}, nil
}

func (d *disk) Open(name string) (journal.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := d.op(); err != nil {
		return nil, err
	}
	f := d.seen[name]
	if f == nil {
		return nil, fs.ErrNotExist
	}
	return &handle{d, name, f}, nil
}

func (d *disk) Rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.seen[from]
	if f == nil {
		return fs.ErrNotExist
	}
	return d.change(func(dir map[string]*inode) { dir[to] = f; delete(dir, from) })
}

func (d *disk) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.change(func(dir map[string]*inode) { delete(dir, name) })
}

func (d *disk) SyncDir() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	happens, err := d.op()
	if happens {
		for _, change := range d.dirty {
			change()
		}
		d.dirty = nil
	}
	return err
}
