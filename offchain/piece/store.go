package piece

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// indexName is the directory of the index.
const indexName = "index"

// Store holds pieces. Its methods may be called by several goroutines at once.
type Store struct {
	cfg     Config
	disk    disk
	lock    io.Closer // nil when the disk is a test's
	index   *pebble.DB
	secret  secret
	gate    *gate
	commits committer
	space   space
	buffers buffers
	tidy    sync.Mutex    // held by who compacts
	wake    chan struct{} // tells Run that a volume may be worth compacting
	damage  chan Damage

	mu        sync.Mutex
	volumes   map[uint32]*volume
	used      int64 // by pieces, bytes on disk
	reserved  int64 // by open writers
	pieces    int64
	damaged   int64
	unheard   uint64 // reports of damage that were dropped
	compacted uint64 // volumes emptied and deleted
	failed    error  // the first failure of a sync
}

// Open opens the store in cfg.Dir, or makes an empty one. It finishes what a crash has interrupted; a volume that the
// index does not know is read whole and entered into it. Errors: ErrInvalid, *LockedError, ErrCorrupt for volumes that
// belong to no or to several stores, and those of the file system and of the index.
func Open(cfg Config) (*Store, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("open piece store: %w", err)
	}
	if err := makeDir(cfg.Dir); err != nil {
		return nil, fmt.Errorf("open piece store: %w", err)
	}
	lock, err := lockDir(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("open piece store: %w", err)
	}
	d, err := openDir(cfg.Dir, cfg.Buffered)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open piece store: %w", err), lock.Close())
	}
	s, err := open(cfg, d, vfs.Default)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open piece store: %w", err), lock.Close())
	}
	s.lock = lock
	return s, nil
}

// open opens a store on a disk for the volumes and a file system for the index.
func open(cfg Config, d disk, fs vfs.FS) (*Store, error) {
	cfg = cfg.withDefaults()
	s := &Store{
		cfg: cfg, disk: d, gate: newGate(), volumes: map[uint32]*volume{},
		wake:   make(chan struct{}, 1),
		damage: make(chan Damage, cfg.DamageQueue),
	}
	dir := filepath.Join(cfg.Dir, indexName)
	if cfg.Rebuild {
		if err := removeIndex(dir, fs); err != nil {
			return nil, err
		}
	}
	var err error
	if s.index, err = openIndex(dir, fs); err != nil {
		return nil, err
	}
	if err := s.recover(); err != nil {
		return nil, errors.Join(err, s.free())
	}
	return s, nil
}

// Close waits for calls that are under way, stops Run, and frees the store. Writers that are open fail with ErrClosed
// from then on, readers that are open keep working. A second call does nothing.
func (s *Store) Close() error {
	if !s.gate.shut() {
		return nil
	}
	var err error
	s.space.Lock()
	if v := s.space.active; v != nil && s.failure() == nil {
		err = s.seal(v)
	}
	s.space.Unlock()
	return errors.Join(err, s.free())
}

// free closes what is open. The lock goes last.
func (s *Store) free() error {
	var errs []error
	for _, v := range s.list() {
		errs = append(errs, s.unpin(v))
	}
	errs = append(errs, s.index.Close())
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// list returns the volumes in the order of their numbers.
func (s *Store) list() []*volume {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*volume, 0, len(s.volumes))
	for _, v := range s.volumes {
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b *volume) int { return int(int64(a.id) - int64(b.id)) })
	return list
}

// Has says whether the store can serve a piece. A piece in quarantine it has not.
func (s *Store) Has(root [32]byte) (bool, error) {
	if err := s.gate.enter(); err != nil {
		return false, err
	}
	defer s.gate.leave()
	e, ok, err := readPiece(s.index, root)
	return ok && !e.damaged(), err
}

// Stat is a summary of a store. Sizes are bytes.
type Stat struct {
	Quota         int64
	Used          int64  // by pieces, padding and lists included
	Reserved      int64  // by writers that are open; Used and Reserved together stay within Quota
	Pieces        int64  // that can be served
	Damaged       int64  // in quarantine
	Volumes       int    // files
	VolumeBytes   int64  // of all files: pieces, garbage, and room allocated ahead
	Free          int64  // what the file system has left
	DamageDropped uint64 // reports that found the channel of Damage full
	Compacted     uint64 // volumes that compaction has deleted since Open
	Direct        bool   // volumes are written around the page cache
}

// Stat returns the figures of the moment. It fails with ErrClosed and with what the file system says when asked for its
// free space.
func (s *Store) Stat() (Stat, error) {
	if err := s.gate.enter(); err != nil {
		return Stat{}, err
	}
	defer s.gate.leave()
	free, err := s.disk.Free()
	if err != nil {
		return Stat{}, fmt.Errorf("ask for free space: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	stat := Stat{
		Quota: s.cfg.Quota, Used: s.used, Reserved: s.reserved,
		Pieces: s.pieces, Damaged: s.damaged, Volumes: len(s.volumes),
		Free: free, DamageDropped: s.unheard, Compacted: s.compacted, Direct: s.disk.Direct(),
	}
	for _, v := range s.volumes {
		stat.VolumeBytes += v.size
	}
	return stat, nil
}
