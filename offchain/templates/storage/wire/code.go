package wire

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Code says why a holder has nothing to give. It is an error, so that errors.Is(err, wire.Missing) tells what a
// holder's refusal was about.
type Code uint32

// The codes of an answer.
const (
	Accepted   Code = iota
	Unknown         // no such piece, list or deal here
	Damaged         // it was here and is not readable
	Quota           // no room
	NotGranted      // no grant, or not for this
	Mismatch        // the bytes do not have the root
	Missing         // pieces of the list are not here
	BadList         // the list breaks its format, n or the deal's space, or its version cannot be committed any more
	Internal        // the holder failed
	BadRange        // the piece ends before the range
	Unpaid          // it costs more than was paid, or the voucher does not count
)

// String returns the code in a few words.
func (c Code) String() string {
	words := [...]string{
		"accepted", "unknown", "damaged", "no room", "not granted", "wrong root", "pieces missing", "bad list", "holder failed", "beyond the end",
		"unpaid",
	}
	if int64(c) >= int64(len(words)) {
		return fmt.Sprintf("code %d", uint32(c))
	}
	return words[c]
}

// Error says what the code means.
func (c Code) Error() string { return c.String() }

// Refusal is an answer with a code other than Accepted.
type Refusal struct {
	Code    Code
	Reason  string   // for people
	Missing []uint64 // with code Missing: the first segments whose pieces are not there
}

// Refuse makes a refusal. The reason, whatever it holds, becomes printable and is cut to MaxReason bytes.
func Refuse(code Code, format string, args ...any) *Refusal {
	reason := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(fmt.Sprintf(format, args...), "?"))
	if len(reason) > MaxReason {
		// The cut may have split a rune; the rest of it goes too.
		reason = strings.ToValidUTF8(reason[:MaxReason], "")
	}
	return &Refusal{Code: code, Reason: reason}
}

// Error says the code and the reason.
func (r *Refusal) Error() string {
	if r.Reason == "" {
		return "holder refused: " + r.Code.String()
	}
	return fmt.Sprintf("holder refused: %s: %s", r.Code, r.Reason)
}

// Unwrap returns the code, for errors.Is.
func (r *Refusal) Unwrap() error { return r.Code }

// Answer returns the refusal as it is sent.
func (r *Refusal) Answer() *Answer {
	missing := r.Missing[:min(len(r.Missing), MaxMissing)]
	return &Answer{Code: uint32(r.Code), Reason: r.Reason, Missing: slices.Clone(missing)}
}

// Refused returns nil for an answer that accepts, else its *Refusal.
func (m *Answer) Refused() error {
	if m.Code == uint32(Accepted) {
		return nil
	}
	return &Refusal{Code: Code(m.Code), Reason: m.Reason, Missing: m.Missing}
}
