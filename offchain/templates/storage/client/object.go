package client

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// State is where an object of the client's own stands.
type State string

// An object is pending until the chain has answered, and removing likewise.
const (
	Pending  State = "pending"
	Stored   State = "stored"
	Removing State = "removing"
)

// Object is an object of the client's own.
type Object struct {
	CID      string
	Name     string
	Size     uint64 // bytes
	Type     string // media type, or empty
	Modified int64  // when its source was last changed, in Unix seconds, or 0
	Deal     uint64
	Stored   time.Time // when it was put
	State    State
}

// entry is what the database keeps of an object beside its manifest.
type entry struct {
	Object
	Key     segment.Key
	Segment [32]byte // id of the manifest's segment
	Attempt attempt  // of the change that State waits for
}

// attempt is a transaction whose outcome decides about an object.
type attempt struct {
	Version uint64   // of the layout it makes
	Root    [32]byte // of that layout
	Until   int64    // height of the last block it may be in
}

// in says whether the object is in a list.
func (e entry) in(x *record.Index) bool {
	_, ok := x.Segment(e.Segment)
	return ok
}

// entryJSON is how an entry is written.
type entryJSON struct {
	CID      string    `json:"cid"`
	Name     string    `json:"name"`
	Size     uint64    `json:"size"`
	Type     string    `json:"type,omitempty"`
	Modified int64     `json:"modified,omitempty"`
	Deal     uint64    `json:"deal"`
	Stored   time.Time `json:"stored"`
	State    State     `json:"state"`
	Key      []byte    `json:"key"`
	Segment  []byte    `json:"segment"`
	Version  uint64    `json:"version,omitempty"`
	Root     []byte    `json:"root,omitempty"`
	Until    int64     `json:"until_height,omitempty"`
}

// encode returns the bytes of an entry.
func (e entry) encode() ([]byte, error) {
	w := entryJSON{
		CID: e.CID, Name: e.Name, Size: e.Size, Type: e.Type, Modified: e.Modified, Deal: e.Deal, Stored: e.Stored.UTC(),
		State: e.State, Key: e.Key[:], Segment: e.Segment[:],
	}
	if e.State != Stored {
		w.Version, w.Root, w.Until = e.Attempt.Version, e.Attempt.Root[:], e.Attempt.Until
	}
	b, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("encode object %s: %w", e.CID, err)
	}
	return b, nil
}

// decodeEntry reads what encode writes. Errors wrap ErrCorrupt.
func decodeEntry(b []byte) (entry, error) {
	var w entryJSON
	if err := json.Unmarshal(b, &w); err != nil {
		return entry{}, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	e := entry{Object: Object{
		CID: w.CID, Name: w.Name, Size: w.Size, Type: w.Type, Modified: w.Modified, Deal: w.Deal, Stored: w.Stored, State: w.State,
	}}
	open := w.State == Pending || w.State == Removing
	if len(w.Key) != len(e.Key) || len(w.Segment) != len(e.Segment) || !open && w.State != Stored || open != (len(w.Root) == len(e.Attempt.Root)) || open != (w.Until > 0) {
		return entry{}, fmt.Errorf("%w: object %.80q", ErrCorrupt, w.CID)
	}
	e.Key, e.Segment = segment.Key(w.Key), [32]byte(w.Segment)
	if open {
		e.Attempt = attempt{Version: w.Version, Root: [32]byte(w.Root), Until: w.Until}
	}
	return e, nil
}
