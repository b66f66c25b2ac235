package client

import (
	"context"
	"errors"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// Remote is Holders over streams.
type Remote struct{ remote *remote.Remote }

// NewRemote returns Holders that open their streams through r.
func NewRemote(r *remote.Remote) *Remote { return &Remote{remote: r} }

// Write opens a stream and presents the grant.
func (r *Remote) Write(ctx context.Context, to Holder, grant Grant) (Writer, error) {
	h, err := r.remote.Open(ctx, peer(to))
	if err != nil {
		return nil, err
	}
	granted := wire.Granted{Deal: grant.Deal, Index: uint32(grant.Index), Height: uint64(grant.Height)}
	if err := h.Grant(ctx, granted.Message(grant.Key, grant.Signature)); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return stream{h}, nil
}

// Read returns a reader with a stream to each holder that it is asked to read from.
func (r *Remote) Read() Reader { return streams{r.remote.Reader()} }

func peer(h Holder) remote.Peer { return remote.Peer{Name: h.Peer, Key: h.Key} }

// stream is a Writer.
type stream struct{ *remote.Holder }

// Put sends a piece and waits until it is durable.
func (s stream) Put(ctx context.Context, root [32]byte, piece []byte) error {
	p, err := s.Holder.Put(ctx, root, piece)
	if err != nil {
		return err
	}
	return p.Wait()
}

// Store has the holder acknowledge a change.
func (s stream) Store(ctx context.Context, c Change) ([]byte, error) {
	return s.Holder.Store(ctx, remote.Change(c))
}

// streams is a Reader.
type streams struct{ *remote.Reader }

// Reach opens a stream.
func (s streams) Reach(ctx context.Context, h Holder) error { return s.Reader.Reach(ctx, peer(h)) }

// Fund has the payer of the remote set money aside.
func (s streams) Fund(ctx context.Context, holders []Holder, bytes uint64) error {
	peers := make([]remote.Peer, len(holders))
	for i, h := range holders {
		peers[i] = peer(h)
	}
	return s.Reader.Fund(ctx, peers, bytes)
}

// Fetch reads a range of a piece.
func (s streams) Fetch(ctx context.Context, from Holder, p Piece, offset uint64, dst []byte) error {
	return s.Reader.Fetch(ctx, peer(from), p.Root, p.Length, offset, dst)
}

// Layout reads a list.
func (s streams) Layout(ctx context.Context, from Holder, deal uint64, want work.Layout, n int) (*record.List, error) {
	return s.Reader.Layout(ctx, peer(from), deal, want, n)
}
