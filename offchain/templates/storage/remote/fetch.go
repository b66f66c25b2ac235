package remote

import (
	"context"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Fetch fills dst with bytes of a piece from an offset on. root and length are those of the layout, so that what fills
// dst is what the client has stored; after an error dst holds anything. It is fastest where offset and the end of dst
// are multiples of proof.GroupSize, or the end is that of the piece. When it returns dst is the caller's again. Errors:
// ErrBadBytes if the holder has lied, wire.Unpaid, those of the Payer.
func (h *Holder) Fetch(ctx context.Context, root [32]byte, length, offset uint64, dst []byte) error {
	const op = "fetch piece"
	n := uint64(len(dst))
	if length == 0 || length > wire.MaxPiece || n == 0 || offset > length || n > length-offset {
		return h.named(op, fmt.Errorf("%w: %d bytes from %d on of a piece of %d", ErrInvalid, n, offset, length))
	}
	m := &wire.Request{Get: &wire.Get{Root: root[:], Offset: offset, Length: n}}
	f := &fetch{h: h, root: root, length: length, offset: offset, dst: dst}
	if h.payer == nil {
		return h.ask(ctx, op, m, nil, f.take)
	}
	from, to := f.groups()
	return h.fetchPaid(ctx, op, to-from, m, f.take)
}

// fetch is a range of a piece that arrives.
type fetch struct {
	h      *Holder
	root   [32]byte
	length uint64 // of the piece
	offset uint64 // of dst in it
	dst    []byte
}

// groups returns the bytes of the piece that are sent, which are those that are paid for: whole groups around those asked for.
func (f *fetch) groups() (from, to uint64) {
	return f.offset / proof.GroupSize * proof.GroupSize, min(f.length, wire.Groups(f.offset+uint64(len(f.dst)))*proof.GroupSize)
}

// take checks the list of CVs once, and then every frame, which is whole groups.
func (f *fetch) take(a *wire.Answer) error {
	from, to := f.groups()
	if a.Length != f.length || a.Follow != to-from || len(a.Signature) != 0 {
		return fmt.Errorf("%w: %d bytes of a piece of %d", ErrBadBytes, a.Follow, a.Length)
	}
	if root, err := proof.FoldGroups(a.Cvs, f.length); err != nil || root != f.root {
		return fmt.Errorf("%w: CVs of another piece", ErrBadBytes)
	}
	for from < to {
		n := uint64(wire.FrameSize(to - from))
		if err := f.frame(from, n, a.Cvs); err != nil {
			return err
		}
		from += n
	}
	return nil
}

// frame reads the bytes [from, from+n) of the piece: into dst if all of them belong there.
func (f *fetch) frame(from, n uint64, cvs []byte) error {
	if from >= f.offset && from+n <= f.offset+uint64(len(f.dst)) {
		at := from - f.offset
		return f.verified(f.dst[at:at+n], from, cvs)
	}
	buf := f.h.r.frames.Get().(*[]byte)
	defer f.h.r.frames.Put(buf)
	b := (*buf)[:n]
	if err := f.verified(b, from, cvs); err != nil {
		return err
	}
	if from < f.offset {
		b, from = b[f.offset-from:], f.offset
	}
	copy(f.dst[from-f.offset:], b)
	return nil
}

// verified reads a frame and checks its groups.
func (f *fetch) verified(b []byte, from uint64, cvs []byte) error {
	if err := f.h.conn.ReadFrame(b); err != nil {
		return err
	}
	for group := from / proof.GroupSize; len(b) > 0; group++ {
		n := min(len(b), proof.GroupSize)
		cv, err := proof.GroupCV(b[:n], group, f.length)
		if err != nil || string(cv[:]) != string(cvs[group*proof.CVSize:(group+1)*proof.CVSize]) {
			return fmt.Errorf("%w: group %d of piece %x", ErrBadBytes, group, f.root)
		}
		b = b[n:]
	}
	return nil
}

// Layout reads the list of a deal with n pieces a segment, which must have the layout that the chain says. Errors:
// ErrBadBytes if the holder has lied.
func (h *Holder) Layout(ctx context.Context, deal uint64, want work.Layout, n int) (*record.List, error) {
	m := &wire.Request{Layout: &wire.GetLayout{Deal: deal, Version: want.Version, Root: want.Root[:]}}
	var list *record.List
	err := h.ask(ctx, "read layout", m, nil, func(a *wire.Answer) (err error) {
		list, err = h.takeList(a, want, n)
		return err
	})
	return list, err
}

func (h *Holder) takeList(a *wire.Answer, want work.Layout, n int) (*record.List, error) {
	if a.Length == 0 || a.Follow != a.Length || len(a.Cvs) != 0 || len(a.Signature) != 0 {
		return nil, fmt.Errorf("%w: %d bytes of a list of %d", ErrProtocol, a.Follow, a.Length)
	}
	b, err := h.conn.ReadBody(a.Follow)
	if err != nil {
		return nil, err
	}
	list, err := record.DecodeList(b, wire.MaxList)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadBytes, err)
	}
	tree, err := list.Layout()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadBytes, err)
	}
	if list.Pieces() != n || tree.Root() != (proof.LayoutNode{Hash: want.Root, Bytes: want.Bytes}) {
		return nil, fmt.Errorf("%w: list of another layout", ErrBadBytes)
	}
	return list, nil
}
