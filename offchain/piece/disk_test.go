package piece_test

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"syscall"

	"github.com/mesh-protocol/mesh/offchain/piece"
)

var errFault = errors.New("injected fault")

// disk is a directory in memory that keeps apart what a program sees and what would survive a loss of power, that can
// be full, and whose operations can fail.
type disk struct {
	mu       sync.Mutex
	seen     map[string]*inode
	durable  map[string]*inode
	dirty    []func()                       // changes of names since the last SyncDir
	capacity int64                          // bytes of all files; math.MaxInt64 = no bound
	sparse   bool                           // Allocate gives length but no blocks: a write may find the disk full
	fault    func(op string, n int64) error // asked before every change of a file
	unread   error                          // what reading a volume returns, if not nil
	onOp     func()                         // called before every change of anything
}

// inode is the content of a file.
type inode struct {
	seen, durable []byte
	blocks        int64 // allocated
	dirty         []int // pages written since the last sync
}

func newDisk() *disk {
	return &disk{seen: map[string]*inode{}, durable: map[string]*inode{}, capacity: math.MaxInt64}
}

// begin is called before every operation that changes something, with the lock not held.
func (d *disk) begin(op string, n int64) error {
	if d.onOp != nil {
		d.onOp()
	}
	if d.fault != nil {
		return d.fault(op, n)
	}
	return nil
}

// crash returns what a loss of power leaves: of everything that was not synced, some names, lengths and pages.
func (d *disk) crash(rng *rand.Rand) *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.left(rng)
}

// left is crash for who holds the lock.
func (d *disk) left(rng *rand.Rand) *disk {
	after := newDisk()
	after.capacity, after.sparse = d.capacity, d.sparse
	names := make(map[string]*inode, len(d.durable))
	for name, f := range d.durable {
		names[name] = f
	}
	saved := d.durable
	d.durable = names
	for _, change := range d.dirty[:rng.IntN(len(d.dirty)+1)] {
		change()
	}
	d.durable = saved
	list := make([]string, 0, len(names))
	for name := range names {
		list = append(list, name)
	}
	slices.Sort(list) // so that the seed decides
	for _, name := range list {
		b := names[name].settle(rng)
		after.seen[name] = &inode{seen: b, durable: slices.Clone(b), blocks: int64(len(b))}
		after.durable[name] = after.seen[name]
	}
	return after
}

// settle is the content after a loss of power.
func (f *inode) settle(rng *rand.Rand) []byte {
	b := slices.Clone(f.durable)
	if rng.IntN(2) == 0 && len(b) < len(f.seen) {
		b = append(b, make([]byte, len(f.seen)-len(b))...)
	}
	chance := rng.IntN(4) // of 3
	for _, page := range f.dirty {
		from, to := page*piece.PageSize, min((page+1)*piece.PageSize, len(f.seen), len(b))
		if from < to && rng.IntN(3) < chance {
			copy(b[from:to], f.seen[from:to])
		}
	}
	return b
}

func (d *disk) used() (n int64) {
	for _, f := range d.seen {
		n += f.blocks
	}
	return n
}

func (d *disk) List() ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var names []string
	for name := range d.seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

func (d *disk) Create(name string) (piece.File, error) {
	if err := d.begin("create", 0); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen[name] != nil {
		return nil, fs.ErrExist
	}
	f := &inode{}
	d.seen[name] = f
	d.dirty = append(d.dirty, func() { d.durable[name] = f })
	return &handle{d, f}, nil
}

func (d *disk) Open(name string) (piece.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen[name] == nil {
		return nil, fs.ErrNotExist
	}
	return &handle{d, d.seen[name]}, nil
}

func (d *disk) Remove(name string) error {
	if err := d.begin("remove", 0); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen[name] == nil {
		return fs.ErrNotExist
	}
	delete(d.seen, name)
	d.dirty = append(d.dirty, func() { delete(d.durable, name) })
	return nil
}

func (d *disk) SyncDir() error {
	if err := d.begin("syncdir", 0); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, change := range d.dirty {
		change()
	}
	d.dirty = nil
	return nil
}

func (d *disk) Free() (int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.capacity - d.used(), nil
}

func (d *disk) Direct() bool { return true }

// handle is an open file.
type handle struct {
	d *disk
	f *inode
}

func (h *handle) ReadAt(p []byte, offset int64) (int, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.d.unread != nil {
		return 0, h.d.unread
	}
	if offset >= int64(len(h.f.seen)) {
		return 0, io.EOF
	}
	n := copy(p, h.f.seen[offset:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (h *handle) WriteAt(p []byte, offset int64) (int, error) {
	if err := h.d.begin("write", int64(len(p))); err != nil {
		return 0, err
	}
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if offset%piece.PageSize != 0 || len(p)%piece.PageSize != 0 {
		return 0, &os.PathError{Op: "write", Path: "volume", Err: syscall.EINVAL}
	}
	end := offset + int64(len(p))
	if end > h.f.blocks {
		if end-h.f.blocks > h.d.capacity-h.d.used() {
			return 0, &os.PathError{Op: "write", Path: "volume", Err: syscall.ENOSPC}
		}
		h.f.blocks = end
	}
	h.grow(end)
	copy(h.f.seen[offset:], p)
	for page := int(offset / piece.PageSize); int64(page)*piece.PageSize < end; page++ {
		h.f.dirty = append(h.f.dirty, page)
	}
	return len(p), nil
}

func (h *handle) grow(size int64) {
	if more := size - int64(len(h.f.seen)); more > 0 {
		h.f.seen = append(h.f.seen, make([]byte, more)...)
	}
}

func (h *handle) Allocate(offset, length int64) error {
	if err := h.d.begin("allocate", length); err != nil {
		return err
	}
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if end := offset + length; !h.d.sparse && end > h.f.blocks {
		if end-h.f.blocks > h.d.capacity-h.d.used() {
			return &os.PathError{Op: "fallocate", Path: "volume", Err: syscall.ENOSPC}
		}
		h.f.blocks = end
	}
	h.grow(offset + length)
	return nil
}

func (h *handle) Size() (int64, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	return int64(len(h.f.seen)), nil
}

func (h *handle) Truncate(size int64) error {
	if err := h.d.begin("truncate", size); err != nil {
		return err
	}
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	h.f.seen = h.f.seen[:size:size]
	h.f.blocks = min(h.f.blocks, size)
	return nil
}

func (h *handle) Sync() error {
	if err := h.d.begin("sync", 0); err != nil {
		return err
	}
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if len(h.f.durable) > len(h.f.seen) {
		h.f.durable = h.f.durable[:len(h.f.seen)]
	}
	h.f.durable = append(h.f.durable, make([]byte, len(h.f.seen)-len(h.f.durable))...)
	for _, page := range h.f.dirty {
		from, to := page*piece.PageSize, min((page+1)*piece.PageSize, len(h.f.seen))
		if from < to {
			copy(h.f.durable[from:to], h.f.seen[from:to])
		}
	}
	h.f.dirty = nil
	return nil
}

func (h *handle) Close() error { return nil }

// breakReads makes all reading of volumes fail, or, with nil, work again.
func (d *disk) breakReads(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.unread = err
}

// flip changes a byte of a file.
func (d *disk) flip(name string, offset int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen[name].seen[offset] ^= 1
}
