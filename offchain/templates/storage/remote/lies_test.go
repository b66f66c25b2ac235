package remote_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire/wiretest"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

const pieceLength = 700 << 10

func truth() []byte { return holdertest.Content(1, pieceLength) }

// liar answers the first request of a stream in its own way, and then says nothing more.
type liar func(c *wire.Conn, raw *wiretest.End) error

func (l liar) dial(t *testing.T) wiretest.Dialer {
	t.Helper()
	return func(context.Context, string) (work.Stream, error) {
		a, b := wiretest.Pipe(100)
		go func() {
			c := wire.NewConn(b, time.Hour)
			m, err := c.ReadRequest(func() bool { return true })
			if err == nil && m.Store != nil {
				_, err = c.ReadBody(m.Store.ListBytes)
			}
			if err == nil {
				err = l(c, b)
			}
			if err != nil && !errors.Is(err, wiretest.ErrReset) {
				t.Errorf("liar: %v", err)
			}
		}()
		return a, nil
	}
}

// serveAs answers with a piece, after the answer and the bytes were changed.
func serveAs(change func(a *wire.Answer, b []byte) []byte) liar {
	return func(c *wire.Conn, _ *wiretest.End) error {
		b := truth()
		a := &wire.Answer{Length: pieceLength, Follow: pieceLength, Cvs: holdertest.CVs(b)}
		b = change(a, b)
		return errors.Join(c.WriteAnswer(a), c.WriteBody(b))
	}
}

func TestLyingHoldersOfPieces(t *testing.T) {
	flip := func(at int) liar {
		return serveAs(func(_ *wire.Answer, b []byte) []byte { b[at] ^= 1; return b })
	}
	other := holdertest.Content(2, pieceLength)
	tests := []struct {
		name string
		lie  liar
		want error // nil: nothing is wrong
	}{
		{"ok: the truth", serveAs(func(_ *wire.Answer, b []byte) []byte { return b }), nil},
		{"fails: first byte", flip(0), remote.ErrBadBytes},
		{"fails: a byte in the middle", flip(300 << 10), remote.ErrBadBytes},
		{"fails: last byte", flip(pieceLength - 1), remote.ErrBadBytes},
		{"fails: another piece with its CVs", serveAs(func(a *wire.Answer, _ []byte) []byte { a.Cvs = holdertest.CVs(other); return other }), remote.ErrBadBytes},
		{"fails: another piece under these CVs", serveAs(func(_ *wire.Answer, _ []byte) []byte { return other }), remote.ErrBadBytes},
		{"fails: CVs in another order", serveAs(func(a *wire.Answer, b []byte) []byte {
			for i := range 32 {
				a.Cvs[i], a.Cvs[i+32] = a.Cvs[i+32], a.Cvs[i]
			}
			return b
		}), remote.ErrBadBytes},
		{"fails: a CV less", serveAs(func(a *wire.Answer, b []byte) []byte { a.Cvs = a.Cvs[32:]; return b }), remote.ErrBadBytes},
		{"fails: no CVs", serveAs(func(a *wire.Answer, b []byte) []byte { a.Cvs = nil; return b }), remote.ErrBadBytes},
		{"fails: groups in another order", serveAs(func(_ *wire.Answer, b []byte) []byte {
			return append(append(bytes.Clone(b[16<<10:32<<10]), b[:16<<10]...), b[32<<10:]...)
		}), remote.ErrBadBytes},
		{"fails: another length", serveAs(func(a *wire.Answer, b []byte) []byte { a.Length++; return b }), remote.ErrBadBytes},
		{"fails: less follows", serveAs(func(a *wire.Answer, b []byte) []byte { a.Follow--; return b }), remote.ErrBadBytes},
		{"fails: signed", serveAs(func(a *wire.Answer, b []byte) []byte { a.Signature = make([]byte, 64); return b }), remote.ErrBadBytes},
		{"fails: short last group", serveAs(func(_ *wire.Answer, b []byte) []byte { return b[:len(b)-1] }), remote.ErrProtocol},
		{"fails: ends early", func(c *wire.Conn, raw *wiretest.End) error {
			b := truth()
			a := &wire.Answer{Length: pieceLength, Follow: pieceLength, Cvs: holdertest.CVs(b)}
			return errors.Join(c.WriteAnswer(a), c.WriteBody(b[:wire.BulkFrame]), raw.Close())
		}, remote.ErrEnded},
		{"fails: frame of one byte", func(c *wire.Conn, raw *wiretest.End) error {
			b := truth()
			a := &wire.Answer{Length: pieceLength, Follow: pieceLength, Cvs: holdertest.CVs(b)}
			return errors.Join(c.WriteAnswer(a), raw.WriteBulk(b[:1]))
		}, remote.ErrProtocol},
		{"fails: bytes for an answer", func(_ *wire.Conn, raw *wiretest.End) error { return raw.WriteBulk(truth()[:100]) }, remote.ErrEnded},
		{"fails: no message", func(_ *wire.Conn, raw *wiretest.End) error { return raw.WriteBody([]byte{0xff}) }, remote.ErrProtocol},
		{"fails: message of another shape", func(_ *wire.Conn, raw *wiretest.End) error { return raw.WriteBody([]byte{0x18, 0x01, 0x20, 0x02}) }, remote.ErrProtocol},
		{"fails: reset", func(_ *wire.Conn, raw *wiretest.End) error { return raw.Reset() }, remote.ErrEnded},
		{"fails: no answer", func(*wire.Conn, *wiretest.End) error { return nil }, context.DeadlineExceeded},
		{"fails: hangs in the middle", func(c *wire.Conn, _ *wiretest.End) error {
			b := truth()
			a := &wire.Answer{Length: pieceLength, Follow: pieceLength, Cvs: holdertest.CVs(b)}
			return errors.Join(c.WriteAnswer(a), c.WriteBody(b[:wire.BulkFrame]))
		}, context.DeadlineExceeded},
		{"fails: code of a later version", func(c *wire.Conn, _ *wiretest.End) error { return c.WriteAnswer(&wire.Answer{Code: 77}) }, wire.Code(77)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, err := newRemote(t, test.lie.dial(t)).Open(t.Context(), peer())
				require.NoError(t, err)
				dst := make([]byte, pieceLength)
				start := time.Now()
				err = h.Fetch(t.Context(), holdertest.Root(truth()), pieceLength, 0, dst)
				require.NoError(t, h.Close())
				if test.want == nil {
					require.NoError(t, err)
					require.Equal(t, truth(), dst)
					return
				}
				require.ErrorIs(t, err, test.want)
				var named *remote.HolderError
				require.ErrorAs(t, err, &named)
				require.Equal(t, "holder", named.Peer)
				if errors.Is(test.want, context.DeadlineExceeded) {
					require.Equal(t, patience, time.Since(start))
				}
			})
		})
	}
}

func TestFalseBytesEndTheStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, err := newRemote(t, serveAs(func(_ *wire.Answer, b []byte) []byte { b[0]++; return b }).dial(t)).Open(t.Context(), peer())
		require.NoError(t, err)
		require.ErrorIs(t, h.Fetch(t.Context(), holdertest.Root(truth()), pieceLength, 0, make([]byte, pieceLength)), remote.ErrBadBytes)
		<-h.Ended()
		err = h.Fetch(t.Context(), holdertest.Root(truth()), pieceLength, 0, make([]byte, pieceLength))
		require.ErrorIs(t, err, remote.ErrEnded)
		require.NotErrorIs(t, err, remote.ErrBadBytes, "blamed twice")
		require.NoError(t, h.Close())
	})
}

func TestLyingHoldersOfLists(t *testing.T) {
	segment, _ := holdertest.Segment(1, n, 1000)
	list, err := record.NewList(n, []record.Segment{segment, segment})
	require.NoError(t, err)
	one, err := record.NewList(n, []record.Segment{segment})
	require.NoError(t, err)
	none, err := record.NewList(n, nil)
	require.NoError(t, err)
	want, err := holdertest.Layout(3, list)
	require.NoError(t, err)
	send := func(b []byte) liar {
		return func(c *wire.Conn, _ *wiretest.End) error {
			return errors.Join(c.WriteAnswer(&wire.Answer{Length: uint64(len(b)), Follow: uint64(len(b))}), c.WriteBody(b))
		}
	}
	tests := []struct {
		name   string
		lie    liar
		pieces int
		want   error
	}{
		{"ok: the truth", send(list.Encode()), n, nil},
		{"fails: another n", send(list.Encode()), n + 1, remote.ErrBadBytes},
		{"fails: another list", send(one.Encode()), n, remote.ErrBadBytes},
		{"fails: empty list", send(none.Encode()), n, remote.ErrBadBytes},
		{"fails: no list", send([]byte{1, 2, 3}), n, remote.ErrBadBytes},
		{"fails: no bytes", send(nil), n, remote.ErrProtocol},
		{"fails: part of it", func(c *wire.Conn, _ *wiretest.End) error { return c.WriteAnswer(&wire.Answer{Length: 9, Follow: 8}) }, n, remote.ErrProtocol},
		{"fails: hangs", func(c *wire.Conn, _ *wiretest.End) error { return c.WriteAnswer(&wire.Answer{Length: 9, Follow: 9}) }, n, context.DeadlineExceeded},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, err := newRemote(t, test.lie.dial(t)).Open(t.Context(), peer())
				require.NoError(t, err)
				_, err = h.Layout(t.Context(), 7, want, test.pieces)
				require.ErrorIs(t, err, test.want)
				require.NoError(t, h.Close())
			})
		})
	}
}

