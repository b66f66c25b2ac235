package p2p

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/multiformats/go-multistream"
)

// Request sends a body to a peer over a protocol and returns the answer. A peer that is not connected is dialled and
// greeted first. Without an earlier deadline in ctx it takes at most the protocol's Idle time. What the peer answers
// instead is a *message.Refusal inside the error; other errors: ErrNotRunning, ErrBanned, ErrInvalid for a name that is
// no protocol, ErrUnsupported, those of message.WriteBody and message.ReadBody, of ctx, and of the network.
func (o *Overlay) Request(ctx context.Context, to peer.ID, protocol string, body []byte) ([]byte, error) {
	limits, err := DefaultLimits(protocol)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, limits.Idle)
	defer cancel()
	s, err := o.OpenStream(ctx, to, protocol)
	if err != nil {
		return nil, err
	}
	defer s.resetAfter(ctx)()
	answer, err := converse(s, body)
	if err != nil {
		_ = s.Reset()
		return nil, fmt.Errorf("request %s of %s: %w", protocol, to, errors.Join(ctx.Err(), err))
	}
	_ = s.Close()
	return answer, nil
}

// converse sends a request and reads the answer. A peer that refuses does not wait for the request, so that writing it
// may fail although the reason is there to be read.
func converse(s *Stream, body []byte) ([]byte, error) {
	writeErr := s.WriteBody(body)
	if writeErr == nil {
		writeErr = s.CloseWrite()
	}
	answer, err := s.ReadBody()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, errors.Join(err, writeErr)
	}
	return answer, nil
}

// OpenStream opens a stream to a peer, which is dialled and greeted first if need be; ctx bounds the opening only. The
// caller closes or resets the stream. Errors: ErrNotRunning, ErrBanned, ErrUnsupported, ErrInvalid for a name that is no
// protocol or our own id, a *message.Refusal if the peer does not want us, those of ctx and of the network.
func (o *Overlay) OpenStream(ctx context.Context, to peer.ID, protocol string) (*Stream, error) {
	if err := o.reach(ctx, to); err != nil {
		return nil, fmt.Errorf("reach %s: %w", to, err)
	}
	return o.open(ctx, to, protocol)
}

// reach makes sure that a peer is connected and admitted.
func (o *Overlay) reach(ctx context.Context, to peer.ID) error {
	switch {
	case !o.gate.isOpen():
		return ErrNotRunning
	case to == o.ID():
		return errSelf
	case o.gate.isBanned(to):
		return ErrBanned
	case o.peers.isAdmitted(to):
		return nil
	}
	return o.dial(ctx, peer.AddrInfo{ID: to, Addrs: o.book.addrs(to)})
}

// open opens a stream to a connected peer, whether it is admitted or not.
func (o *Overlay) open(ctx context.Context, to peer.ID, name string) (*Stream, error) {
	limits, err := DefaultLimits(name)
	if err != nil {
		return nil, err
	}
	ctx = network.WithNoDial(ctx, "connected")
	raw, err := o.host.NewStream(ctx, to, protocolID(o.cfg.Network, name))
	var unsupported multistream.ErrNotSupported[protocol.ID]
	if errors.As(err, &unsupported) {
		err = fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s to %s: %w", name, to, err)
	}
	return &Stream{raw: raw, idle: limits.Idle, max: limits.MaxFrame}, nil
}

// openOn opens a stream on one certain connection.
func (o *Overlay) openOn(ctx context.Context, c network.Conn, protocol string) (*Stream, error) {
	limits, err := DefaultLimits(protocol)
	if err != nil {
		return nil, err
	}
	id := protocolID(o.cfg.Network, protocol)
	raw, err := c.NewStream(network.WithNoDial(ctx, "connected"))
	if err != nil {
		return nil, fmt.Errorf("open %s to %s: %w", protocol, c.RemotePeer(), err)
	}
	if err := raw.SetProtocol(id); err != nil {
		_ = raw.Reset()
		return nil, fmt.Errorf("open %s to %s: %w", protocol, c.RemotePeer(), err)
	}
	// The protocol is negotiated along with the first frame, without a round trip of its own.
	return &Stream{raw: negotiated{raw, multistream.NewMSSelect(raw, id)}, idle: limits.Idle, max: limits.MaxFrame}, nil
}

// negotiated is a stream whose first bytes negotiate the protocol.
type negotiated struct {
	network.Stream
	lazy io.ReadWriteCloser
}

func (n negotiated) Read(b []byte) (int, error)  { return n.lazy.Read(b) }
func (n negotiated) Write(b []byte) (int, error) { return n.lazy.Write(b) }
