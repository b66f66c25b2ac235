package p2p

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// Verdict is what a validator says of a message.
type Verdict int

const (
	// Accept: the message is handed to us and passed on.
	Accept Verdict = iota
	// Ignore: it is dropped, and nobody is to blame: we lack what it takes to judge it.
	Ignore
	// Reject: it is false by its own bytes, and whoever passed it on is charged.
	Reject
)

// TopicOptions says what a topic takes.
type TopicOptions struct {
	// Signed refuses envelopes without a signature.
	Signed bool
	// Validate judges an envelope whose height is fresh and whose signature, if any, holds, before it is passed on. It
	// must be quick; ctx ends after 50 ms. from is who passed it on. nil accepts everything.
	Validate func(ctx context.Context, from peer.ID, e *message.Envelope) Verdict
	// Buffer is how many messages wait for Next; what comes on top is dropped and counted in Status. 0 = 128.
	Buffer int
}

const defaultTopicBuffer = 128

// Broadcast is a message from a topic.
type Broadcast struct {
	From     peer.ID // who passed it on, not who wrote it
	Envelope *message.Envelope
}

// Topic is a joined topic. Its methods may be called by several goroutines at once.
type Topic struct {
	name   string // in full
	gossip *gossip
	topic  *pubsub.Topic
	sub    *pubsub.Subscription
	close  sync.Once
}

// Join joins a topic of the network; on the wire it is /mesh/<network>/<name>/1. The name is 1 to 64 of a–z, 0–9, '_',
// '-' and single '/' (ErrInvalid). It returns ErrTaken if the topic is joined already. The caller closes the topic.
func (o *Overlay) Join(name string, opts TopicOptions) (*Topic, error) {
	for _, part := range strings.Split(name, "/") {
		if !validName(part) || len(name) > 64 {
			return nil, fmt.Errorf("%w: topic %.80q", ErrInvalid, name)
		}
	}
	if opts.Buffer == 0 {
		opts.Buffer = defaultTopicBuffer
	}
	return o.gossip.join("/mesh/"+o.cfg.Network+"/"+name+"/1", opts)
}

func (g *gossip) join(name string, opts TopicOptions) (*Topic, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.topics[name] != nil {
		return nil, fmt.Errorf("join %s: %w", name, ErrTaken)
	}
	t := &Topic{name: name, gossip: g}
	var err error
	if err = g.ps.RegisterTopicValidator(name, g.validator(opts),
		pubsub.WithValidatorConcurrency(gossipChecks), pubsub.WithValidatorTimeout(gossipCheckTime)); err != nil {
		return nil, fmt.Errorf("join %s: %w", name, err)
	}
	if t.topic, err = g.ps.Join(name); err == nil {
		t.sub, err = t.topic.Subscribe(pubsub.WithBufferSize(opts.Buffer))
	}
	if err != nil {
		return nil, fmt.Errorf("join %s: %w", name, errors.Join(err, g.ps.UnregisterTopicValidator(name)))
	}
	g.topics[name] = t
	return t, nil
}

// validator judges the messages of a topic, ours too. What is decoded is kept for the reader.
func (g *gossip) validator(opts TopicOptions) pubsub.ValidatorEx {
	return func(ctx context.Context, from peer.ID, m *pubsub.Message) pubsub.ValidationResult {
		e, err := g.open(m.Data, opts.Signed)
		switch {
		case errors.Is(err, message.ErrStale), errors.Is(err, message.ErrVersion):
			return pubsub.ValidationIgnore // ours may be the wrong height, or the old version
		case err != nil:
			return pubsub.ValidationReject
		}
		m.ValidatorData = e
		if opts.Validate == nil {
			return pubsub.ValidationAccept
		}
		switch opts.Validate(ctx, from, e) {
		case Accept:
			return pubsub.ValidationAccept
		case Reject:
			return pubsub.ValidationReject
		default:
			return pubsub.ValidationIgnore
		}
	}
}

// open decodes and checks an envelope from gossip.
func (g *gossip) open(b []byte, signed bool) (*message.Envelope, error) {
	if len(b) > message.MaxGossip {
		return nil, message.ErrTooLarge
	}
	e := new(message.Envelope)
	if err := message.Decode(b, e); err != nil {
		return nil, err
	}
	if signed && !e.Signed() {
		return nil, message.ErrUnsigned
	}
	return e, g.checker.Check(e)
}

// Publish sends an envelope to everybody in the topic. It is best effort: who is not reached is not named. Errors: those
// of message.Encode, message.ErrTooLarge beyond message.MaxGossip, what our own validator has against the message, and
// of ctx.
func (t *Topic) Publish(ctx context.Context, e *message.Envelope) error {
	b, err := message.Encode(e)
	if err != nil {
		return err
	}
	if _, err := t.gossip.open(b, false); err != nil {
		return fmt.Errorf("publish in %s: %w", t.name, err)
	}
	if err := t.topic.Publish(ctx, b); err != nil {
		return fmt.Errorf("publish in %s: %w", t.name, err)
	}
	return nil
}

// Next waits for the next message of others; our own do not come back. It returns the error of ctx, and
// pubsub.ErrSubscriptionCancelled once the topic or the overlay is closed.
func (t *Topic) Next(ctx context.Context) (Broadcast, error) {
	for {
		m, err := t.sub.Next(ctx)
		if err != nil {
			return Broadcast{}, fmt.Errorf("read %s: %w", t.name, err)
		}
		if e, ok := m.ValidatorData.(*message.Envelope); ok && m.ReceivedFrom != t.gossip.self {
			return Broadcast{From: m.ReceivedFrom, Envelope: e}, nil
		}
	}
}

// Peers returns the peers in the topic that we are connected to.
func (t *Topic) Peers() []peer.ID { return t.topic.ListPeers() }

// Close leaves the topic; twice is fine.
func (t *Topic) Close() error {
	var err error
	t.close.Do(func() {
		t.sub.Cancel()
		t.gossip.mu.Lock()
		defer t.gossip.mu.Unlock()
		delete(t.gossip.topics, t.name)
		err = errors.Join(t.topic.Close(), t.gossip.ps.UnregisterTopicValidator(t.name))
	})
	return err
}
