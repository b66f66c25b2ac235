package attest

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/mesh-protocol/mesh/proof"
)

// Config says who the node is.
type Config struct {
	// Node is its number in its network, at least 1.
	Node uint64
	// Domain is where its signatures count.
	Domain proof.Domain
	// MaxWatched bounds the nodes it watches in an epoch, 1 to 1,000,000: those that summon first.
	MaxWatched int
	// AtOnce bounds the peers that are asked at the same time, 1 to 1,000.
	AtOnce int
	// Patience is how long a peer has to answer, 100 ms to 1 min.
	Patience time.Duration
}

// DefaultConfig returns the settings of a node.
func DefaultConfig(node uint64, d proof.Domain) Config {
	return Config{Node: node, Domain: d, MaxWatched: 10_000, AtOnce: 16, Patience: 5 * time.Second}
}

// Validate returns ErrInvalid for a setting out of its bounds.
func (c Config) Validate() error {
	switch {
	case c.Node == 0:
		return fmt.Errorf("%w: node 0", ErrInvalid)
	case c.MaxWatched < 1 || c.MaxWatched > 1_000_000:
		return fmt.Errorf("%w: at most %d nodes to watch", ErrInvalid, c.MaxWatched)
	case c.AtOnce < 1 || c.AtOnce > 1_000:
		return fmt.Errorf("%w: %d peers at once", ErrInvalid, c.AtOnce)
	case c.Patience < 100*time.Millisecond || c.Patience > time.Minute:
		return fmt.Errorf("%w: patience of %s", ErrInvalid, c.Patience)
	}
	return nil
}

// Deps is what the node is given.
type Deps struct {
	Chain Chain
	Peers Peers
	Book  Book
	// Key is that of the node's host.
	Key ed25519.PrivateKey
	// Dice returns a number below n, at least 1, that nobody can guess.
	Dice func(n int64) int64
	Log  *slog.Logger
}

func (d Deps) validate() error {
	if d.Chain == nil || d.Peers == nil || d.Book == nil || d.Dice == nil || d.Log == nil || len(d.Key) != ed25519.PrivateKeySize {
		return errors.Join(ErrInvalid, errors.New("a dependency is missing"))
	}
	return nil
}
