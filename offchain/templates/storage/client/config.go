package client

import (
	"crypto/rand"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/mesh-protocol/mesh/proof"
)

// Bounds of the configuration.
const (
	// MaxInFlight is the most segments that may be on their way at once.
	MaxInFlight = 16
	// MaxHedges is how many holders beyond k may be asked for pieces of a segment at once, silent ones not counted.
	MaxHedges = 5
)

// Config says where a client keeps its objects and how it waits.
type Config struct {
	// Dir is the directory of the database, made if it is missing.
	Dir string
	// Domain is the chain id and the network that the client works in.
	Domain proof.Domain
	// PeerKey is the ed25519 public key of the client's own libp2p host; holders let it store and no other.
	PeerKey [32]byte
	// InFlight is how many segments are on their way at once. Of a put, each takes 8 MiB and 8·n/k MiB, of a get 8 MiB and up to
	// 8·(k + 5)/k MiB.
	InFlight int
	// Coders is how many goroutines seal and code.
	Coders int
	// Straggler is how long a put may stand still for a holder that the others have left behind, in all; or a quarter of the time
	// it has taken so far, if that is more.
	Straggler time.Duration
	// Hedge is the least lateness of a piece after which another holder is asked.
	Hedge time.Duration
	// Patience is the longest a holder may take for anything: to be reached, for one piece, list or acknowledgement.
	Patience time.Duration
	// TxBlocks is how many blocks a commit or an opening has to be included in; after them it never is.
	TxBlocks int64
	// Clock gives the time; nil = SystemClock.
	Clock Clock
	// Rand gives keys; nil = crypto/rand.
	Rand io.Reader
}

// DefaultConfig is the configuration of a client on its own machine: 8 segments in flight and a coder a processor.
func DefaultConfig(dir string, domain proof.Domain, peerKey [32]byte) Config {
	return Config{
		Dir:       dir,
		Domain:    domain,
		PeerKey:   peerKey,
		InFlight:  8,
		Coders:    runtime.GOMAXPROCS(0),
		Straggler: 10 * time.Second,
		Hedge:     250 * time.Millisecond,
		Patience:  2 * time.Minute,
		TxBlocks:  60,
	}
}

// Validate checks the bounds; its error wraps ErrInvalid.
func (c Config) Validate() error {
	switch {
	case c.Dir == "":
		return fmt.Errorf("%w: no directory", ErrInvalid)
	case c.Domain.ChainID == "" || c.Domain.Network == "":
		return fmt.Errorf("%w: no chain or no network", ErrInvalid)
	case c.InFlight < 1 || c.InFlight > MaxInFlight:
		return fmt.Errorf("%w: %d segments in flight", ErrInvalid, c.InFlight)
	case c.Coders < 1:
		return fmt.Errorf("%w: %d coders", ErrInvalid, c.Coders)
	case c.Straggler <= 0 || c.Hedge <= 0 || c.Patience <= 0:
		return fmt.Errorf("%w: a time of 0 or less", ErrInvalid)
	case c.TxBlocks < 1:
		return fmt.Errorf("%w: %d blocks to be included in", ErrInvalid, c.TxBlocks)
	}
	return nil
}

// withDefaults fills in the machine's clock and randomness.
func (c Config) withDefaults() Config {
	if c.Clock == nil {
		c.Clock = SystemClock{}
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	return c
}
