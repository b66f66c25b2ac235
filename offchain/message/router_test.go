package message_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// newRouter returns a router at height 100.
func newRouter() *message.Router {
	checker := message.Checker{Domain: home, Freshness: message.DefaultFreshness(), Height: func() uint64 { return 100 }}
	return message.NewRouter(checker, message.NewReplay(100, time.Minute, time.Now))
}

var (
	pings  = message.BodyTopic[message.Ping](message.TypePing)
	stores = message.EventTopic("STORE_FILE", nil,
		func(s string) ([]byte, error) { return []byte(s), nil },
		func(b []byte) (string, error) {
			if len(b) == 0 {
				return "", message.ErrMalformed
			}
			return string(b), nil
		})
)

func TestRouterServesTypesAndEvents(t *testing.T) {
	r := newRouter()
	require.NoError(t, message.On(r, pings, func(ctx context.Context, from message.From, p *message.Ping) (*message.Envelope, error) {
		deadline, ok := ctx.Deadline()
		require.True(t, ok)
		require.LessOrEqual(t, time.Until(deadline), 15*time.Second)
		require.Equal(t, message.From{Source: "peer"}, from)
		return message.Seal(message.TypePing, &message.Pong{Nonce: p.Nonce})
	}))
	var stored []string
	require.NoError(t, message.On(r, stores, func(_ context.Context, from message.From, s string) (*message.Envelope, error) {
		require.Equal(t, []byte(key(1)[32:]), from.Signer)
		stored = append(stored, s)
		return nil, nil
	}))

	e, err := pings.Seal(&message.Ping{Nonce: 7}, nil)
	require.NoError(t, err)
	answer, err := r.Serve(t.Context(), "peer", encode(t, e))
	require.NoError(t, err)
	var got message.Envelope
	require.NoError(t, message.Decode(answer, &got))
	var pong message.Pong
	require.NoError(t, message.Decode(got.Body, &pong))
	require.Equal(t, message.Pong{Nonce: 7}, pong)

	e, err = stores.Seal("file", []byte{1})
	require.NoError(t, err)
	e.Height = 100
	require.NoError(t, e.Sign(key(1), home))
	answer, err = r.Serve(t.Context(), "peer", encode(t, e))
	require.NoError(t, err)
	require.Empty(t, answer)
	require.Equal(t, []string{"file"}, stored)
}

func TestRouterRefuses(t *testing.T) {
	refused := errors.New("refused")
	event := func(name, payload string, nonce byte) *message.Envelope {
		e, err := message.NewEvent(name, []byte(payload), []byte{nonce})
		require.NoError(t, err)
		return e
	}
	stale := event("STORE_FILE", "a", 1)
	stale.Height = 10
	forged := event("STORE_FILE", "a", 2)
	forged.Height = 100
	require.NoError(t, forged.Sign(key(1), proof.Domain{ChainID: "mesh-test-1", Network: "net_00000002"}))
	schema := event("STORE_FILE", "a", 3)
	schema.Schema = bytes.Repeat([]byte{1}, message.SchemaSize)
	cases := []struct {
		name string
		e    *message.Envelope
		err  error
	}{
		{"ok: event", event("STORE_FILE", "a", 4), nil},
		{"fails: copy", event("STORE_FILE", "a", 4), message.ErrSeen},
		{"ok: the same with another nonce", event("STORE_FILE", "a", 5), nil},
		{"fails: unknown event", event("OTHER", "a", 6), message.ErrUnhandled},
		{"fails: unknown type", message.NewEnvelope(message.TypeTaskRequest, nil), message.ErrUnhandled},
		{"fails: event that is none", message.NewEnvelope(message.TypeCustom, []byte("no")), message.ErrMalformed},
		{"fails: payload the topic refuses", event("STORE_FILE", "", 7), message.ErrMalformed},
		{"fails: stale", stale, message.ErrStale},
		{"fails: signed for another network", forged, proof.ErrSignature},
		{"fails: another schema", schema, message.ErrWrongType},
		{"fails: handler", event("STORE_FILE", "fail", 8), refused},
	}
	r := newRouter()
	require.NoError(t, message.On(r, stores, func(_ context.Context, _ message.From, s string) (*message.Envelope, error) {
		if s == "fail" {
			return nil, refused
		}
		return nil, nil
	}))
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := r.Serve(t.Context(), "peer", encode(t, c.e))
			require.ErrorIs(t, err, c.err)
		})
	}
	_, err := r.Serve(t.Context(), "peer", []byte("no envelope"))
	require.ErrorIs(t, err, message.ErrMalformed)
}

