package p2p

import (
	"context"
	"crypto/ed25519"
	"sync"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/proof"
)

// routed runs a member whose events go to a router, as the composition root joins the two.
func routed(t *testing.T, height uint64) (*member, *message.Router) {
	t.Helper()
	checker := message.Checker{
		Domain:    proof.Domain{ChainID: "mesh-test-1", Network: "net_00000001"},
		Freshness: message.DefaultFreshness(), Height: func() uint64 { return height },
	}
	router := message.NewRouter(checker, message.NewReplay(1000, message.DefaultReplayKeep, time.Now))
	m := serving(t, nil, func(ctx context.Context, from peer.ID, b []byte) ([]byte, error) {
		return router.Serve(ctx, string(from), b)
	})
	return m, router
}

// greetings is an event with a text.
var greetings = message.EventTopic("GREETING", nil,
	func(s string) ([]byte, error) { return []byte(s), nil },
	func(b []byte) (string, error) { return string(b), nil })

func TestEventsReachTheirHandlers(t *testing.T) {
	a, router := routed(t, 100)
	b := start(t, testConfig(t), Deps{})
	require.NoError(t, b.Connect(within(t), a.info()))
	var from message.From
	require.NoError(t, message.On(router, greetings, func(_ context.Context, f message.From, s string) (*message.Envelope, error) {
		from = f
		return greetings.Seal("you said "+s, nil)
	}))
	send := func(e *message.Envelope) ([]byte, error) {
		return b.Request(within(t), a.ID(), ProtocolEvent, encoded(t, e))
	}
	e, err := greetings.Seal("hello", []byte{1})
	require.NoError(t, err)
	answer, err := send(e)
	require.NoError(t, err)
	var got message.Envelope
	require.NoError(t, message.Decode(answer, &got))
	text, err := greetings.Open(&got)
	require.NoError(t, err)
	require.Equal(t, "you said hello", text)
	require.Equal(t, message.From{Source: string(b.ID())}, from)

	_, err = send(e)
	require.Equal(t, message.CodeStale, refusal(t, err).Code, "a copy")
	e, err = greetings.Seal("hello", []byte{2})
	require.NoError(t, err)
	e.Height = 10
	_, err = send(e)
	require.Equal(t, message.CodeStale, refusal(t, err).Code, "old")
	e.Height = 100
	require.NoError(t, e.Sign(ed25519.NewKeyFromSeed(make([]byte, 32)), proof.Domain{ChainID: "mesh-test-1", Network: "net_00000002"}))
	_, err = send(e)
	require.Equal(t, message.CodeMalformed, refusal(t, err).Code, "signed for another network")
	other, err := message.NewEvent("OTHER", nil, nil)
	require.NoError(t, err)
	_, err = send(other)
	require.Equal(t, message.CodeUnsupported, refusal(t, err).Code)
	_, err = b.Request(within(t), a.ID(), ProtocolEvent, []byte{1, 2, 3})
	require.Equal(t, message.CodeMalformed, refusal(t, err).Code)
	require.InDelta(t, creditSize-10, a.creditOf(b.ID()), 1, "only bytes that no honest node sends cost something")
}

func TestManyEventsAtOnce(t *testing.T) {
	a, router := routed(t, 0)
	var mu sync.Mutex
	seen := make(map[string]int)
	require.NoError(t, message.On(router, greetings, func(_ context.Context, _ message.From, s string) (*message.Envelope, error) {
		mu.Lock()
		defer mu.Unlock()
		seen[s]++
		return nil, nil
	}))
	var wg sync.WaitGroup
	errs := make(chan error, 100)
	for range 4 {
		m := start(t, testConfig(t), Deps{})
		require.NoError(t, m.Connect(within(t), a.info()))
		for i := range 5 { // fewer at once than a peer may
			wg.Go(func() {
				for n := range 5 {
					e, err := greetings.Seal(m.ID().String(), []byte{byte(i), byte(n)})
					if err == nil {
						_, err = m.Request(within(t), a.ID(), ProtocolEvent, encoded(t, e))
					}
					errs <- err
				}
			})
		}
	}
	wg.Wait()
	for range 100 {
		require.NoError(t, <-errs)
	}
	require.Len(t, seen, 4)
	for _, n := range seen {
		require.Equal(t, 25, n)
	}
}

// stopped is a clock that stands still, with timers of the machine.
type stopped struct {
	SystemClock
	at time.Time
}

// Now returns the same every time.
func (c stopped) Now() time.Time { return c.at }

func TestGreetingsInARowAreLimited(t *testing.T) {
	a := start(t, testConfig(t), Deps{Clock: stopped{at: time.Now()}})
	s := newStranger(t)
	s.connects(a)
	limits, err := DefaultLimits(ProtocolHello)
	require.NoError(t, err)
	for range limits.Burst {
		_, err = s.saysHello(a, s.greeting(a))
		require.NoError(t, err)
		a.idle(ProtocolHello)
	}
	_, err = s.saysHello(a, s.greeting(a))
	require.Equal(t, message.CodeRateLimited, refusal(t, err).Code)
	require.Len(t, a.Peers(), 1, "who was admitted stays")
}
