package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/piece"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
)

// pieces is the store of pieces as the storage template asks for it.
type pieces struct{ store *piece.Store }

// Put implements holder.Pieces.
func (p pieces) Put(ctx context.Context, deal uint64, root [32]byte, length uint64) (holder.Writer, error) {
	w, err := p.store.Put(ctx, deal, root, length)
	if err != nil {
		return nil, asHolder(err)
	}
	return writer{w}, nil
}

// Get implements holder.Pieces.
func (p pieces) Get(root [32]byte) (holder.Reader, error) {
	r, err := p.store.Get(root)
	if err != nil {
		return nil, asHolder(err)
	}
	return reader{r}, nil
}

// Has implements holder.Pieces.
func (p pieces) Has(root [32]byte) (bool, error) { return p.store.Has(root) }

// Link implements holder.Pieces.
func (p pieces) Link(deal uint64, roots ...[32]byte) error {
	return asHolder(p.store.Link(deal, roots...))
}

// Drop implements holder.Pieces.
func (p pieces) Drop(deal uint64, roots ...[32]byte) error { return p.store.Drop(deal, roots...) }

// DropDeal implements holder.Pieces.
func (p pieces) DropDeal(deal uint64) error { return p.store.DropDeal(deal) }

// Pieces implements holder.Pieces.
func (p pieces) Pieces(deal uint64, fn func(root [32]byte) error) error {
	return p.store.Pieces(deal, fn)
}

// Buffer implements holder.Pieces.
func (p pieces) Buffer(n int) []byte { return piece.Buffer(n) }

// writer gives the errors of a piece.Writer their names in the template.
type writer struct{ *piece.Writer }

// Write implements io.Writer.
func (w writer) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	return n, asHolder(err)
}

// Commit implements holder.Writer.
func (w writer) Commit() error { return asHolder(w.Writer.Commit()) }

// reader gives the errors of a piece.Reader their names in the template.
type reader struct{ *piece.Reader }

// ReadGroup implements holder.Reader.
func (r reader) ReadGroup(p []byte, group uint64) ([]byte, error) {
	b, err := r.Reader.ReadGroup(p, group)
	return b, asHolder(err)
}

// asHolder adds to an error of the store the sentinel that the template knows it by.
func asHolder(err error) error {
	for _, same := range []struct{ store, template error }{
		{piece.ErrHeld, holder.ErrHeld},
		{piece.ErrUnknown, holder.ErrUnknown},
		{piece.ErrDamaged, holder.ErrDamaged},
		{piece.ErrQuota, holder.ErrQuota},
		{piece.ErrFull, holder.ErrNoRoom},
		{piece.ErrMismatch, holder.ErrMismatch},
		{piece.ErrLength, holder.ErrMismatch},
	} {
		if errors.Is(err, same.store) {
			return fmt.Errorf("%w: %w", same.template, err)
		}
	}
	return err
}