func TestLyingHoldersOfAcks(t *testing.T) {
	segment, _ := holdertest.Segment(1, n, 1000)
	list, err := record.NewList(n, []record.Segment{segment})
	require.NoError(t, err)
	made, err := holdertest.Layout(3, list)
	require.NoError(t, err)
	honest := proof.Ack{Deal: 7, Version: 3, Root: made.Root, Bytes: 1000, Index: index}
	sign := func(key byte, change func(*proof.Ack)) liar {
		return func(c *wire.Conn, _ *wiretest.End) error {
			ack := honest
			change(&ack)
			signature, err := ack.Sign(holdertest.Key(key), holdertest.Domain())
			return errors.Join(err, c.WriteAnswer(&wire.Answer{Signature: signature}))
		}
	}
	tests := []struct {
		name string
		lie  liar
		want error
	}{
		{"ok: the truth", sign(1, func(*proof.Ack) {}), nil},
		{"fails: another key", sign(2, func(*proof.Ack) {}), remote.ErrBadBytes},
		{"fails: another version", sign(1, func(a *proof.Ack) { a.Version++ }), remote.ErrBadBytes},
		{"fails: another index", sign(1, func(a *proof.Ack) { a.Index++ }), remote.ErrBadBytes},
		{"fails: other bytes", sign(1, func(a *proof.Ack) { a.Bytes++ }), remote.ErrBadBytes},
		{"fails: not signed", func(c *wire.Conn, _ *wiretest.End) error { return c.WriteAnswer(&wire.Answer{}) }, remote.ErrBadBytes},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, err := newRemote(t, test.lie.dial(t)).Open(t.Context(), peer())
				require.NoError(t, err)
				_, err = h.Store(t.Context(), remote.Change{Deal: 7, Index: index, Added: list, Made: made})
				require.ErrorIs(t, err, test.want)
				require.NoError(t, h.Close())
			})
		})
	}
}

func TestEndlessFramesCostNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wrote := 0
		endless := liar(func(c *wire.Conn, raw *wiretest.End) error {
			b := truth()
			a := &wire.Answer{Length: pieceLength, Follow: pieceLength, Cvs: holdertest.CVs(b)}
			if err := errors.Join(c.WriteAnswer(a), c.WriteBody(b)); err != nil {
				return err
			}
			for {
				if err := raw.WriteBulk(b[:wire.BulkFrame]); err != nil {
					return err
				}
				wrote++
			}
		})
		h, err := newRemote(t, endless.dial(t)).Open(t.Context(), peer())
		require.NoError(t, err)
		require.NoError(t, h.Fetch(t.Context(), holdertest.Root(truth()), pieceLength, 0, make([]byte, pieceLength)))
		synctest.Wait()
		require.Equal(t, 100, wrote, "more than the window was read")
		require.ErrorIs(t, h.Grant(t.Context(), client.Grant(wire.Granted{Deal: 7})), remote.ErrEnded)
		require.NoError(t, h.Close())
	})
}

func TestContextEndsACallAtOnce(t *testing.T) {
	hang := liar(func(*wire.Conn, *wiretest.End) error { return nil })
	why := errors.New("enough")
	calls := map[string]func(ctx context.Context, h *remote.Holder) error{
		"fetch": func(ctx context.Context, h *remote.Holder) error {
			return h.Fetch(ctx, [32]byte{1}, 5, 0, make([]byte, 5))
		},
		"put": func(ctx context.Context, h *remote.Holder) error {
			p, err := h.Put(ctx, [32]byte{1}, truth())
			if err != nil {
				return err
			}
			return p.Wait()
		},
		"put that nobody reads": func(ctx context.Context, h *remote.Holder) error {
			for {
				if _, err := h.Put(ctx, [32]byte{1}, make([]byte, wire.MaxPiece)); err != nil {
					return err
				}
			}
		},
		"layout": func(ctx context.Context, h *remote.Holder) error {
			_, err := h.Layout(ctx, 7, work.Layout{Version: 1}, n)
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, err := newRemote(t, hang.dial(t)).Open(t.Context(), peer())
				require.NoError(t, err)
				ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, why)
				defer cancel()
				start := time.Now()
				require.ErrorIs(t, call(ctx, h), why)
				require.Equal(t, time.Second, time.Since(start))
				require.ErrorIs(t, h.Flush(), errorOf(name, why))
				require.NoError(t, h.Close())
			})
		})
	}
}

func TestHolderThatTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, err := newRemote(t, liar(func(*wire.Conn, *wiretest.End) error { return nil }).dial(t)).Open(t.Context(), peer())
		require.NoError(t, err)
		start := time.Now()
		for err == nil {
			_, err = h.Put(t.Context(), [32]byte{1}, make([]byte, wire.MaxPiece))
		}
		require.ErrorIs(t, err, remote.ErrEnded)
		require.ErrorIs(t, h.Flush(), context.DeadlineExceeded)
		require.Equal(t, patience, time.Since(start))
		require.NoError(t, h.Close())
	})
}

func TestHolderThatStopsInsideAPiece(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, err := newRemote(t, func(context.Context, string) (work.Stream, error) {
			a, _ := wiretest.Pipe(2)
			return a, nil
		}).Open(t.Context(), peer())
		require.NoError(t, err)
		p, err := h.Put(t.Context(), [32]byte{1}, truth())
		require.NoError(t, err, "the answer may say why")
		require.ErrorIs(t, p.Wait(), context.DeadlineExceeded)
		require.NoError(t, h.Close())
	})
}

func TestReaderAsksAgainWhenOthersEndTheStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := liar(func(*wire.Conn, *wiretest.End) error { return nil }).dial(t)
		honest := serveAs(func(_ *wire.Answer, b []byte) []byte { return b }).dial(t)
		streams := 0
		reader := newRemote(t, func(ctx context.Context, peer string) (work.Stream, error) {
			if streams++; streams <= 2 {
				return hang(ctx, peer)
			}
			return honest(ctx, peer)
		}).Reader()
		fetch := func(ctx context.Context) chan error {
			done := make(chan error, 1)
			go func() {
				done <- reader.Fetch(ctx, peer(), holdertest.Root(truth()), pieceLength, 0, make([]byte, pieceLength))
			}()
			synctest.Wait()
			return done
		}
		var patient chan error
		for n := range 2 {
			ctx, cancel := context.WithCancel(t.Context())
			hasty := fetch(ctx)
			if n == 0 {
				patient = fetch(t.Context())
			}
			cancel()
			require.ErrorIs(t, <-hasty, context.Canceled)
			synctest.Wait()
			require.Equal(t, n+2, streams)
		}
		require.NoError(t, <-patient)
		require.NoError(t, reader.Close())
	})
}

// errorOf is what Flush says after a call: the pieces that nobody has waited for.
func errorOf(call string, why error) error {
	if call == "put that nobody reads" {
		return why
	}
	return nil
}

func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, err := newRemote(t, liar(func(*wire.Conn, *wiretest.End) error { return nil }).dial(t)).Open(t.Context(), peer())
		require.NoError(t, err)
		ended := make(chan error, 1)
		go func() { ended <- h.Fetch(t.Context(), [32]byte{1}, 5, 0, make([]byte, 5)) }()
		synctest.Wait()
		require.NoError(t, h.Close())
		require.ErrorIs(t, <-ended, remote.ErrEnded)
		require.NoError(t, h.Close())
		require.ErrorIs(t, h.Fetch(t.Context(), [32]byte{1}, 5, 0, make([]byte, 5)), remote.ErrEnded)
	})
}

func TestDialerThatFails(t *testing.T) {
	gone := errors.New("no route")
	_, err := newRemote(t, func(context.Context, string) (work.Stream, error) { return nil, gone }).Open(t.Context(), peer())
	require.ErrorIs(t, err, gone)
	require.EqualError(t, err, "open stream at holder: no route")

	_, err = remote.New(remote.DefaultConfig(holdertest.Domain()), nil)
	require.ErrorIs(t, err, remote.ErrInvalid)
	_, err = remote.New(remote.DefaultConfig(proof.Domain{}), wiretest.Dialer(nil))
	require.ErrorIs(t, err, remote.ErrInvalid)
	_, err = remote.New(remote.Config{Domain: holdertest.Domain()}, wiretest.Dialer(nil))
	require.ErrorIs(t, err, remote.ErrInvalid)
}