// A signed message is known by its signer, whoever brings it; an unsigned one by who sends it.
func TestRouterKnowsCopiesBySource(t *testing.T) {
	r := newRouter()
	var served int
	require.NoError(t, message.On(r, stores, func(context.Context, message.From, string) (*message.Envelope, error) {
		served++
		return nil, nil
	}))
	e, err := stores.Seal("a", nil)
	require.NoError(t, err)
	e.Height = 100
	for _, peer := range []string{"peer", "other"} {
		_, err = r.Serve(t.Context(), peer, encode(t, e))
		require.NoError(t, err)
	}
	require.NoError(t, e.Sign(key(1), home))
	_, err = r.Serve(t.Context(), "peer", encode(t, e))
	require.NoError(t, err)
	_, err = r.Serve(t.Context(), "other", encode(t, e))
	require.ErrorIs(t, err, message.ErrSeen)
	e.DeadlineMs = 1000 // a new signature does not make it a new message
	require.NoError(t, e.Sign(key(1), home))
	_, err = r.Serve(t.Context(), "peer", encode(t, e))
	require.ErrorIs(t, err, message.ErrSeen)
	require.Equal(t, 3, served)
}

func TestRouterRegistersOnce(t *testing.T) {
	r := newRouter()
	none := func(context.Context, message.From, *message.Envelope) (*message.Envelope, error) { return nil, nil }
	require.NoError(t, r.HandleType(message.TypePing, none))
	require.ErrorIs(t, r.HandleType(message.TypePing, none), message.ErrTaken)
	require.ErrorIs(t, r.HandleType(message.TypeUnspecified, none), message.ErrInvalid)
	require.NoError(t, r.HandleEvent("a", none))
	require.ErrorIs(t, r.HandleEvent("a", none), message.ErrTaken)
	require.ErrorIs(t, r.HandleEvent("", none), message.ErrInvalid)
	require.ErrorIs(t, r.HandleEvent("a b", none), message.ErrInvalid)
}

func TestCustomHandlerGetsTheRest(t *testing.T) {
	r := newRouter()
	var names []string
	require.NoError(t, r.HandleType(message.TypeCustom, func(_ context.Context, _ message.From, e *message.Envelope) (*message.Envelope, error) {
		event, err := message.OpenEvent(e)
		names = append(names, event.Name)
		return nil, err
	}))
	require.NoError(t, r.HandleEvent("a", func(context.Context, message.From, *message.Envelope) (*message.Envelope, error) { return nil, nil }))
	for _, name := range []string{"a", "b"} {
		e, err := message.NewEvent(name, nil, nil)
		require.NoError(t, err)
		_, err = r.Serve(t.Context(), "peer", encode(t, e))
		require.NoError(t, err)
	}
	require.Equal(t, []string{"b"}, names)
}

func TestRouterServesSideBySide(t *testing.T) {
	rng := seeded.Source(t)
	r := newRouter()
	var served atomic.Int32
	require.NoError(t, message.On(r, stores, func(context.Context, message.From, string) (*message.Envelope, error) {
		served.Add(1)
		return nil, nil
	}))
	var wg sync.WaitGroup
	var copies atomic.Int32
	for range 8 {
		order := rng.Perm(50)
		wg.Go(func() {
			for _, n := range order {
				e, err := stores.Seal("a", []byte{byte(n)})
				if err == nil {
					_, err = r.Serve(context.Background(), "peer", encode(t, e))
				}
				if errors.Is(err, message.ErrSeen) {
					copies.Add(1)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, int32(50), served.Load())
	require.Equal(t, int32(350), copies.Load())
}

func TestTopics(t *testing.T) {
	_, err := pings.Seal(&message.Ping{}, []byte{1})
	require.ErrorIs(t, err, message.ErrInvalid, "a nonce needs an event")
	_, err = stores.Seal("a", make([]byte, 17))
	require.ErrorIs(t, err, message.ErrInvalid)

	e, err := stores.Seal("a", nil)
	require.NoError(t, err)
	s, err := stores.Open(e)
	require.NoError(t, err)
	require.Equal(t, "a", s)
	_, err = pings.Open(e)
	require.ErrorIs(t, err, message.ErrWrongType)
	other, err := message.NewEvent("OTHER", nil, nil)
	require.NoError(t, err)
	_, err = stores.Open(other)
	require.ErrorIs(t, err, message.ErrWrongType)
	_, err = message.OpenEvent(message.NewEnvelope(message.TypePing, nil))
	require.ErrorIs(t, err, message.ErrWrongType)

	broken := errors.New("broken")
	bad := message.EventTopic("a", nil, func(int) ([]byte, error) { return nil, broken }, nil)
	_, err = bad.Seal(1, nil)
	require.ErrorIs(t, err, broken)
	short := message.EventTopic("a", []byte{1}, func(int) ([]byte, error) { return nil, nil }, nil)
	_, err = short.Seal(1, nil)
	require.ErrorIs(t, err, message.ErrInvalid)
}
