package p2p

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// serving runs a member that serves events within limits that a test may tighten.
func serving(t *testing.T, tighten func(*Limits), h Handler) *member {
	t.Helper()
	o, err := New(testConfig(t), Deps{})
	require.NoError(t, err)
	limits, err := DefaultLimits(ProtocolEvent)
	require.NoError(t, err)
	if tighten != nil {
		tighten(&limits)
	}
	require.NoError(t, o.Handle(ProtocolEvent, limits, h))
	return launch(t, o)
}

func echo(_ context.Context, _ peer.ID, b []byte) ([]byte, error) { return b, nil }

func TestRequest(t *testing.T) {
	a, b := serving(t, nil, echo), serving(t, nil, func(_ context.Context, from peer.ID, _ []byte) ([]byte, error) {
		return []byte("hi " + from.String()), nil
	})
	require.NoError(t, b.Connect(within(t), a.info()))
	answer, err := b.Request(within(t), a.ID(), ProtocolEvent, []byte("x"))
	require.NoError(t, err)
	require.Equal(t, []byte("x"), answer)
	answer, err = a.Request(within(t), b.ID(), ProtocolEvent, nil) // over the connection that b has opened
	require.NoError(t, err)
	require.Equal(t, "hi "+a.ID().String(), string(answer))
	answer, err = b.Request(within(t), a.ID(), ProtocolEvent, nil)
	require.NoError(t, err)
	require.Empty(t, answer)
	largest := make([]byte, message.MaxControlFrame-message.MaxFrameOverhead)
	answer, err = b.Request(within(t), a.ID(), ProtocolEvent, largest)
	require.NoError(t, err)
	require.Equal(t, largest, answer)
}

// A peer that is known but not connected is dialled and greeted first.
func TestRequestReachesOut(t *testing.T) {
	a := serving(t, nil, echo)
	cfg := testConfig(t)
	cfg.Timing.RetryMin, cfg.Timing.RetryAlone = time.Hour, time.Hour // the connector stays out of it
	cfg.Timing.RetryMax = time.Hour
	cfg.Listen = nil // and a cannot dial back
	b := start(t, cfg, Deps{})
	require.NoError(t, b.Connect(within(t), a.info()))
	b.until("record", func() bool { return len(b.book.addrs(a.ID())) > 0 })
	require.NoError(t, b.host.Network().ClosePeer(a.ID()))
	b.await(PeerLost, a.ID())
	answer, err := b.Request(within(t), a.ID(), ProtocolEvent, []byte("x"))
	require.NoError(t, err)
	require.Equal(t, []byte("x"), answer)
}

func TestRequestFails(t *testing.T) {
	private := errors.New("open /home/node/secret: permission denied")
	blocked := make(chan struct{})
	defer close(blocked)
	a := serving(t, func(l *Limits) { l.Idle = 300 * time.Millisecond }, func(ctx context.Context, _ peer.ID, b []byte) ([]byte, error) {
		switch string(b) {
		case "refuse":
			return nil, message.RefuseUntil(message.CodeDeclined, "no room", time.Minute)
		case "other":
			return nil, fmt.Errorf("ask: %w", message.Refuse(message.CodeWrongChain, "somebody else's"))
		case "malformed":
			return nil, message.ErrMalformed
		case "panic":
			panic("spilt")
		case "long":
			return make([]byte, message.MaxControlFrame), nil
		case "slow":
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return nil, private
	})
	b := start(t, testConfig(t), Deps{})
	require.NoError(t, b.Connect(within(t), a.info()))
	cases := []struct {
		name, body string
		code       message.Code
		reason     string
	}{
		{"fails: refused", "refuse", message.CodeDeclined, "no room"},
		{"fails: somebody else's refusal", "other", message.CodeInternal, "internal error"},
		{"fails: malformed", "malformed", message.CodeMalformed, "malformed message"},
		{"fails: panic", "panic", message.CodeInternal, "internal error"},
		{"fails: answer too long", "long", message.CodeInternal, "internal error"},
		{"fails: too slow", "slow", message.CodeTimeout, "context deadline exceeded"},
		{"fails: trouble that is nobody's business", "error", message.CodeInternal, "internal error"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := b.Request(within(t), a.ID(), ProtocolEvent, []byte(c.body))
			r := refusal(t, err)
			require.Equal(t, c.code, r.Code)
			require.Equal(t, c.reason, r.Reason)
		})
	}
	_, err := b.Request(within(t), a.ID(), ProtocolEvent, make([]byte, message.MaxControlFrame))
	require.ErrorIs(t, err, message.ErrTooLarge)
	_, err = b.Request(within(t), a.ID(), ProtocolTask, nil)
	require.ErrorIs(t, err, ErrUnsupported)
	_, err = b.Request(within(t), a.ID(), "gossip", nil)
	require.ErrorIs(t, err, ErrInvalid)
	_, err = b.Request(within(t), b.ID(), ProtocolEvent, nil)
	require.ErrorIs(t, err, ErrInvalid)
	require.Len(t, b.Peers(), 1, "the connection has survived it all")
}

