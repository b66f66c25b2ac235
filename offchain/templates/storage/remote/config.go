package remote

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Config says what signatures count for and how long things may take.
type Config struct {
	// Domain is the chain and the network that acks are signed for.
	Domain proof.Domain
	// Patience is how long opening a stream, a frame, or waiting for an answer may take.
	Patience time.Duration
	// Payer pays for what a Reader reads; nil = nobody, which is enough where reading is free.
	Payer Payer
}

// DefaultConfig waits a minute.
func DefaultConfig(domain proof.Domain) Config { return Config{Domain: domain, Patience: time.Minute} }

// Validate checks the bounds; its error wraps ErrInvalid.
func (c Config) Validate() error {
	if c.Domain.ChainID == "" || c.Domain.Network == "" {
		return fmt.Errorf("%w: no domain", ErrInvalid)
	}
	if c.Patience <= 0 {
		return fmt.Errorf("%w: patience of %v", ErrInvalid, c.Patience)
	}
	return nil
}

// Peer is the host of a holder.
type Peer struct {
	Name string   // libp2p name
	Key  [32]byte // ed25519 public key, which signs acks
}

// Remote opens streams to holders. Its methods may be called by several goroutines at once.
type Remote struct {
	cfg    Config
	dialer work.Dialer
	frames sync.Pool // *[]byte of wire.BulkFrame
}

// New returns a Remote, which holds nothing open itself.
func New(cfg Config, dialer work.Dialer) (*Remote, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("make remote: %w", err)
	}
	if dialer == nil {
		return nil, fmt.Errorf("make remote: %w: no dialer", ErrInvalid)
	}
	r := &Remote{cfg: cfg, dialer: dialer}
	r.frames.New = func() any { b := make([]byte, wire.BulkFrame); return &b }
	return r, nil
}

// Open opens a stream to a holder, which the caller closes. ctx bounds the opening only. Errors are *HolderError.
func (r *Remote) Open(ctx context.Context, peer Peer) (*Holder, error) {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Patience)
	defer cancel()
	s, err := r.dialer.Open(ctx, peer.Name)
	if err != nil {
		return nil, &HolderError{Peer: peer.Name, Op: "open stream", Err: err}
	}
	return newHolder(r, peer, wire.NewConn(s, r.cfg.Patience)), nil
}
