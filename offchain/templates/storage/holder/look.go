package holder

import (
	"fmt"
	"path/filepath"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// ReadList returns the list that the holder with the directory dir keeps of an index in a layout, and the path of its
// file. What comes back has the root of the layout. It changes nothing and needs no lock, so that one can look at a holder
// that runs. Errors: ErrNoList, ErrListDamaged, those of the disk.
func ReadList(dir string, ref work.IndexRef, of work.Layout) (list *record.List, path string, err error) {
	e := entry{index: uint32(ref.Index), version: of.Version, root: of.Root}
	path = filepath.Join(dir, filepath.FromSlash(e.path(ref.Deal)))
	if list, err = (shelf{osFiles{dir}}).list(ref.Deal, e); err != nil {
		return nil, path, err
	}
	tree, err := list.Layout()
	if err != nil {
		return nil, path, fmt.Errorf("read list %d of deal %d: %w: %w", e.version, ref.Deal, ErrListDamaged, err)
	}
	if got, want := tree.Root(), (proof.LayoutNode{Hash: of.Root, Bytes: of.Bytes}); got != want {
		return nil, path, fmt.Errorf("read list %d of deal %d: %w: its root is %x of %d bytes", e.version, ref.Deal, ErrListDamaged, got.Hash, got.Bytes)
	}
	return list, path, nil
}

// list reads a list from the shelf. Errors as of shelf.get.
func (s shelf) list(deal uint64, e entry) (*record.List, error) {
	b, err := s.get(deal, e)
	if err != nil {
		return nil, err
	}
	list, err := record.DecodeList(b, wire.MaxList)
	if err != nil {
		return nil, fmt.Errorf("read list %d of deal %d: %w: %w", e.version, deal, ErrListDamaged, err)
	}
	if int(e.index) >= list.Pieces() {
		return nil, fmt.Errorf("read list %d of deal %d: %w: %d pieces a segment", e.version, deal, ErrListDamaged, list.Pieces())
	}
	return list, nil
}