func TestRequestEndsWithItsContext(t *testing.T) {
	entered := make(chan struct{})
	release := make(chan struct{})
	a := serving(t, nil, func(context.Context, peer.ID, []byte) ([]byte, error) {
		close(entered)
		<-release
		return nil, nil
	})
	defer close(release)
	b := start(t, testConfig(t), Deps{})
	require.NoError(t, b.Connect(within(t), a.info()))
	ctx, cancel := context.WithCancel(within(t))
	go func() {
		<-entered
		cancel()
	}()
	_, err := b.Request(ctx, a.ID(), ProtocolEvent, nil)
	require.ErrorIs(t, err, context.Canceled)
}

func TestHostileRequests(t *testing.T) {
	const idle = 300 * time.Millisecond
	a := serving(t, func(l *Limits) { l.Idle, l.MaxFrame = idle, 1000 }, echo)
	s := newStranger(t)
	s.joins(a)
	cases := []struct {
		name string
		wire []byte
		end  bool // whether the stream is ended after that
		code message.Code
		cost float64 // credit
	}{
		{"fails: nothing", nil, true, message.CodeMalformed, 0},
		{"fails: silence", nil, false, message.CodeTimeout, 0},
		{"fails: length only", []byte{10}, false, message.CodeTimeout, 0},
		{"fails: half a frame", []byte{10, 1, 2, 3}, true, message.CodeMalformed, 0},
		{"fails: half a frame and silence", []byte{10, 1, 2, 3}, false, message.CodeTimeout, 0},
		{"fails: oversize", []byte{0xe9, 0x07}, false, message.CodeTooLarge, 10},
		{"fails: a gigabyte", []byte{0xff, 0xff, 0xff, 0xff, 0x03}, false, message.CodeTooLarge, 10},
		{"fails: length with a useless byte", []byte{0x81, 0x00, 0}, false, message.CodeMalformed, 10},
		{"fails: no frame", []byte{2, 0xff, 0xff}, false, message.CodeMalformed, 10},
		{"fails: frame without content", []byte{0}, false, message.CodeMalformed, 10},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			left := a.creditOf(s.ID())
			raw := s.opens(a, protocolID(a.cfg.Network, ProtocolEvent))
			_, err := raw.Write(c.wire)
			require.NoError(t, err)
			if c.end {
				require.NoError(t, raw.CloseWrite())
			}
			_, err = message.ReadBody(raw, message.MaxControlFrame)
			require.Equal(t, c.code, refusal(t, err).Code)
			_, err = message.ReadBody(raw, message.MaxControlFrame)
			require.Error(t, err, "nothing follows")
			require.InDelta(t, left-c.cost, a.creditOf(s.ID()), 1)
		})
	}
	require.Len(t, a.Peers(), 1)
}

// A peer that drips its request is cut off when the time of the frame is over, not when it stops.
func TestDrippingRequestIsCutOff(t *testing.T) {
	const idle = 500 * time.Millisecond
	a := serving(t, func(l *Limits) { l.Idle = idle }, echo)
	s := newStranger(t)
	s.joins(a)
	raw := s.opens(a, protocolID(a.cfg.Network, ProtocolEvent))
	began := time.Now()
	_, err := raw.Write([]byte{100})
	require.NoError(t, err)
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		drip := time.NewTicker(20 * time.Millisecond)
		defer drip.Stop()
		for {
			select {
			case <-stop:
				return
			case <-drip.C:
				_, _ = raw.Write([]byte{0})
			}
		}
	}()
	_, err = message.ReadBody(raw, message.MaxControlFrame)
	require.Equal(t, message.CodeTimeout, refusal(t, err).Code)
	require.GreaterOrEqual(t, time.Since(began), idle)
	require.Less(t, time.Since(began), 3*idle)
}

