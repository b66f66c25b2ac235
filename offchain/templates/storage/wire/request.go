package wire

import (
	"fmt"

	"github.com/mesh-protocol/mesh/proof"
)

// Validate checks that there is exactly one request, and its bounds; its error wraps ErrInvalid.
func (m *Request) Validate() error {
	var kinds []interface{ validate() error }
	if m.Grant != nil {
		kinds = append(kinds, m.Grant)
	}
	if m.Put != nil {
		kinds = append(kinds, m.Put)
	}
	if m.Get != nil {
		kinds = append(kinds, m.Get)
	}
	if m.Layout != nil {
		kinds = append(kinds, m.Layout)
	}
	if m.Store != nil {
		kinds = append(kinds, m.Store)
	}
	if m.Pay != nil {
		kinds = append(kinds, m.Pay)
	}
	if m.Fellow != nil {
		kinds = append(kinds, m.Fellow)
	}
	if len(kinds) != 1 {
		return fmt.Errorf("%w: %d requests in one", ErrInvalid, len(kinds))
	}
	return kinds[0].validate()
}

func (m *Grant) validate() error {
	switch {
	case m.Deal == 0:
		return fmt.Errorf("%w: grant without a deal", ErrInvalid)
	case m.Index >= proof.MaxPieces:
		return fmt.Errorf("%w: grant for index %d", ErrInvalid, m.Index)
	case len(m.ClientKey) != KeySize:
		return fmt.Errorf("%w: client's key of %d bytes", ErrInvalid, len(m.ClientKey))
	case len(m.Signature) != SignatureSize:
		return fmt.Errorf("%w: client's signature of %d bytes", ErrInvalid, len(m.Signature))
	}
	return nil
}

func (m *Put) validate() error {
	switch {
	case len(m.Root) != RootSize:
		return fmt.Errorf("%w: root of %d bytes", ErrInvalid, len(m.Root))
	case m.Length == 0 || m.Length > MaxPiece:
		return fmt.Errorf("%w: piece of %d bytes", ErrInvalid, m.Length)
	}
	return nil
}

func (m *Get) validate() error {
	switch {
	case len(m.Root) != RootSize:
		return fmt.Errorf("%w: root of %d bytes", ErrInvalid, len(m.Root))
	case m.Offset >= MaxPiece || m.Length > MaxPiece-m.Offset:
		return fmt.Errorf("%w: %d bytes from %d on", ErrInvalid, m.Length, m.Offset)
	}
	return nil
}

func (m *GetLayout) validate() error {
	switch {
	case m.Deal == 0 || m.Version == 0:
		return fmt.Errorf("%w: layout %d of deal %d", ErrInvalid, m.Version, m.Deal)
	case len(m.Root) != RootSize:
		return fmt.Errorf("%w: root of %d bytes", ErrInvalid, len(m.Root))
	}
	return nil
}

func (m *Store) validate() error {
	switch {
	case m.Deal == 0 || m.Version == 0:
		return fmt.Errorf("%w: layout %d of deal %d", ErrInvalid, m.Version, m.Deal)
	case m.Base >= m.Version:
		return fmt.Errorf("%w: layout %d out of %d", ErrInvalid, m.Version, m.Base)
	case m.Base == 0 && (len(m.BaseRoot) != 0 || len(m.Kept) != 0):
		return fmt.Errorf("%w: segments kept of nothing", ErrInvalid)
	case m.Base != 0 && len(m.BaseRoot) != RootSize:
		return fmt.Errorf("%w: root of %d bytes", ErrInvalid, len(m.BaseRoot))
	case m.ListBytes > MaxList:
		return fmt.Errorf("%w: list of %d bytes", ErrInvalid, m.ListBytes)
	case m.ListBytes == 0 && len(m.Kept) == 0:
		return fmt.Errorf("%w: layout without segments", ErrInvalid)
	}
	return m.validateKept()
}

// validateKept checks that the runs are the one way to say which segments stay.
func (m *Store) validateKept() error {
	if len(m.Kept) > MaxRanges {
		return fmt.Errorf("%w: %d runs of segments", ErrInvalid, len(m.Kept))
	}
	var end uint64 // of the run before
	for i, r := range m.Kept {
		if r.Count == 0 || r.Count > MaxSegments || r.From > MaxSegments-r.Count || i > 0 && r.From <= end {
			return fmt.Errorf("%w: run of %d segments from %d on", ErrInvalid, r.Count, r.From)
		}
		end = r.From + r.Count
	}
	return nil
}
