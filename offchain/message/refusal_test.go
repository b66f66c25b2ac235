package message_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

func TestRefusalIsAlwaysValid(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		reason := string(rapid.SliceOfN(rapid.Byte(), 0, 600).Draw(t, "reason"))
		after := time.Duration(rapid.Int64().Draw(t, "after"))
		r := message.RefuseUntil(message.CodeBusy, reason, after)
		require.NoError(t, r.Validate())
		require.Positive(t, r.RetryAfter())
		require.LessOrEqual(t, r.RetryAfter(), message.MaxRetryAfter)
	})
}

func TestRefuseKeepsWhatItCan(t *testing.T) {
	require.Equal(t, "a b?", message.Refuse(message.CodeBusy, "a\nb\xff").Reason)
	require.Equal(t, strings.Repeat("ä", 128), message.Refuse(message.CodeBusy, strings.Repeat("ä", 200)).Reason)
	require.Equal(t, "a"+strings.Repeat("ä", 127), message.Refuse(message.CodeBusy, "a"+strings.Repeat("ä", 200)).Reason)
	require.Equal(t, "refused: hello_required: say hello", message.Refuse(message.CodeHelloRequired, "say hello").Error())
	require.Equal(t, "refused: busy", message.Refuse(message.CodeBusy, "").Error())
	require.Zero(t, message.Refuse(message.CodeBusy, "").RetryAfter())
}

func TestRefusalOf(t *testing.T) {
	own := message.RefuseUntil(message.CodeDeclined, "no", time.Second)
	cases := []struct {
		name string
		err  error
		code message.Code
		text string
	}{
		{"ok: a refusal as it is", own, message.CodeDeclined, "no"},
		{"ok: somebody else's refusal stays with us", fmt.Errorf("ask: %w", own), message.CodeInternal, "internal error"},
		{"ok: too large", fmt.Errorf("a: %w", message.ErrTooLarge), message.CodeTooLarge, "exceeds the size limit"},
		{"ok: truncated", message.ErrTruncated, message.CodeMalformed, "input ends early"},
		{"ok: nothing came", io.EOF, message.CodeMalformed, "EOF"},
		{"ok: malformed", message.ErrMalformed, message.CodeMalformed, "malformed message"},
		{"ok: signature", proof.ErrSignature, message.CodeMalformed, "invalid signature"},
		{"ok: stale", message.ErrStale, message.CodeStale, "height is too far from ours"},
		{"ok: seen", message.ErrSeen, message.CodeStale, "message was seen before"},
		{"ok: unhandled", message.ErrUnhandled, message.CodeUnsupported, "no handler"},
		{"ok: late", context.DeadlineExceeded, message.CodeTimeout, "context deadline exceeded"},
		{"ok: our own trouble is hidden", errors.New("open /home/node/secret"), message.CodeInternal, "internal error"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := message.RefusalOf(c.err)
			require.Equal(t, c.code, r.Code)
			require.Equal(t, c.text, r.Reason)
			require.NoError(t, r.Validate())
		})
	}
}

func TestFramesCarryBodiesAndRefusals(t *testing.T) {
	var wire bytes.Buffer
	require.NoError(t, message.WriteBody(&wire, []byte("hi"), 100))
	require.NoError(t, message.WriteBody(&wire, nil, 100))
	require.NoError(t, message.WriteRefusal(&wire, message.Refuse(message.CodeBusy, "later")))
	require.NoError(t, message.WriteFrame(&wire, nil, 100))

	b, err := message.ReadBody(&wire, 100)
	require.NoError(t, err)
	require.Equal(t, []byte("hi"), b)
	b, err = message.ReadBody(&wire, 100)
	require.NoError(t, err)
	require.Empty(t, b)
	_, err = message.ReadBody(&wire, 100)
	var r *message.Refusal
	require.ErrorAs(t, err, &r)
	require.Equal(t, message.Refuse(message.CodeBusy, "later"), r)
	_, err = message.ReadBody(&wire, 100)
	require.ErrorIs(t, err, message.ErrInvalid, "a frame without content")
	_, err = message.ReadBody(&wire, 100)
	require.ErrorIs(t, err, io.EOF)
}

func TestFrameLimits(t *testing.T) {
	body := make([]byte, message.MaxControlFrame-message.MaxFrameOverhead)
	var wire bytes.Buffer
	require.NoError(t, message.WriteBody(&wire, body, message.MaxControlFrame))
	b, err := message.ReadBody(&wire, message.MaxBulkFrame)
	require.NoError(t, err)
	require.Equal(t, body, b)
	require.ErrorIs(t, message.WriteBody(&wire, append(body, 0), message.MaxControlFrame), message.ErrTooLarge)
	require.ErrorIs(t, message.WriteRefusal(&wire, new(message.Refusal)), message.ErrInvalid)
	require.Zero(t, wire.Len())
}
