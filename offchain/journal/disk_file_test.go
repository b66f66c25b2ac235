package journal_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"slices"
)

// inode is the content of a file.
type inode struct {
	seen, durable []byte
	dirty         [][2]int // ranges of seen that durable lacks
	truncated     bool     // durable may be too long
}

// settle decides which unsynced blocks have reached the disk and whether the length has.
func (f *inode) settle(rng *rand.Rand) {
	if f.truncated && rng.IntN(2) == 0 {
		f.durable = f.durable[:min(len(f.durable), len(f.seen))]
	}
	if rng.IntN(2) == 0 {
		f.durable = grow(f.durable, len(f.seen))
	}
	chance := rng.IntN(4) // of 3: none, some, most or all blocks
	for _, r := range f.dirty {
		for from := r[0]; from < r[1]; {
			to := min((from/block+1)*block, r[1])
			if rng.IntN(3) < chance {
				f.store(from, to)
			}
			from = to
		}
	}
	f.seen, f.dirty, f.truncated = slices.Clone(f.durable), nil, false
}

// store makes a range of what is seen durable.
func (f *inode) store(from, to int) {
	to = min(to, len(f.seen)) // it may have been cut off since it was written
	if from < to {
		f.durable = grow(f.durable, to)
		copy(f.durable[from:], f.seen[from:to])
	}
}

// grow returns b with at least n bytes, zeros where there were none.
func grow(b []byte, n int) []byte {
	return append(b, make([]byte, max(0, n-len(b)))...)
}

// handle is an open file of a disk.
type handle struct {
	d    *disk
	name string
	f    *inode
}

func (h *handle) ReadAt(p []byte, at int64) (int, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if _, err := h.d.op(); err != nil {
		return 0, err
	}
	if at >= int64(len(h.f.seen)) {
		return 0, io.EOF
	}
	n := copy(p, h.f.seen[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (h *handle) WriteAt(p []byte, at int64) (int, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	happens, err := h.d.op()
	if !happens {
		if !errors.Is(err, errFault) || h.d.fault != shortWrite {
			return 0, err
		}
		p = p[:len(p)/2]
	}
	h.f.seen = grow(h.f.seen, int(at)+len(p))
	copy(h.f.seen[at:], p)
	h.f.dirty = append(h.f.dirty, [2]int{int(at), int(at) + len(p)})
	h.d.writes[h.name] += len(p)
	return len(p), err
}

func (h *handle) Size() (int64, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	_, err := h.d.op()
	return int64(len(h.f.seen)), err
}

func (h *handle) Truncate(size int64) error {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	happens, err := h.d.op()
	if happens {
		h.f.seen, h.f.truncated = h.f.seen[:size], true
	}
	return err
}

func (h *handle) Sync() error {
	if h.d.onSync != nil {
		h.d.onSync()
	}
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	happens, err := h.d.op()
	if happens {
		for _, r := range h.f.dirty {
			h.f.store(r[0], r[1])
		}
		h.f.durable = grow(h.f.durable, len(h.f.seen))[:len(h.f.seen)]
	}
	if happens || errors.Is(err, errFault) { // a kernel marks pages clean whether they were written or not
		h.f.dirty, h.f.truncated = nil, false
	}
	return err
}

func (h *handle) Close() error { return nil }
