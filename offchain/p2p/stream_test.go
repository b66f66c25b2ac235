package p2p

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// transferring runs a member that serves pieces, and one that is connected to it.
func transferring(t *testing.T, idle time.Duration, h StreamHandler) (a, b *member) {
	t.Helper()
	o, err := New(testConfig(t), Deps{})
	require.NoError(t, err)
	limits, err := DefaultLimits(ProtocolPiece)
	require.NoError(t, err)
	limits.Idle = idle
	require.NoError(t, o.HandleStream(ProtocolPiece, limits, h))
	a, b = launch(t, o), start(t, testConfig(t), Deps{})
	require.NoError(t, b.Connect(within(t), a.info()))
	return a, b
}

func TestBulkStream(t *testing.T) {
	const frames = 40 // 10 MiB
	a, b := transferring(t, time.Minute, func(_ context.Context, s *Stream) error {
		what, err := s.ReadBody()
		if err != nil {
			return err
		}
		if err := s.WriteBody(append([]byte("ok "), what...)); err != nil {
			return err
		}
		buf := make([]byte, message.MaxBulkFrame)
		for {
			n, err := s.ReadBulk(buf)
			if errors.Is(err, io.EOF) {
				return s.WriteBody([]byte("stored"))
			}
			if err != nil {
				return err
			}
			if err := s.WriteBulk(buf[:n]); err != nil {
				return err
			}
		}
	})
	s, err := b.OpenStream(within(t), a.ID(), ProtocolPiece)
	require.NoError(t, err)
	require.Equal(t, a.ID(), s.Peer())
	require.NoError(t, s.WriteBody([]byte("put")))
	answer, err := s.ReadBody()
	require.NoError(t, err)
	require.Equal(t, "ok put", string(answer))
	sent, got := make([]byte, 256<<10), make([]byte, 256<<10)
	for i := range frames {
		sent[0], sent[len(sent)-1] = byte(i), byte(i)
		require.NoError(t, s.WriteBulk(sent))
		n, err := s.ReadBulk(got)
		require.NoError(t, err)
		require.True(t, bytes.Equal(sent, got[:n]))
	}
	require.ErrorIs(t, s.WriteBulk(make([]byte, message.MaxBulkFrame+1)), message.ErrTooLarge)
	require.NoError(t, s.CloseWrite())
	answer, err = s.ReadBody()
	require.NoError(t, err)
	require.Equal(t, "stored", string(answer))
	_, err = s.ReadBody()
	require.ErrorIs(t, err, io.EOF)
	require.NoError(t, s.Close())
}

func TestStreamHandlerErrorIsAFrame(t *testing.T) {
	a, b := transferring(t, time.Minute, func(context.Context, *Stream) error {
		return message.Refuse(message.CodeDeclined, "no such piece")
	})
	s, err := b.OpenStream(within(t), a.ID(), ProtocolPiece)
	require.NoError(t, err)
	require.NoError(t, s.WriteBody([]byte("get")))
	_, err = s.ReadBody()
	require.Equal(t, "no such piece", refusal(t, err).Reason)
	require.NoError(t, s.Close())
}

func TestIdleStreamEnds(t *testing.T) {
	const idle = 200 * time.Millisecond
	served := make(chan error, 1)
	a, b := transferring(t, idle, func(_ context.Context, s *Stream) error {
		_, err := s.ReadBulk(make([]byte, 100))
		served <- err
		return err
	})
	s, err := b.OpenStream(within(t), a.ID(), ProtocolPiece)
	require.NoError(t, err)
	require.NoError(t, s.WriteBulk(nil)) // libp2p opens the stream with the first bytes
	require.NoError(t, <-served)
	require.NoError(t, s.Close())

	s, err = b.OpenStream(within(t), a.ID(), ProtocolPiece)
	require.NoError(t, err)
	_, err = s.raw.Write([]byte{50, 1, 2}) // a frame that never ends
	require.NoError(t, err)
	require.ErrorIs(t, <-served, context.DeadlineExceeded)
	_, err = s.ReadBody()
	require.Equal(t, message.CodeTimeout, refusal(t, err).Code)
	require.NoError(t, s.Reset())
}

// A stream that is being served ends with the overlay, and Run waits for it.
func TestStreamEndsWithTheOverlay(t *testing.T) {
	entered, served := make(chan struct{}), make(chan error, 1)
	a, b := transferring(t, time.Minute, func(ctx context.Context, s *Stream) error {
		close(entered)
		_, err := s.ReadBody()
		if ctx.Err() == nil {
			err = errors.New("the stream ended before the overlay")
		}
		served <- err
		return err
	})
	s, err := b.OpenStream(within(t), a.ID(), ProtocolPiece)
	require.NoError(t, err)
	_, err = s.raw.Write([]byte{50})
	require.NoError(t, err)
	<-entered
	a.stop()
	require.ErrorContains(t, <-served, "reset")
	require.NoError(t, s.Reset())
}
