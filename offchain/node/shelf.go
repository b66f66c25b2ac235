package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/duty"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/repair"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// shelf is the holder as duties and repairs ask for it.
type shelf struct{ holder *holder.Holder }

// Holdings implements duty.Shelf.
func (s shelf) Holdings(ctx context.Context, epoch uint64) proof.Holdings {
	return holdings{s.holder.Holdings(ctx, epoch)}
}

// holdings names losses as duties know them.
type holdings struct{ *holder.Holdings }

// Layout implements proof.Holdings.
func (h holdings) Layout(deal uint64) (*proof.Layout, uint32, error) {
	l, index, err := h.Holdings.Layout(deal)
	return l, index, asLost(err)
}

// Group implements proof.Holdings.
func (h holdings) Group(deal uint64, segment int, group uint64) (data, cvs []byte, err error) {
	data, cvs, err = h.Holdings.Group(deal, segment, group)
	return data, cvs, asLost(err)
}

// asLost adds to the error of something that is missing the sentinel by which duties know it.
func asLost(err error) error {
	var l *holder.LossError
	if errors.As(err, &l) {
		return fmt.Errorf("%w: %w", duty.ErrLost, err)
	}
	return err
}

// Reconcile implements duty.Shelf.
func (s shelf) Reconcile(ctx context.Context, held []work.Held) (missing []work.IndexRef, err error) {
	losses, err := s.holder.Reconcile(ctx, held)
	for _, l := range losses {
		missing = append(missing, l.Ref)
	}
	return missing, err
}

// Has implements duty.Shelf.
func (s shelf) Has(ref work.IndexRef, l work.Layout) (bool, error) {
	return s.holder.Signed(ref, l), nil
}

// Open implements duty.Shelf.
func (s shelf) Open(ref work.IndexRef, _ work.Layout, position uint64) (layout, chunk []byte, err error) {
	layout, chunk, err = s.holder.Opening(context.Background(), ref.Deal, position)
	return layout, chunk, asLost(err)
}

// Adopt implements repair.Shelf.
func (s shelf) Adopt(ctx context.Context, deal, version uint64, list *record.List) error {
	_, err := s.holder.Adopt(ctx, deal, version, list)
	return err
}

// repairStore is the store of pieces as repairs ask for it.
type repairStore struct {
	pieces
	holder *holder.Holder
}

// Put implements repair.Store.
func (s repairStore) Put(ctx context.Context, deal uint64, root [32]byte, length uint64) (repair.Writer, error) {
	return s.holder.Put(ctx, deal, root, length)
}

// fellowHolders reads from holders for a repair.
type fellowHolders struct{ remote *remote.Remote }

// Reader implements repair.Readers.
func (f fellowHolders) Reader(deal uint64) repair.Reader {
	return fellowReader{f.remote.FellowReader(deal)}
}

// fellowReader reads for one repair.
type fellowReader struct{ *remote.Reader }

func peerOf(m work.Member) remote.Peer { return remote.Peer{Name: m.Peer, Key: m.PeerKey} }

// Fetch implements repair.Reader.
func (r fellowReader) Fetch(ctx context.Context, from work.Member, root [32]byte, length, offset uint64, dst []byte) error {
	return r.Reader.Fetch(ctx, peerOf(from), root, length, offset, dst)
}

// Layout implements repair.Reader.
func (r fellowReader) Layout(ctx context.Context, from work.Member, deal uint64, want work.Layout, n int) (*record.List, error) {
	return r.Reader.Layout(ctx, peerOf(from), deal, want, n)
}
