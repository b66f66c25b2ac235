package p2p

import (
	"errors"
	"fmt"
)

// Sentinels, for errors.Is. What a peer answers instead of what was asked for is a *message.Refusal, for errors.As.
var (
	// ErrInvalid: an argument or a setting breaks a documented bound.
	ErrInvalid = errors.New("invalid argument")
	// ErrAddress: an address that is neither a multiaddr nor a ws:// or wss:// URL, or names no way to get there.
	ErrAddress = errors.New("invalid address")
	// ErrKeyFile: the key file holds something else than an ed25519 key of libp2p.
	ErrKeyFile = errors.New("not a node key")
	// ErrKeyMode: somebody else than the owner may read or write the key file.
	ErrKeyMode = errors.New("key file must have mode 0600")
	// ErrRunning: the call belongs before Run, or Run was called before.
	ErrRunning = errors.New("overlay is running or has run")
	// ErrNotRunning: the overlay does not run yet, or any more.
	ErrNotRunning = errors.New("overlay is not running")
	// ErrTaken: the protocol or the topic is in use.
	ErrTaken = errors.New("already in use")
	// ErrUnsupported: the peer does not serve the protocol.
	ErrUnsupported = errors.New("peer does not serve the protocol")
	// ErrBanned: we do not speak with this peer for a while.
	ErrBanned = errors.New("peer is banned")
	// ErrNoGreeting: the connection ended before both sides had said hello.
	ErrNoGreeting = errors.New("connection ended before hello")
	// ErrRecord: a signed peer record that is malformed, not the peer's own, too old or from the future.
	ErrRecord = errors.New("invalid peer record")
	// ErrUnsolicited: peers that nobody asked for.
	ErrUnsolicited = errors.New("unsolicited peers")
	// errSelf: the peer is this node.
	errSelf = fmt.Errorf("%w: it is this node", ErrInvalid)
	// ErrBookFile: the file of known peers is damaged.
	ErrBookFile = errors.New("peers file is damaged")
)
