package holder

import (
	"slices"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// deal is what the holder knows of one deal besides its pieces.
type deal struct {
	id uint64
	// writers is taken by every piece that is being written, which has a buffer each.
	writers chan struct{}

	mu    sync.Mutex
	begun bool    // its directory is there, durably
	gone  bool    // it was ended and another value stands for it, if any
	lists []entry // on disk
	loose *loose  // nil before it was counted
	seen  work.Held
}

func newDeal(id uint64, begun bool, lists []entry) *deal {
	return &deal{id: id, begun: begun, lists: lists, writers: make(chan struct{}, wire.MaxInFlight)}
}

// findAny returns the list of a version for any index: the lists are the same.
func (d *deal) findAny(version uint64, root [32]byte) (entry, bool) {
	i := slices.IndexFunc(d.lists, func(e entry) bool { return e.version == version && e.root == root })
	if i < 0 {
		return entry{}, false
	}
	return d.lists[i], true
}

// saw notes how the chain has the deal, and reports whether that is not older than what it was shown before: what is
// forgotten by the later view is not there for the earlier one.
func (d *deal) saw(held work.Held) bool {
	was := d.seen
	if was.Ref == held.Ref && (held.At.Since < was.At.Since || held.Deal.Layout.Version < was.Deal.Layout.Version ||
		held.At.Since == was.At.Since && held.At.Acked.Version < was.At.Acked.Version) {
		return false
	}
	d.seen = held
	return true
}

// waiting counts the lists that may still become the version on chain.
func (d *deal) waiting(version uint64) int {
	n := 0
	for _, e := range d.lists {
		if e.version > version {
			n++
		}
	}
	return n
}

// loose are the pieces a deal refers to that no version needs that the chain may ask a proof for: those of versions to
// come, and those in no list. They are bounded, as nobody pays for them yet.
type loose struct {
	pieces map[[32]byte]*loosePiece
	bytes  uint64
}

type loosePiece struct {
	length uint64
	height uint64 // at which it was put
	puts   int    // that are under way
	stored bool   // the store has it, and the deal refers to it
	by     *grant // who put it last; nil after a restart
}

func newLoose() *loose { return &loose{pieces: make(map[[32]byte]*loosePiece)} }

// room says whether another piece fits into the deal's space. One of a single byte, of which there are 256, always does: a layout
// of it makes room.
func (l *loose) room(length, space uint64) bool {
	return length == 1 || len(l.pieces) < wire.ListLimit(space) && l.bytes <= space && length <= space-l.bytes
}

func (l *loose) add(root [32]byte, p *loosePiece) {
	l.pieces[root] = p
	l.bytes += p.length
}

func (l *loose) remove(root [32]byte) {
	if p := l.pieces[root]; p != nil {
		l.bytes -= p.length
		delete(l.pieces, root)
	}
}

// begin books a put that begins.
func (l *loose) begin(root [32]byte, length, height uint64, by *grant) {
	p := l.pieces[root]
	if p == nil {
		p = &loosePiece{length: length}
		l.add(root, p)
	}
	p.puts++
	p.height, p.by = height, by
}

// end books how a put ended.
func (l *loose) end(root [32]byte, stored bool) {
	p := l.pieces[root]
	if p == nil {
		return // the version that needs it was acknowledged on chain meanwhile
	}
	p.puts = max(p.puts-1, 0) // it may have been forgotten and put again meanwhile
	p.stored = p.stored || stored
	if p.puts == 0 && !p.stored {
		l.remove(root)
	}
}

// putting says whether something is being put.
func (l *loose) putting() bool {
	for _, p := range l.pieces {
		if p.puts > 0 {
			return true
		}
	}
	return false
}

// gone says whether a piece that no list needs can go: nobody has put it in the last blocks, or may be about to list it.
func (l *loose) gone(root [32]byte, height, age uint64) bool {
	p := l.pieces[root]
	if p == nil {
		return true // a forgotten list needed it
	}
	return p.puts == 0 && (p.by == nil || p.by.over) && height >= p.height+age
}

// list notes that a list needs a piece that is linked to the deal: it is then loose until the chain shows an ack.
func (l *loose) list(root [32]byte, length, height uint64) {
	p := l.pieces[root]
	if p == nil {
		p = &loosePiece{length: length, height: height, stored: true}
		l.add(root, p)
	}
	p.stored = true
}

// owedEntries names the lists that proofs are made with: that of what was acknowledged last, and that of a claim whose
// proof may still come.
func owedEntries(held work.Held) []entry {
	list := []entry{ackedEntry(held)}
	if held.At.ClaimedEpoch != 0 {
		list = append(list, entryOf(held, held.At.Claimed))
	}
	return list
}

// ackedEntry names the list that an index was acknowledged with on chain; its version is 0 if it was not.
func ackedEntry(held work.Held) entry {
	return entryOf(held, held.At.Acked)
}

func entryOf(held work.Held, l work.Layout) entry {
	return entry{index: uint32(held.Ref.Index), version: l.Version, root: l.Root}
}
