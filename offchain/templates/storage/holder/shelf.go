package holder

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// shelf keeps lists on disk.
type shelf struct{ files files }

// entry is a list on the shelf: what its name says.
type entry struct {
	index   uint32
	version uint64
	root    [32]byte
}

// part is the end of the name of a list that is being written.
const part = ".part"

func dealDir(deal uint64) string { return strconv.FormatUint(deal, 10) }

func (v entry) name() string { return fmt.Sprintf("%d-%d-%x", v.index, v.version, v.root) }

func (v entry) path(deal uint64) string { return dealDir(deal) + "/" + v.name() }

// parseEntry reads what name writes and nothing else.
func parseEntry(name string) (entry, bool) {
	words := strings.Split(name, "-")
	if len(words) != 3 {
		return entry{}, false
	}
	index, err1 := strconv.ParseUint(words[0], 10, 32)
	version, err2 := strconv.ParseUint(words[1], 10, 64)
	root, err3 := hex.DecodeString(words[2])
	if errors.Join(err1, err2, err3) != nil || len(root) != 32 {
		return entry{}, false
	}
	v := entry{index: uint32(index), version: version, root: [32]byte(root)}
	return v, v.name() == name
}

// load returns the deals that have a directory, each with its lists, and removes what a crash has left unfinished.
func (s shelf) load() (map[uint64][]entry, error) {
	names, err := s.files.Names("")
	if err != nil {
		return nil, fmt.Errorf("read lists: %w", err)
	}
	deals := make(map[uint64][]entry, len(names))
	for _, name := range names {
		deal, err := strconv.ParseUint(name, 10, 64)
		if err != nil || dealDir(deal) != name {
			continue // somebody else's
		}
		if deals[deal], err = s.loadDeal(deal); err != nil {
			return nil, fmt.Errorf("read lists of deal %d: %w", deal, err)
		}
	}
	return deals, nil
}

func (s shelf) loadDeal(deal uint64) ([]entry, error) {
	names, err := s.files.Names(dealDir(deal))
	if err != nil {
		return nil, err
	}
	var list []entry
	for _, name := range names {
		if strings.HasSuffix(name, part) {
			if err := s.files.Remove(dealDir(deal) + "/" + name); err != nil {
				return nil, err
			}
		} else if v, ok := parseEntry(name); ok {
			list = append(list, v)
		}
	}
	slices.SortFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.version, b.version), slices.Compare(a.root[:], b.root[:]))
	})
	return list, nil
}

// begin makes the directory of a deal, durably.
func (s shelf) begin(deal uint64) error {
	if err := s.files.MakeDir(dealDir(deal)); err != nil {
		return fmt.Errorf("make directory of deal %d: %w", deal, err)
	}
	if err := s.files.SyncDir(""); err != nil {
		return fmt.Errorf("sync directory of lists: %w", err)
	}
	return nil
}

// put writes a list; when it returns nil the list is durable, else it is there whole or not at all.
func (s shelf) put(deal uint64, v entry, list []byte) error {
	final := v.path(deal)
	err := s.write(final+part, list)
	if err == nil {
		err = s.files.Rename(final+part, final)
	}
	if err == nil {
		err = s.files.SyncDir(dealDir(deal))
	}
	if err != nil {
		return fmt.Errorf("write list %d of deal %d: %w", v.version, deal, err)
	}
	return nil
}

func (s shelf) write(name string, list []byte) (err error) {
	f, err := s.files.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	sum := sha256.Sum256(list)
	if _, err := f.Write(list); err != nil {
		return err
	}
	if _, err := f.Write(sum[:]); err != nil {
		return err
	}
	return f.Sync()
}

// open opens a list to be copied as it is, and returns its length without the sum. Errors: ErrNoList, ErrListDamaged,
// those of the disk.
func (s shelf) open(deal uint64, v entry) (input, int64, error) {
	f, err := s.files.Open(v.path(deal))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, fmt.Errorf("open list %d of deal %d: %w", v.version, deal, ErrNoList)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("open list %d of deal %d: %w", v.version, deal, err)
	}
	size, err := f.Size()
	if err == nil && size <= sha256.Size {
		err = ErrListDamaged
	}
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("open list %d of deal %d: %w", v.version, deal, err), f.Close())
	}
	return f, size - sha256.Size, nil
}

// get reads a list. Errors: ErrNoList, ErrListDamaged, those of opening it.
func (s shelf) get(deal uint64, v entry) ([]byte, error) {
	f, size, err := s.open(deal, v)
	if err != nil {
		return nil, err
	}
	b := make([]byte, size+sha256.Size)
	if _, err = f.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", ErrListDamaged, err)
	} else {
		err = nil
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read list %d of deal %d: %w", v.version, deal, err)
	}
	list, sum := b[:size], [sha256.Size]byte(b[size:])
	if sha256.Sum256(list) != sum {
		return nil, fmt.Errorf("read list %d of deal %d: %w", v.version, deal, ErrListDamaged)
	}
	return list, nil
}

// remove deletes lists, durably.
func (s shelf) remove(deal uint64, list []entry) error {
	for _, v := range list {
		if err := s.files.Remove(v.path(deal)); err != nil {
			return fmt.Errorf("delete list %d of deal %d: %w", v.version, deal, err)
		}
	}
	if len(list) == 0 {
		return nil
	}
	if err := s.files.SyncDir(dealDir(deal)); err != nil {
		return fmt.Errorf("sync lists of deal %d: %w", deal, err)
	}
	return nil
}

// end deletes the directory of a deal, durably. Nothing may be left in it but what begin and put have made.
func (s shelf) end(deal uint64) error {
	names, err := s.files.Names(dealDir(deal))
	if err != nil {
		return fmt.Errorf("read lists of deal %d: %w", deal, err)
	}
	for _, name := range names {
		if err := s.files.Remove(dealDir(deal) + "/" + name); err != nil {
			return fmt.Errorf("delete lists of deal %d: %w", deal, err)
		}
	}
	if err := s.files.Remove(dealDir(deal)); err != nil {
		return fmt.Errorf("delete directory of deal %d: %w", deal, err)
	}
	if err := s.files.SyncDir(""); err != nil {
		return fmt.Errorf("sync directory of lists: %w", err)
	}
	return nil
}
