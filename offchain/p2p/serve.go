package p2p

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// Handler answers a request of an admitted peer. It may be called by several goroutines at once; ctx ends when the
// answer is of no more use, at the latest after the protocol's Idle time. The error reaches the peer as
// message.RefusalOf makes it: one that wraps a sentinel of message about bytes is taken to be about the request, and
// charged to the peer. A handler that asks others must not pass theirs on.
type Handler func(ctx context.Context, from peer.ID, body []byte) ([]byte, error)

// StreamHandler serves a stream of an admitted peer, as Handler does a request; ctx ends with the overlay. When it
// returns, the stream is closed; its error reaches the peer as message.RefusalOf makes it.
type StreamHandler func(ctx context.Context, s *Stream) error

// service is a protocol that is served.
type service struct {
	name   string
	limits Limits
	early  bool // served before the greeting
	serve  StreamHandler
	slots  *slots
	rate   *buckets
}

// Handle serves a protocol with one answer for each request. The limits may be tighter than DefaultLimits, not wider.
// It returns ErrInvalid for a name that is no protocol or such limits, ErrTaken, and ErrRunning after Run was called.
func (o *Overlay) Handle(protocol string, l Limits, h Handler) error {
	return o.HandleStream(protocol, l, func(ctx context.Context, s *Stream) error {
		ctx, cancel := context.WithTimeout(ctx, l.Idle)
		defer cancel()
		body, err := s.ReadBody()
		if err != nil {
			return err
		}
		answer, err := h(ctx, s.Peer(), body)
		if err != nil {
			return err
		}
		if err := s.WriteBody(answer); err != nil {
			return fmt.Errorf("write answer: %v", err) //nolint:errorlint // it is no fault of the request
		}
		return nil
	})
}

// HandleStream serves a protocol whose streams carry more than a request and an answer; errors as of Handle.
func (o *Overlay) HandleStream(protocol string, l Limits, h StreamHandler) error {
	return o.register(&service{name: protocol, limits: l, serve: h})
}

func (o *Overlay) register(v *service) error {
	most, err := DefaultLimits(v.name)
	if err != nil {
		return err
	}
	if !v.limits.within(most) {
		return fmt.Errorf("%w: limits of %s: %+v", ErrInvalid, v.name, v.limits)
	}
	v.slots = newSlots(v.limits.PerPeer, v.limits.Total)
	v.rate = newBuckets(v.limits.Every, v.limits.Burst, o.clock.Now)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.started {
		return fmt.Errorf("handle %s: %w", v.name, ErrRunning)
	}
	if o.services[v.name] != nil {
		return fmt.Errorf("handle %s: %w", v.name, ErrTaken)
	}
	o.services[v.name] = v
	return nil
}

// accept serves one incoming stream from its first byte to its last.
func (o *Overlay) accept(ctx context.Context, v *service, raw network.Stream) {
	if !o.crew.begin() {
		_ = raw.Reset()
		return
	}
	defer o.crew.end()
	s := &Stream{raw: raw, idle: v.limits.Idle, max: v.limits.MaxFrame}
	defer s.resetAfter(ctx)()
	err := o.guarded(ctx, v, s)
	if err != nil {
		o.blame(v, s.Peer(), err)
		o.log.Debug("stream refused", "protocol", v.name, "peer", s.Peer(), "error", err)
		err = s.Refuse(message.RefusalOf(err))
	}
	if err != nil {
		_ = s.Reset() // there is nobody to tell any more
		return
	}
	_ = s.Close()
}

// guarded lets the stream in and serves it; a panic of the handler is an error, for one bad request must not end the
// node.
func (o *Overlay) guarded(ctx context.Context, v *service, s *Stream) (err error) {
	if !v.slots.take(s.Peer()) {
		return message.RefuseUntil(message.CodeBusy, "too many requests at once", time.Second)
	}
	defer v.slots.give(s.Peer())
	if !v.rate.take(s.Peer(), 1) {
		o.punish(s.Peer(), offenceTooOften, "too many requests")
		return message.RefuseUntil(message.CodeRateLimited, "too many requests", v.limits.Every)
	}
	if !v.early && !o.hasGreeted(ctx, v, s.Peer()) {
		return message.Refuse(message.CodeHelloRequired, "say hello first")
	}
	if err := s.raw.Scope().ReserveMemory(v.limits.MaxFrame, network.ReservationPriorityMedium); err != nil {
		return message.RefuseUntil(message.CodeBusy, "out of memory for requests", time.Second)
	}
	defer s.raw.Scope().ReleaseMemory(v.limits.MaxFrame)
	defer func() {
		if p := recover(); p != nil {
			o.log.Error("handler panicked", "protocol", v.name, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("serve %s: panic: %v", v.name, p)
		}
	}()
	return v.serve(ctx, s)
}

// hasGreeted reports whether a peer is admitted. The peer may think that the greeting is over when we do not yet, so one
// that has begun is waited for.
func (o *Overlay) hasGreeted(ctx context.Context, v *service, id peer.ID) bool {
	if !o.peers.hasBegun(id) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, v.limits.Idle)
	defer cancel()
	return o.peers.await(ctx, id, o.clock.Now()) == nil
}

// blame charges a peer for a request that no honest one sends.
func (o *Overlay) blame(v *service, id peer.ID, err error) {
	switch {
	case errors.Is(err, message.ErrTooLarge):
		o.punish(id, offenceTooLarge, "frame too large for "+v.name)
	case errors.Is(err, message.ErrMalformed), errors.Is(err, message.ErrNotCanonical), errors.Is(err, message.ErrInvalid):
		o.punish(id, offenceMalformed, "malformed request of "+v.name)
	}
}
