package fuzzed

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// Message is what a transaction carries, or a genesis.
type Message interface {
	Marshal() ([]byte, error)
	Unmarshal(bz []byte) error
}

// Decoded reads any bytes as a message, and holds that it is read back into again as it is written; it is nil for bytes that do not
// decode.
func Decoded(t require.TestingT, msg, again Message, bz []byte) Message {
	if msg.Unmarshal(bz) != nil {
		return nil
	}
	written, err := msg.Marshal()
	require.NoError(t, err)
	require.NoError(t, again.Unmarshal(written))
	twice, err := again.Marshal()
	require.NoError(t, err)
	require.Equal(t, written, twice)
	return msg
}

// Handler makes and handles messages of one type.
type Handler struct {
	New    func() Message
	Handle func(context.Context, Message) error
}

// HandlerOf returns the handler that a method of a message server is.
func HandlerOf[M any, P interface {
	*M
	Message
}, R any](handle func(context.Context, P) (R, error)) Handler {
	return Handler{
		func() Message { return P(new(M)) },
		func(ctx context.Context, m Message) error {
			_, err := handle(ctx, m.(P))
			return err
		},
	}
}

// Changed returns the message in bytes that decode with two of its fields changed: see Change.
func (h Handler) Changed(t require.TestingT, valid []byte, field, other uint8, n uint64, s string, bz []byte) Message {
	msg := h.New()
	require.NoError(t, msg.Unmarshal(valid))
	Change(msg, int(field), n, s, bz)
	if other != field {
		Change(msg, int(other), n, s, bz)
	}
	return msg
}

// SendMessages fuzzes with any bytes that decode as a message of one of the types, to be sent after a wait of some blocks.
func SendMessages(f *testing.F, handlers func() []Handler, send func(t *testing.T, h Handler, msg Message, wait uint8)) {
	f.Helper()
	f.Fuzz(func(t *testing.T, kind, wait uint8, bz []byte) {
		all := handlers()
		h := all[int(kind)%len(all)]
		if msg := h.New(); msg.Unmarshal(bz) == nil {
			send(t, h, msg, wait)
		}
	})
}
