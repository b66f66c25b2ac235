package p2p

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"strings"
	"testing"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/proof"
)

// news wraps an event without height and signature.
func news(t *testing.T, text string) *message.Envelope {
	t.Helper()
	e, err := message.NewEvent("NEWS", []byte(text), nil)
	require.NoError(t, err)
	return e
}

// join joins a topic until the test ends.
func (m *member) join(name string, opts TopicOptions) *Topic {
	m.t.Helper()
	topic, err := m.Join(name, opts)
	require.NoError(m.t, err)
	m.t.Cleanup(func() { _ = topic.Close() })
	return topic
}

// meshed waits until every topic has so many peers.
func meshed(t *testing.T, n int, topics ...*Topic) {
	t.Helper()
	for _, topic := range topics {
		require.Eventually(t, func() bool { return len(topic.Peers()) == n }, patience, 5*time.Millisecond)
	}
}

// reads returns the text of the next message.
func reads(t *testing.T, topic *Topic) string {
	t.Helper()
	b, err := topic.Next(within(t))
	require.NoError(t, err)
	event, err := message.OpenEvent(b.Envelope)
	require.NoError(t, err)
	return string(event.Payload)
}

func TestGossipReachesEverybodyOnce(t *testing.T) {
	a := start(t, testConfig(t), Deps{})
	members := []*member{a}
	for range 3 {
		cfg := testConfig(t)
		cfg.Bootstrap = a.addresses()
		members = append(members, start(t, cfg, Deps{}))
	}
	together(members...)
	var topics []*Topic
	for _, m := range members {
		topics = append(topics, m.join("eu/storage", TopicOptions{}))
	}
	meshed(t, 3, topics...)
	require.Equal(t, []string{"/mesh/net_00000001/eu/storage/1"}, a.Status().Topics)
	for i := range 10 {
		require.NoError(t, topics[0].Publish(within(t), news(t, fmt.Sprint(i))))
		require.NoError(t, topics[0].Publish(within(t), news(t, fmt.Sprint(i))), "again is no error, but no second message")
	}
	require.NoError(t, topics[1].Publish(within(t), news(t, "last")))
	for _, topic := range []*Topic{topics[2], topics[3]} {
		seen := make(map[string]int)
		for range 11 {
			seen[reads(t, topic)]++
		}
		require.Len(t, seen, 11, "each once")
	}
	require.Equal(t, "last", reads(t, topics[0]), "one's own does not come back")
}

func TestTopicDoors(t *testing.T) {
	a := start(t, testConfig(t), Deps{})
	for _, name := range []string{"", "a b", "A", "/a", "a/", "a//b", strings.Repeat("a", 65)} {
		_, err := a.Join(name, TopicOptions{})
		require.ErrorIs(t, err, ErrInvalid, name)
	}
	topic := a.join("gov", TopicOptions{})
	_, err := a.Join("gov", TopicOptions{})
	require.ErrorIs(t, err, ErrTaken)
	require.NoError(t, topic.Close())
	require.NoError(t, topic.Close())
	require.Error(t, topic.Publish(within(t), news(t, "x")))
	_, err = topic.Next(within(t))
	require.ErrorIs(t, err, pubsub.ErrSubscriptionCancelled)
	a.join("gov", TopicOptions{})
}

func TestPublishRefuses(t *testing.T) {
	height := uint64(100)
	a := start(t, testConfig(t), Deps{Height: func() uint64 { return height }})
	topic := a.join("gov", TopicOptions{Signed: true, Validate: func(_ context.Context, _ peer.ID, e *message.Envelope) Verdict {
		if e.Height == 101 {
			return Reject
		}
		return Accept
	}})
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	home := proof.Domain{ChainID: "mesh-test-1", Network: "net_00000001"}
	sign := func(height uint64, d proof.Domain) *message.Envelope {
		e := news(t, "x")
		e.Height = height
		require.NoError(t, e.Sign(key, d))
		return e
	}
	invalid := pubsub.ValidationError{Reason: pubsub.RejectValidationFailed}
	cases := []struct {
		name string
		e    *message.Envelope
		err  error
	}{
		{"ok: signed", sign(100, home), nil},
		{"fails: stale", sign(79, home), message.ErrStale},
		{"fails: of another network", sign(100, proof.Domain{ChainID: "mesh-test-1", Network: "other"}), proof.ErrSignature},
		{"fails: not signed", news(t, "x"), invalid},
		{"fails: validator", sign(101, home), invalid},
		{"fails: too long", news(t, strings.Repeat("x", message.MaxGossip)), message.ErrTooLarge},
		{"fails: not an envelope", &message.Envelope{}, message.ErrVersion},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := topic.Publish(within(t), c.e)
			if c.err == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, c.err)
		})
	}
	require.InDelta(t, creditSize, a.creditOf(a.ID()), 0.1, "nobody punishes itself")
}

// gossips makes a stranger speak gossip as it likes.
func (s *stranger) gossips(topic string) *pubsub.Topic {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s.t.Cleanup(cancel)
	ps, err := pubsub.NewGossipSub(ctx, s, pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign), pubsub.WithNoAuthor(),
		pubsub.WithMessageIdFn(gossipMessageID), pubsub.WithFloodPublish(true))
	require.NoError(s.t, err)
	joined, err := ps.Join(topic)
	require.NoError(s.t, err)
	_, err = joined.Subscribe()
	require.NoError(s.t, err)
	return joined
}

// publishes sends an encoded envelope, or anything else.
func publishes(t *testing.T, topic *pubsub.Topic, b []byte) {
	t.Helper()
	require.NoError(t, topic.Publish(within(t), b))
}

