package message

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mesh-protocol/mesh/proof"
)

// Limits of a refusal.
const (
	// MaxReason is the longest reason, in bytes.
	MaxReason = 256
	// MaxRetryAfter is the longest time after which a peer may ask us to come back.
	MaxRetryAfter = 10 * time.Minute
)

// Refuse makes a refusal. The reason, whatever it holds, becomes printable and is cut to MaxReason bytes.
func Refuse(code Code, reason string) *Refusal {
	reason = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(reason, "?"))
	if len(reason) > MaxReason {
		// The cut may have split a rune; the rest of it goes too.
		reason = strings.ToValidUTF8(reason[:MaxReason], "")
	}
	return &Refusal{Code: code, Reason: reason}
}

// RefuseUntil makes a refusal that says when to ask again, clamped to [1 ms, MaxRetryAfter].
func RefuseUntil(code Code, reason string, after time.Duration) *Refusal {
	r := Refuse(code, reason)
	r.RetryAfterMs = uint64(min(max(after, time.Millisecond), MaxRetryAfter).Milliseconds())
	return r
}

// Error says the code and the reason.
func (m *Refusal) Error() string {
	word := strings.ToLower(strings.TrimPrefix(m.Code.String(), "CODE_"))
	if m.Reason == "" {
		return "refused: " + word
	}
	return fmt.Sprintf("refused: %s: %s", word, m.Reason)
}

// RetryAfter is how long to wait before asking again; 0 = asking again is pointless.
func (m *Refusal) RetryAfter() time.Duration { return time.Duration(m.RetryAfterMs) * time.Millisecond }

// Validate checks that there is a code, that the reason is short and printable, and that the time is within bounds;
// its error wraps ErrInvalid.
func (m *Refusal) Validate() error {
	switch {
	case m.Code <= CodeUnspecified:
		return fmt.Errorf("%w: refusal code %d", ErrInvalid, m.Code)
	case len(m.Reason) > MaxReason || !isPrintable(m.Reason):
		return fmt.Errorf("%w: reason of a refusal", ErrInvalid)
	case m.RetryAfterMs > uint64(MaxRetryAfter.Milliseconds()):
		return fmt.Errorf("%w: retry after %d ms", ErrInvalid, m.RetryAfterMs)
	}
	return nil
}

// isPrintable reports whether s is valid UTF-8 without control characters, so that it can go to a terminal.
func isPrintable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// RefusalOf returns what a peer is told when serving it failed with err. A *Refusal that a handler returns as it is
// goes out as it is; one that is wrapped came from somebody else and does not. What the peer did wrong is named;
// anything else is CodeInternal without its text, which is nobody's business.
func RefusalOf(err error) *Refusal {
	if r, ok := err.(*Refusal); ok { //nolint:errorlint // a wrapped one is somebody else's
		return r
	}
	for _, known := range refusals {
		for _, sentinel := range known.errs {
			if errors.Is(err, sentinel) {
				return Refuse(known.code, sentinel.Error())
			}
		}
	}
	return Refuse(CodeInternal, "internal error")
}

var refusals = []struct {
	code Code
	errs []error
}{
	{CodeTooLarge, []error{ErrTooLarge}},
	{CodeMalformed, []error{
		ErrTruncated, io.EOF, ErrMalformed, ErrNotCanonical, ErrInvalid, ErrVersion, ErrUnsigned, ErrWrongType,
		proof.ErrKey, proof.ErrSignature,
	}},
	{CodeStale, []error{ErrStale, ErrSeen}},
	{CodeUnsupported, []error{ErrUnhandled}},
	{CodeTimeout, []error{context.DeadlineExceeded}},
}
