package wire

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mesh-protocol/mesh/proof"
)

// Validate checks the bounds of the fields, whatever the request was; its error wraps ErrInvalid.
func (m *Answer) Validate() error {
	switch {
	case len(m.Reason) > MaxReason || !printable(m.Reason):
		return fmt.Errorf("%w: reason of an answer", ErrInvalid)
	case m.Length > MaxList || m.Follow > m.Length:
		return fmt.Errorf("%w: %d bytes out of %d follow", ErrInvalid, m.Follow, m.Length)
	case len(m.Cvs)%proof.CVSize != 0 || uint64(len(m.Cvs)) > Groups(MaxPiece)*proof.CVSize:
		return fmt.Errorf("%w: %d bytes of CVs", ErrInvalid, len(m.Cvs))
	case len(m.Signature) != 0 && len(m.Signature) != SignatureSize:
		return fmt.Errorf("%w: signature of %d bytes", ErrInvalid, len(m.Signature))
	case len(m.Missing) > MaxMissing:
		return fmt.Errorf("%w: %d missing segments", ErrInvalid, len(m.Missing))
	case m.Code == uint32(Accepted) && (m.Reason != "" || len(m.Missing) != 0):
		return fmt.Errorf("%w: accepted for a reason", ErrInvalid)
	case m.Code != uint32(Accepted) && (m.Length != 0 || m.Follow != 0 || len(m.Cvs) != 0 || len(m.Signature) != 0 || m.Account != nil):
		return fmt.Errorf("%w: refused and yet given", ErrInvalid)
	}
	if m.Account != nil {
		if err := m.Account.validate(); err != nil {
			return err
		}
	}
	for i, segment := range m.Missing {
		if segment >= MaxSegments || i > 0 && segment <= m.Missing[i-1] {
			return fmt.Errorf("%w: missing segment %d", ErrInvalid, segment)
		}
	}
	return nil
}

// printable reports whether s is valid UTF-8 without control characters, so that it can go to a terminal.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
