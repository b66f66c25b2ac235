package p2p

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/sec"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// attemptTime bounds one attempt to reach a target, from its name to its hello.
const attemptTime = 15 * time.Second

// forgetAfter is how many attempts a peer that we know from hearsay is worth.
const forgetAfter = 3

// SetWanted replaces the peers that the overlay stays connected to: they are dialled for ever, with back-off, and never
// closed to make room. Addresses that are missing or lead nowhere are looked for in the DHT. A few dozen peers are meant,
// for all that cannot be reached are dialled in turn. Peers that are not ed25519, and this node, are ErrInvalid, and
// nothing is changed.
func (o *Overlay) SetWanted(list []peer.AddrInfo) error {
	for _, info := range list {
		if !isEd25519(info.ID) || info.ID == o.ID() {
			return fmt.Errorf("%w: peer id %s", ErrInvalid, info.ID)
		}
	}
	added, removed := o.targets.setWanted(list)
	for _, id := range added {
		o.host.ConnManager().Protect(id, "wanted")
	}
	for _, id := range removed {
		o.host.ConnManager().Unprotect(id, "wanted")
	}
	o.targets.wake()
	return nil
}

// connect keeps the overlay connected until ctx ends: it dials what is due and sleeps until something else is.
func (o *Overlay) connect(ctx context.Context) {
	for {
		due, wait := o.targets.take(o.clock.Now(), o.peers.admitted(), o.book.known())
		for _, c := range due {
			o.loops.Go(func() { o.attempt(ctx, c) })
		}
		fired, stop := o.clock.Timer(wait)
		select {
		case <-ctx.Done():
			stop()
			return
		case <-fired:
		case <-o.targets.woken:
		}
		stop()
	}
}

// attempt tries once to reach a target.
func (o *Overlay) attempt(ctx context.Context, c call) {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	info, err := c.info, error(nil)
	if info.ID == "" {
		info.ID, err = o.whoIs(ctx, info.Addrs)
	}
	if err == nil {
		err = o.approach(ctx, info)
	}
	if err != nil && c.kind == wantedPeer && (c.fails > 0 || errors.Is(err, errNowhere)) {
		err = o.seek(ctx, info.ID) // it may have moved
	}
	outcome := attemptSucceeded
	var refusal *message.Refusal
	switch {
	case errors.As(err, &refusal), errors.Is(err, ErrBanned), errors.Is(err, errSelf):
		outcome = attemptRefused
	case err != nil:
		outcome = attemptFailed
	}
	if err != nil {
		o.log.Debug("peer not reached", "peer", info.ID, "error", err)
		o.doubt(c, outcome)
	}
	o.targets.done(c, info.ID, outcome, o.clock.Now())
}

// doubt forgets a known peer that does not want us, or one from hearsay that was often not found. While there is no
// peer at all the fault may be ours.
func (o *Overlay) doubt(c call, outcome attempt) {
	if c.kind != knownPeer {
		return
	}
	if outcome == attemptRefused {
		o.book.forget(c.info.ID, true)
	} else if c.fails >= forgetAfter-1 && len(o.peers.admitted()) > 0 {
		o.book.forget(c.info.ID, false)
	}
}

// Connect connects to a peer and greets it. Addresses may be missing if the peer is known, or found in the DHT. Errors as
// of OpenStream.
func (o *Overlay) Connect(ctx context.Context, info peer.AddrInfo) error {
	if !o.gate.isOpen() {
		return ErrNotRunning
	}
	if err := o.dial(ctx, info); err != nil {
		return fmt.Errorf("connect to %s: %w", info.ID, err)
	}
	return nil
}

// dial connects to a peer and waits for the end of the greeting. One that is not where it is said to be may have moved,
// and is looked for.
func (o *Overlay) dial(ctx context.Context, info peer.AddrInfo) error {
	err := o.approach(ctx, info)
	var refusal *message.Refusal
	if err == nil || errors.Is(err, ErrBanned) || errors.Is(err, errSelf) || errors.As(err, &refusal) || ctx.Err() != nil {
		return err
	}
	if lost := o.seek(ctx, info.ID); lost != nil && errors.Is(err, errNowhere) {
		return lost
	} else if lost != nil {
		return err // what went wrong where it should be says more
	}
	return nil
}

// errNowhere: nobody has said where the peer is.
var errNowhere = errors.New("no address is known")

// approach connects to a peer at its addresses: those given, those that libp2p has seen lately, or those of its last record.
func (o *Overlay) approach(ctx context.Context, info peer.AddrInfo) error {
	if info.ID == o.ID() {
		return errSelf
	}
	if o.gate.isBanned(info.ID) {
		return ErrBanned
	}
	if s, ok := o.host.Network().(*swarm.Swarm); ok {
		s.Backoff().Clear(info.ID) // when to try is decided here
	}
	if len(info.Addrs) == 0 && len(o.host.Peerstore().Addrs(info.ID)) == 0 {
		if info.Addrs = o.book.addrs(info.ID); len(info.Addrs) == 0 {
			return errNowhere
		}
	}
	began := o.clock.Now()
	if err := o.host.Connect(ctx, info); err != nil {
		return err
	}
	return o.peers.await(ctx, info.ID, began)
}

// seek asks the DHT where a peer is, and dials it there.
func (o *Overlay) seek(ctx context.Context, id peer.ID) error {
	o.host.Peerstore().ClearAddrs(id) // they have led nowhere
	found, err := o.dht.FindPeer(ctx, id)
	if err != nil {
		return fmt.Errorf("find %s: %w", id, err)
	}
	if len(found.Addrs) == 0 {
		return fmt.Errorf("find %s: %w: none known", id, ErrAddress)
	}
	return o.approach(ctx, found)
}

// whoIs returns the id of the peer that answers at an address. It asks for a peer that cannot exist: the handshake
// fails, and its error names who is there. Nothing proves that it is who should be there.
func (o *Overlay) whoIs(ctx context.Context, addrs []ma.Multiaddr) (peer.ID, error) {
	key, err := crypto.UnmarshalEd25519PrivateKey(ed25519.NewKeyFromSeed(o.dice.nonce(ed25519.SeedSize)))
	if err != nil {
		return "", fmt.Errorf("make key: %w", err)
	}
	nobody, err := peer.IDFromPrivateKey(key)
	if err != nil {
		return "", fmt.Errorf("make key: %w", err)
	}
	defer o.host.Peerstore().ClearAddrs(nobody)
	err = o.host.Connect(ctx, peer.AddrInfo{ID: nobody, Addrs: addrs})
	var other sec.ErrPeerIDMismatch
	if !errors.As(err, &other) {
		return "", fmt.Errorf("ask who is at %s: %w", addrs, err)
	}
	return other.Actual, nil
}