func TestStreamsAtOnceAreLimited(t *testing.T) {
	entered := make(chan struct{}, 10)
	release := make(chan struct{})
	a := serving(t, func(l *Limits) { l.PerPeer, l.Total = 2, 3 }, func(context.Context, peer.ID, []byte) ([]byte, error) {
		entered <- struct{}{}
		<-release
		return []byte("done"), nil
	})
	b, c := start(t, testConfig(t), Deps{}), start(t, testConfig(t), Deps{})
	require.NoError(t, b.Connect(within(t), a.info()))
	require.NoError(t, c.Connect(within(t), a.info()))
	results := make(chan error, 10)
	ask := func(m *member) {
		go func() {
			_, err := m.Request(within(t), a.ID(), ProtocolEvent, nil)
			results <- err
		}()
		<-entered
	}
	ask(b)
	ask(b)
	_, err := b.Request(within(t), a.ID(), ProtocolEvent, nil)
	require.Equal(t, message.CodeBusy, refusal(t, err).Code, "two of one peer")
	require.Equal(t, time.Second, refusal(t, err).RetryAfter())
	ask(c)
	_, err = c.Request(within(t), a.ID(), ProtocolEvent, nil)
	require.Equal(t, message.CodeBusy, refusal(t, err).Code, "three in all")
	close(release)
	for range 3 {
		require.NoError(t, <-results)
	}
	a.idle(ProtocolEvent)
	_, err = b.Request(within(t), a.ID(), ProtocolEvent, nil)
	require.NoError(t, err, "there is room again")
}

func TestRequestsInARowAreLimitedAndFloodersBanned(t *testing.T) {
	a := serving(t, func(l *Limits) { l.Every, l.Burst = time.Minute, 2 }, echo)
	b := start(t, testConfig(t), Deps{})
	require.NoError(t, b.Connect(within(t), a.info()))
	var err error
	for range 2 {
		_, err = b.Request(within(t), a.ID(), ProtocolEvent, nil)
		require.NoError(t, err)
	}
	_, err = b.Request(within(t), a.ID(), ProtocolEvent, nil)
	require.Equal(t, message.CodeRateLimited, refusal(t, err).Code)
	require.Equal(t, time.Minute, refusal(t, err).RetryAfter())
	for range 2 * creditSize {
		if a.gate.isBanned(b.ID()) {
			break
		}
		_, err = b.Request(within(t), a.ID(), ProtocolEvent, nil)
		require.Error(t, err)
	}
	require.Equal(t, "banned: too many requests", a.await(PeerRefused, b.ID()).Reason)
	a.until("closed", func() bool { return len(a.host.Network().ConnsToPeer(b.ID())) == 0 })
	_, err = a.Request(within(t), b.ID(), ProtocolEvent, nil)
	require.ErrorIs(t, err, ErrBanned)
	require.ErrorIs(t, a.Connect(within(t), b.info()), ErrBanned)
}

func TestHandleRefuses(t *testing.T) {
	o, err := New(testConfig(t), Deps{})
	require.NoError(t, err)
	limits, err := DefaultLimits(ProtocolTask)
	require.NoError(t, err)
	wider := func(change func(*Limits)) Limits {
		l := limits
		change(&l)
		return l
	}
	cases := []struct {
		name     string
		protocol string
		limits   Limits
		err      error
	}{
		{"ok: as in the table", ProtocolTask, limits, nil},
		{"fails: again", ProtocolTask, limits, ErrTaken},
		{"fails: the overlay's own", ProtocolHello, wider(func(l *Limits) { *l = protocolLimits[0].limits }), ErrTaken},
		{"fails: no protocol", "gossip", limits, ErrInvalid},
		{"fails: no limits", ProtocolEvent, Limits{}, ErrInvalid},
		{"fails: larger frames", ProtocolTask, wider(func(l *Limits) { l.MaxFrame++ }), ErrInvalid},
		{"fails: more streams of a peer", ProtocolTask, wider(func(l *Limits) { l.PerPeer++ }), ErrInvalid},
		{"fails: more streams", ProtocolTask, wider(func(l *Limits) { l.Total++ }), ErrInvalid},
		{"fails: more often", ProtocolTask, wider(func(l *Limits) { l.Every-- }), ErrInvalid},
		{"fails: more at once", ProtocolTask, wider(func(l *Limits) { l.Burst++ }), ErrInvalid},
		{"fails: more time", ProtocolTask, wider(func(l *Limits) { l.Idle++ }), ErrInvalid},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.ErrorIs(t, o.Handle(c.protocol, c.limits, echo), c.err)
		})
	}
	m := launch(t, o)
	limits, err = DefaultLimits(ProtocolEvent)
	require.NoError(t, err)
	require.ErrorIs(t, m.Handle(ProtocolEvent, limits, echo), ErrRunning)
}
