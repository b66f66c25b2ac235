package rotation

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"time"

	"cosmossdk.io/log/v2"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

// Config says when a chain is renewed.
type Config struct {
	// Every is the time between two looks, and the longest one may take.
	Every time.Duration
	// Margin is how many reveals must be left beside those of two registrations: room for a
	// transaction that is late.
	Margin uint64
}

// maxMargin bounds the margin, so that a new chain can always be longer.
const maxMargin = 1 << 16

// DefaultConfig looks every ten seconds and leaves room for 100 blocks.
func DefaultConfig() Config { return Config{Every: 10 * time.Second, Margin: 100} }

// Validate returns an error unless the config can hold.
func (c Config) Validate() error {
	if c.Every <= 0 || c.Margin > maxMargin {
		return fmt.Errorf("look every %s with a margin of %d reveals: it must be more often than never, and the margin at most %d", c.Every, c.Margin, maxMargin)
	}
	return nil
}

// State is a validator's part in the beacon as of a block.
type State struct {
	// Height of the block.
	Height int64
	// Delay is the number of blocks from a registration to its use.
	Delay uint64
	// Revealer is the validator's part.
	Revealer beacontypes.Revealer
}

// Node is the chain as this node sees it, with the keys it has.
type Node interface {
	// State returns the part of this node's validator in the beacon. It is nil while the node syncs,
	// and where it has no validator or one that never registered.
	State(ctx context.Context) (*State, error)
	// CanSign returns ErrNoKey unless Register can sign for the validator.
	CanSign(validator string) error
	// Register sends the registration of a tip, signed for the validator.
	Register(ctx context.Context, msg *beacontypes.MsgRegister) error
}

// Secrets makes hash chains and keeps their secrets.
type Secrets interface {
	// Create makes a chain of a length, keeps its secret safe and returns its tip.
	Create(length uint64) ([]byte, error)
}

// Rotation renews one validator's hash chain. It is not safe for concurrent use.
type Rotation struct {
	cfg     Config
	node    Node
	secrets Secrets
	log     log.Logger

	// made is the chain that was made and is not registered yet, or one without a tip.
	made beacontypes.HashChain
	// retryAt is the first height at which its registration is sent again.
	retryAt int64
	// warnAt is the number of reveals below which a missing key is told of again.
	warnAt uint64
}

// New returns a rotation that does nothing before Run, or the error of the config.
func New(cfg Config, node Node, secrets Secrets, logger log.Logger) (*Rotation, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Rotation{cfg: cfg, node: node, secrets: secrets, log: logger.With("module", "rotation"), warnAt: math.MaxUint64}, nil
}

// Run looks after the chain until ctx ends, and returns nil then: what fails is tried again.
func (r *Rotation) Run(ctx context.Context) error {
	ticker := time.NewTicker(r.cfg.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		look, cancel := context.WithTimeout(ctx, r.cfg.Every)
		if err := r.Look(look); err != nil && ctx.Err() == nil {
			r.log.Error("renew the hash chain of the beacon", "error", err.Error())
		}
		cancel()
	}
}

// Look renews the chain if it is time to. It returns what kept it from doing so; a key that is
// missing is told of in the log, again each time the number of reveals left has halved.
func (r *Rotation) Look(ctx context.Context) error {
	s, err := r.node.State(ctx)
	if err != nil {
		return fmt.Errorf("ask for the part of this validator in the beacon: %w", err)
	}
	if s == nil {
		return nil
	}
	next := s.Height + 1
	chain, need := s.Revealer.ChainAt(next), 2*s.Delay+r.cfg.Margin
	if s.Revealer.Next.Exists() && next < s.Revealer.Next.ActiveHeight || chain.Remaining() > need {
		r.made, r.retryAt, r.warnAt = beacontypes.HashChain{}, 0, math.MaxUint64
		return nil
	}
	if err := r.node.CanSign(s.Revealer.Validator); err != nil {
		if errors.Is(err, ErrNoKey) {
			r.warn(chain.Remaining(), err)
			return nil
		}
		return err
	}
	if next < r.retryAt {
		return nil
	}
	return r.register(ctx, s, newLength(chain.Length, need))
}

// newLength returns the number of reveals of a new chain: as many as the last one had, and enough
// that it is not due to be renewed at once.
func newLength(last, need uint64) uint64 {
	return min(max(last, 4*need), beacontypes.MaxLength)
}

// register makes a chain, unless one waits to be registered, and sends its registration. The
// secret is on disk before anybody hears of the tip.
func (r *Rotation) register(ctx context.Context, s *State, length uint64) error {
	if !r.made.Exists() {
		tip, err := r.secrets.Create(length)
		if err != nil {
			return fmt.Errorf("make a hash chain: %w", err)
		}
		r.made = beacontypes.HashChain{Tip: tip, Length: length}
	}
	msg := &beacontypes.MsgRegister{Validator: s.Revealer.Validator, Tip: r.made.Tip, Length: r.made.Length}
	if err := r.node.Register(ctx, msg); err != nil {
		return fmt.Errorf("register a hash chain: %w", err)
	}
	// It is in a block soon, or it is not: then it is sent again while there is still time.
	r.retryAt = s.Height + 1 + int64(s.Delay/4) + 5
	r.log.Info("sent the registration of a new hash chain of the beacon", "validator", msg.Validator,
		"tip", base64.StdEncoding.EncodeToString(msg.Tip), "reveals", msg.Length)
	return nil
}

// warn tells that the operator must renew the chain by hand.
func (r *Rotation) warn(left uint64, reason error) {
	if left >= r.warnAt {
		return
	}
	r.warnAt = (left + 1) / 2
	r.log.Warn("the hash chain of the beacon is nearly used up; run 'meshd beacon init' and the command it prints, or every block this validator proposes costs it a slash",
		"reveals_left", left, "reason", reason.Error())
}