func encoded(t *testing.T, e *message.Envelope) []byte {
	t.Helper()
	b, err := message.Encode(e)
	require.NoError(t, err)
	return b
}

// What arrives before the greeting is neither delivered nor remembered as seen: a stranger cannot suppress a message
// by sending it first.
func TestGossipOfStrangersDoesNotCount(t *testing.T) {
	a := start(t, testConfig(t), Deps{})
	topic := a.join("gov", TopicOptions{})
	s := newStranger(t)
	theirs := s.gossips("/mesh/net_00000001/gov/1")
	s.connects(a)
	meshed(t, 1, topic)
	require.Eventually(t, func() bool { return len(theirs.ListPeers()) == 1 }, patience, 5*time.Millisecond)
	first := encoded(t, news(t, "first"))
	publishes(t, theirs, first)
	a.until("dropped", func() bool { return a.Status().Unadmitted == 1 })
	_, err := s.saysHello(a, s.greeting(a))
	require.NoError(t, err)
	a.await(PeerConnected, s.ID())
	publishes(t, theirs, encoded(t, news(t, "second")))
	require.Equal(t, "second", reads(t, topic))

	honest := start(t, testConfig(t), Deps{})
	other := honest.join("gov", TopicOptions{})
	require.NoError(t, honest.Connect(within(t), a.info()))
	a.await(PeerConnected, honest.ID())
	meshed(t, 1, other)
	require.NoError(t, other.Publish(within(t), news(t, "first")))
	require.Equal(t, "first", reads(t, topic))
}

func TestInvalidGossipIsPunished(t *testing.T) {
	cases := []struct {
		name string
		data []byte
		cost float64
	}{
		{"fails: no envelope", []byte{1, 2, 3}, 10},
		{"fails: too long", bytes.Repeat([]byte{1}, message.MaxGossip+1), 10},
		{"fails: not signed", encoded(t, news(t, "x")), 10},
		{"fails: rejected", encoded(t, signedNews(t, "reject", 100)), 10},
		{"ok: ignored, and nobody's fault", encoded(t, signedNews(t, "ignore", 100)), 0},
		{"ok: stale, and maybe ours is", encoded(t, signedNews(t, "stale", 10)), 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := start(t, testConfig(t), Deps{Height: func() uint64 { return 100 }})
			topic := a.join("gov", TopicOptions{Signed: true, Validate: func(_ context.Context, _ peer.ID, e *message.Envelope) Verdict {
				event, err := message.OpenEvent(e)
				require.NoError(t, err)
				switch string(event.Payload) {
				case "reject":
					return Reject
				case "ignore":
					return Ignore
				default:
					return Accept
				}
			}})
			s := newStranger(t)
			theirs := s.gossips("/mesh/net_00000001/gov/1")
			s.joins(a)
			meshed(t, 1, topic)
			require.Eventually(t, func() bool { return len(theirs.ListPeers()) == 1 }, patience, 5*time.Millisecond)
			publishes(t, theirs, c.data)
			publishes(t, theirs, encoded(t, signedNews(t, "good", 100)))
			require.Equal(t, "good", reads(t, topic), "and nothing else")
			if c.cost > 0 {
				a.until("punished", func() bool { return a.creditOf(s.ID()) < creditSize-1 })
			}
			require.InDelta(t, creditSize-c.cost, a.creditOf(s.ID()), 1)
		})
	}
}

func signedNews(t *testing.T, text string, height uint64) *message.Envelope {
	t.Helper()
	e := news(t, text)
	e.Height = height
	require.NoError(t, e.Sign(ed25519.NewKeyFromSeed(make([]byte, 32)), proof.Domain{ChainID: "mesh-test-1", Network: "net_00000001"}))
	return e
}

// A reader who is slow loses the newest, and it is counted.
func TestSlowReaderLosesMessages(t *testing.T) {
	a, b := start(t, testConfig(t), Deps{}), start(t, testConfig(t), Deps{})
	require.NoError(t, b.Connect(within(t), a.info()))
	a.await(PeerConnected, b.ID())
	slow, other := a.join("gov", TopicOptions{Buffer: 2}), b.join("gov", TopicOptions{})
	meshed(t, 1, slow, other)
	for i := range 5 {
		require.NoError(t, other.Publish(within(t), news(t, fmt.Sprint(i))))
	}
	a.until("dropped", func() bool { return a.Status().Undelivered == 3 })
	for range 2 {
		reads(t, slow)
	}
	require.NoError(t, other.Publish(within(t), news(t, "next")))
	require.Equal(t, "next", reads(t, slow))
}

// The same bytes are another message in another topic: who sends them in the wrong one suppresses nothing.
func TestMessageIDDependsOnTheTopic(t *testing.T) {
	a := start(t, testConfig(t), Deps{})
	one, two := a.join("one", TopicOptions{Signed: true}), a.join("two", TopicOptions{})
	s := newStranger(t)
	theirs := s.gossips("/mesh/net_00000001/one/1")
	s.joins(a)
	meshed(t, 1, one)
	require.Eventually(t, func() bool { return len(theirs.ListPeers()) == 1 }, patience, 5*time.Millisecond)
	publishes(t, theirs, encoded(t, news(t, "x"))) // is refused there
	a.until("refused", func() bool { return a.creditOf(s.ID()) < creditSize-1 })

	b := start(t, testConfig(t), Deps{})
	other := b.join("two", TopicOptions{})
	require.NoError(t, b.Connect(within(t), a.info()))
	a.await(PeerConnected, b.ID())
	meshed(t, 1, two, other)
	require.NoError(t, other.Publish(within(t), news(t, "x")))
	require.Equal(t, "x", reads(t, two))
}
