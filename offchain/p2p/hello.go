package p2p

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// farewell is how long a peer that we have refused gets to read the reason and leave by itself.
const farewell = 2 * time.Second

// ownHello is what we say of ourselves.
func (o *Overlay) ownHello() (*message.Hello, error) {
	h, fixed := *o.deps.Hello(), o.cfg.hello()
	h.ChainId, h.Genesis, h.Agent, h.Height = fixed.ChainId, fixed.Genesis, fixed.Agent, o.deps.Height()
	record, err := o.ownRecord()
	if err != nil {
		return nil, err
	}
	h.PeerRecord = record
	return &h, nil
}

// ownRecord is our peer record, signed now.
func (o *Overlay) ownRecord() ([]byte, error) {
	return sealRecord(o.key, o.ID(), o.host.Addrs(), o.clock.Now())
}

// greet says hello to a peer that we have dialled: our hello, the peer's or its refusal, and the end of the stream or
// our refusal. Who dials speaks first, so that a connection has one greeting.
func (o *Overlay) greet(ctx context.Context, id peer.ID) {
	ctx, cancel := context.WithTimeout(ctx, o.cfg.Timing.Hello)
	defer cancel()
	o.peers.begin(id)
	s, err := o.open(ctx, id, ProtocolHello)
	if err != nil {
		o.turnAway(id, err, nil)
		return
	}
	defer s.resetAfter(ctx)()
	hello, err := o.sayHello(ctx, s)
	if err != nil {
		o.turnAway(id, err, s)
	}
	_ = s.Close()
	if err == nil {
		o.admit(id, hello)
	}
}

// sayHello exchanges greetings as the one who dialled and returns the peer's.
func (o *Overlay) sayHello(ctx context.Context, s *Stream) (*message.Hello, error) {
	own, err := o.ownHello()
	if err != nil {
		return nil, err
	}
	b, err := message.Encode(own)
	if err != nil {
		return nil, err
	}
	if err := s.WriteBody(b); err != nil {
		return nil, err
	}
	answer, err := s.ReadBody()
	if err != nil {
		return nil, err
	}
	return o.judge(ctx, s.Peer(), own, answer)
}

// hearHello answers the greeting of a peer that has dialled us. The stream may be that of another network: libp2p
// would close it without a word, so it is taken, to be refused with a reason.
func (o *Overlay) hearHello(ctx context.Context, s *Stream) error {
	ctx, cancel := context.WithTimeout(ctx, o.cfg.Timing.Hello)
	defer cancel()
	o.peers.begin(s.Peer())
	hello, err := o.answerHello(ctx, s)
	if err == nil {
		o.admit(s.Peer(), hello)
		return nil
	}
	o.turnAway(s.Peer(), err, s)
	return nil
}

// answerHello exchanges greetings as the one who was dialled and returns the peer's.
func (o *Overlay) answerHello(ctx context.Context, s *Stream) (*message.Hello, error) {
	if network := networkOf(s.raw.Protocol()); network != o.cfg.Network {
		return nil, message.Refuse(message.CodeWrongNetwork, fmt.Sprintf("this node is of network %s, not of %s", o.cfg.Network, network))
	}
	b, err := s.ReadBody()
	if err != nil {
		return nil, err
	}
	own, err := o.ownHello()
	if err != nil {
		return nil, err
	}
	hello, err := o.judge(ctx, s.Peer(), own, b)
	if err != nil {
		return nil, err
	}
	answer, err := message.Encode(own)
	if err != nil {
		return nil, err
	}
	if err := s.WriteBody(answer); err != nil {
		return nil, err
	}
	// The end of the stream is the peer's consent.
	if _, err := s.ReadBody(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("wait for consent: %w", errors.Join(ErrNoGreeting, err))
	}
	return hello, nil
}

// isOwn reports whether an error is a refusal that was made here.
func isOwn(err error) bool {
	_, ok := err.(*message.Refusal) //nolint:errorlint // a wrapped one was read from a stream
	return ok
}

// isTheirs reports whether an error is a refusal that was read from a stream: those are wrapped.
func isTheirs(err error) bool {
	var refusal *message.Refusal
	return errors.As(err, &refusal) && !isOwn(err)
}

// judge decides whether a peer may stay.
func (o *Overlay) judge(ctx context.Context, from peer.ID, own *message.Hello, b []byte) (*message.Hello, error) {
	hello := new(message.Hello)
	if err := message.Decode(b, hello); err != nil {
		return nil, err
	}
	if refusal := message.SameChain(own, hello); refusal != nil {
		return nil, refusal
	}
	if err := o.deps.Welcome(ctx, from, hello); err != nil {
		if isOwn(err) {
			return nil, err
		}
		o.log.Debug("peer is not welcome", "peer", from, "error", err)
		return nil, message.Refuse(message.CodeNotWelcome, "not welcome")
	}
	return hello, nil
}

// admit takes a peer in.
func (o *Overlay) admit(id peer.ID, hello *message.Hello) {
	o.meet(id, hello.PeerRecord)
	if !o.peers.admit(id, hello) {
		return
	}
	o.seedRouting(id)
	o.exchange.wake()
	o.targets.wake()
}

// turnAway ends the greeting with a peer. On a stream, if there is one, the peer is told why, unless it is the one who
// refuses. Then it is left to close the connection, for if we did the reason might be lost; sweep sees to it. A greeting
// that only broke off is no reason to part with a peer that was admitted over another connection.
func (o *Overlay) turnAway(id peer.ID, err error, s *Stream) {
	var refusal *message.Refusal
	if !errors.As(err, &refusal) && o.peers.isAdmitted(id) {
		return
	}
	o.peers.refuse(id, err) // first: a peer that is told may be gone the next moment
	if s == nil || isTheirs(err) || s.Refuse(message.RefusalOf(err)) != nil {
		_ = o.host.Network().ClosePeer(id)
	}
}

// matchHello accepts the greeting of every network.
func matchHello(id protocol.ID) bool { return networkOf(id) != "" }

// networkOf returns the network in the id of a hello protocol, "" if it is none.
func networkOf(id protocol.ID) string {
	s, ok := strings.CutPrefix(string(id), "/mesh/")
	name, rest, found := strings.Cut(s, "/")
	if !ok || !found || rest != ProtocolHello+"/1.0.0" || !validName(name) {
		return ""
	}
	return name
}

// notifiee tells the table of connections.
func (o *Overlay) notifiee() network.Notifiee {
	return &network.NotifyBundle{
		ConnectedF: func(_ network.Network, c network.Conn) { o.peers.add(c) },
		DisconnectedF: func(_ network.Network, c network.Conn) {
			if o.peers.remove(c) {
				o.targets.wake()
			}
		},
	}
}
