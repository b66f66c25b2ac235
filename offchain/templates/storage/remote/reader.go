package remote

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/work"
)

const (
	// tries is how often a call is made whose stream ends because of others.
	tries = 4
	// paidTries is how often a holder can take a payment and end the stream before it is asked no more.
	paidTries = 2
)

// Reader reads from holders, over a stream to each that it opens when it is first needed. Its methods may be called by
// several goroutines at once. It must be closed.
type Reader struct {
	r      *Remote
	payer  Payer
	fellow uint64 // the deal by which it reads for nothing; 0 for none

	mu      sync.Mutex
	closed  bool
	holders map[Peer]*line
}

// line is the way to one holder. Who holds the token may change the stream.
type line struct {
	token chan struct{}
	h     *Holder // nil before the first
}

// Reader returns a reader that has opened nothing, and pays by the Payer of the configuration.
func (r *Remote) Reader() *Reader {
	return &Reader{r: r, payer: r.cfg.Payer, holders: make(map[Peer]*line)}
}

// FellowReader returns a reader for a node that holds or rebuilds an index of a deal, which pays nothing.
func (r *Remote) FellowReader(deal uint64) *Reader {
	return &Reader{r: r, fellow: deal, holders: make(map[Peer]*line)}
}

// Fund sees to it that so many bytes can be paid to each of some holders, before they are asked for.
func (s *Reader) Fund(ctx context.Context, holders []Peer, bytes uint64) error {
	if s.payer == nil {
		return nil
	}
	return s.payer.Fund(ctx, holders, bytes)
}

// Reach opens the stream to a holder unless there is one.
func (s *Reader) Reach(ctx context.Context, holder Peer) error {
	_, err := s.stream(ctx, holder)
	return err
}

// Fetch is Holder.Fetch.
func (s *Reader) Fetch(ctx context.Context, from Peer, root [32]byte, length, offset uint64, dst []byte) error {
	return s.try(ctx, from, func(h *Holder) error { return h.Fetch(ctx, root, length, offset, dst) })
}

// Layout is Holder.Layout.
func (s *Reader) Layout(ctx context.Context, from Peer, deal uint64, want work.Layout, n int) (*record.List, error) {
	var list *record.List
	err := s.try(ctx, from, func(h *Holder) (err error) {
		list, err = h.Layout(ctx, deal, want, n)
		return err
	})
	return list, err
}

// try makes a call, again on another stream if the one it had was ended by others.
func (s *Reader) try(ctx context.Context, from Peer, call func(*Holder) error) error {
	paid := 0
	for n := 1; ; n++ {
		h, err := s.stream(ctx, from)
		if err != nil {
			return err
		}
		if err = call(h); !errors.Is(err, ErrEnded) || n == tries {
			return err
		}
		if errors.Is(err, errPaidEnd) {
			if paid++; paid == paidTries {
				return &HolderError{Peer: from.Name, Op: "pay", Err: fmt.Errorf("%w: it takes payments and ends the stream", ErrProtocol)}
			}
		}
	}
}

// stream returns the stream to a holder, a new one if there is none or it has ended.
func (s *Reader) stream(ctx context.Context, peer Peer) (*Holder, error) {
	l, err := s.line(peer)
	if err != nil {
		return nil, err
	}
	select {
	case l.token <- struct{}{}:
		defer func() { <-l.token }()
	case <-ctx.Done():
		return nil, &HolderError{Peer: peer.Name, Op: "open stream", Err: context.Cause(ctx)}
	}
	if l.h != nil {
		select {
		case <-l.h.Ended():
			_ = l.h.Close() // never fails
		default:
			return l.h, nil
		}
	}
	if _, err := s.line(peer); err != nil {
		return nil, err // closed while this one waited
	}
	if l.h, err = s.open(ctx, peer); err != nil {
		l.h = nil
		return nil, err
	}
	return l.h, nil
}

// open opens a stream and says by what right it reads.
func (s *Reader) open(ctx context.Context, peer Peer) (*Holder, error) {
	h, err := s.r.Open(ctx, peer)
	if err != nil {
		return nil, err
	}
	h.payer = s.payer
	if s.fellow != 0 {
		if err := h.Fellow(ctx, s.fellow); err != nil {
			return nil, errors.Join(err, h.Close())
		}
	}
	return h, nil
}

func (s *Reader) line(peer Peer) (*line, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, &HolderError{Peer: peer.Name, Op: "open stream", Err: errClosed}
	}
	l := s.holders[peer]
	if l == nil {
		l = &line{token: make(chan struct{}, 1)}
		s.holders[peer] = l
	}
	return l, nil
}

// errClosed is not ErrEnded: asking again makes no sense.
var errClosed = errors.New("reader is closed")

// Close ends all streams; calls that are under way fail. A second call does nothing.
func (s *Reader) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	for peer := range s.holders { // nobody adds to it any more
		l := s.holders[peer]
		l.token <- struct{}{}
		if l.h != nil {
			_ = l.h.Close()
		}
		<-l.token
	}
	return nil
}
