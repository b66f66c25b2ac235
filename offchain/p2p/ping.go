package p2p

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"golang.org/x/time/rate"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// sweepEvery is how often silent connections are looked for.
const sweepEvery = time.Second

// Pings on one stream: so many a second and so many at once are honest.
const (
	pingEvery = 500 * time.Millisecond
	pingBurst = 10
)

// tend takes care of new connections until ctx ends: who has dialled says hello and pings.
func (o *Overlay) tend(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-o.peers.woken:
		}
		for _, c := range o.peers.takeFresh() {
			if c.Stat().Direction != network.DirOutbound {
				continue
			}
			o.loops.Go(func() { o.keepAlive(ctx, c) })
			if !o.peers.isAdmitted(c.RemotePeer()) {
				o.loops.Go(func() { o.greet(ctx, c.RemotePeer()) })
			}
		}
	}
}

// keepAlive pings over a connection until it is closed. One stream serves for all pings; only the side that has
// dialled pings, the other listens for it.
func (o *Overlay) keepAlive(ctx context.Context, c network.Conn) {
	var s *Stream
	for !c.IsClosed() {
		fired, stop := o.clock.Timer(o.cfg.Timing.Ping)
		select {
		case <-ctx.Done():
			stop()
			if s != nil {
				_ = s.Reset()
			}
			return
		case <-fired:
		}
		var err error
		if s, err = o.ping(ctx, c, s); err != nil {
			o.log.Debug("ping failed", "peer", c.RemotePeer(), "error", err)
		}
	}
}

// ping sends one ping and waits for its pong. It opens the stream if there is none, and returns none after an error.
func (o *Overlay) ping(ctx context.Context, c network.Conn, s *Stream) (*Stream, error) {
	if s == nil {
		var err error
		if s, err = o.openOn(ctx, c, ProtocolPing); err != nil {
			return nil, err
		}
	}
	defer s.resetAfter(ctx)()
	sent := o.clock.Now()
	ping := &message.Ping{Nonce: o.dice.number(), TSend: uint64(sent.UnixMilli())}
	var pong message.Pong
	err := roundTrip(s, ping, &pong)
	if err == nil && pong.Nonce != ping.Nonce {
		err = fmt.Errorf("%w: pong of another ping", message.ErrInvalid)
	}
	if err != nil {
		_ = s.Reset()
		return nil, fmt.Errorf("ping %s: %w", c.RemotePeer(), err)
	}
	o.peers.ponged(c, o.clock.Now().Sub(sent), pong.Height)
	return s, nil
}

// roundTrip sends a message and decodes the answer, on a stream that stays open.
func roundTrip(s *Stream, m, answer message.Body) error {
	b, err := message.Encode(m)
	if err != nil {
		return err
	}
	if err := s.WriteBody(b); err != nil {
		return err
	}
	if b, err = s.ReadBody(); err != nil {
		return err
	}
	return message.Decode(b, answer)
}

// hearPings answers the pings of one stream until it ends.
func (o *Overlay) hearPings(_ context.Context, s *Stream) error {
	honest := rate.NewLimiter(rate.Every(pingEvery), pingBurst)
	for {
		b, err := s.ReadBody()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var ping message.Ping
		if err := message.Decode(b, &ping); err != nil {
			return err
		}
		now := o.clock.Now()
		if !honest.AllowN(now, 1) {
			o.punish(s.Peer(), offenceTooOften, "too many pings")
			return message.RefuseUntil(message.CodeRateLimited, "too many pings", pingEvery)
		}
		o.peers.heard(s.raw.Conn())
		pong := &message.Pong{Nonce: ping.Nonce, TRecv: uint64(now.UnixMilli()), Height: o.deps.Height()}
		if b, err = message.Encode(pong); err != nil {
			return err
		}
		if err := s.WriteBody(b); err != nil {
			return err
		}
	}
}

// sweep closes the connections on which nothing was heard or nobody has said hello, until ctx ends.
func (o *Overlay) sweep(ctx context.Context) {
	for {
		fired, stop := o.clock.Timer(sweepEvery)
		select {
		case <-ctx.Done():
			stop()
			return
		case <-fired:
		}
		for _, c := range o.peers.overdue(o.cfg.Timing.Silent, o.cfg.Timing.Hello) {
			o.log.Debug("connection closed", "peer", c.RemotePeer(), "reason", "silent or without hello")
			o.loops.Go(func() { _ = c.Close() }) // it may take a while to give up on a peer that does not answer
		}
	}
}
