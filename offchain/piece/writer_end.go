package piece

import (
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/proof"
)

// Commit checks the root and returns when the piece is durable: its bytes first, then the index. Callers that commit at
// the same time share the syncs. It fails with ErrLength if bytes are missing; with a *MismatchError; with ErrFull,
// ErrFailed, ErrClosed and other errors of the disk; with ErrFinished. After any error the piece is not there and its
// space is given back; only after ErrFailed a later Open may still find it. Nil also means that the deal refers to the
// piece if somebody else has committed the same one meanwhile.
func (w *Writer) Commit() error {
	if err := w.s.gate.enter(); err != nil {
		w.end(false)
		return fmt.Errorf("commit piece: %w", err)
	}
	defer w.s.gate.leave()
	if err := w.finish(); err != nil {
		w.end(false)
		return fmt.Errorf("commit piece: %w", err)
	}
	c := &putChange{place: w.place, root: w.root, deal: w.deal, length: w.length}
	if err := w.s.submit(c); err != nil {
		w.end(errors.Is(err, ErrFailed)) // the index may point there all the same: nobody else may write there
		return fmt.Errorf("commit piece: %w", err)
	}
	w.quota = 0 // the commit has turned it into a piece
	w.end(!c.known)
	return nil
}

// Abort gives the piece up and its space back. After Commit it does nothing, so that it can be deferred.
func (w *Writer) Abort() { w.end(false) }

// finish checks length and root and writes the rest of the record.
func (w *Writer) finish() error {
	switch {
	case w.err != nil:
		return w.err
	case w.taken != w.length:
		return fmt.Errorf("%w: %d of %d bytes", ErrLength, w.taken, w.length)
	}
	root, err := proof.FoldGroups(w.list, w.length)
	if err != nil {
		return err
	}
	if root != w.root {
		return &MismatchError{Want: w.root, Got: root}
	}
	at := w.place.location()
	t := trailer{volume: at.volume, page: at.page, length: w.length, deal: w.deal, root: w.root}
	meta := t.encode(nil, w.s.secret)
	if listSize(w.length) > 0 {
		meta = append(w.list, meta...)
	}
	padding := w.place.length - int64(w.length) - int64(len(meta))
	if err := w.fillUp(make([]byte, padding)); err != nil {
		return err
	}
	if err := w.fillUp(meta); err != nil {
		return err
	}
	return w.write()
}

// fillUp appends to the record, writing the buffer whenever it is full.
func (w *Writer) fillUp(p []byte) error {
	for len(p) > 0 {
		if w.fill == len(*w.buf) {
			if err := w.write(); err != nil {
				return err
			}
		}
		n := copy((*w.buf)[w.fill:], p)
		w.fill += n
		p = p[n:]
	}
	return nil
}

// end frees what the writer holds, once. keep says that the index points, or may point, to its record.
func (w *Writer) end(keep bool) {
	if w.buf == nil {
		return
	}
	w.s.buffers.give(w.buf)
	w.buf, w.err = nil, ErrFinished
	w.s.returnQuota(w.quota)
	give := w.s.release
	if keep {
		give = w.s.keep
	}
	// The volume stays open for the store itself unless it was deleted, and then what closing says changes nothing.
	_ = give(w.place)
}
