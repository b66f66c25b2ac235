package holder

import (
	"crypto/ed25519"
	"fmt"
	"time"

	"github.com/mesh-protocol/mesh/proof"
)

const (
	// MaxWaiting bounds the lists of a deal that were signed for versions the chain does not have yet, but for the two by which
	// a client makes room.
	MaxWaiting = 4
	// MaxMaking is how many lists are worked on at once.
	MaxMaking = 2
	// maxLarge is how many lists above smallList are received at once: their bytes are in memory.
	maxLarge  = 4
	smallList = 1 << 20
)

// Config says where lists lie and how long things may take.
type Config struct {
	// Dir is the directory of the lists, made if it is missing.
	Dir string
	// Domain is the chain and the network that signatures count for.
	Domain proof.Domain
	// Patience is how long a frame may take, and how long a stream may be silent.
	Patience time.Duration
	// KeepLoose is for how many blocks a piece is kept that is in no list.
	KeepLoose uint64
}

// DefaultConfig is the configuration of a node: a minute a frame, and 600 blocks for pieces without a list.
func DefaultConfig(dir string, domain proof.Domain) Config {
	return Config{Dir: dir, Domain: domain, Patience: time.Minute, KeepLoose: 600}
}

// Validate checks the bounds; its error wraps ErrInvalid.
func (c Config) Validate() error {
	switch {
	case c.Dir == "":
		return fmt.Errorf("%w: no directory", ErrInvalid)
	case c.Domain.ChainID == "" || c.Domain.Network == "":
		return fmt.Errorf("%w: no domain", ErrInvalid)
	case c.Patience <= 0:
		return fmt.Errorf("%w: patience of %v", ErrInvalid, c.Patience)
	}
	return nil
}

// Deps are what a holder needs of others.
type Deps struct {
	Pieces   Pieces
	Deals    Deals
	Accounts Accounts
	// Till takes payment for what is read, but from Fellows; without it reading is free.
	Till    Till
	Fellows Fellows
	// Key is that of the node's libp2p host; it signs acknowledgements.
	Key ed25519.PrivateKey
}

func (d Deps) validate() error {
	switch {
	case d.Pieces == nil || d.Deals == nil || d.Accounts == nil:
		return fmt.Errorf("%w: no store, chain or accounts", ErrInvalid)
	case d.Till != nil && d.Fellows == nil:
		return fmt.Errorf("%w: a till, and nobody who knows fellow holders", ErrInvalid)
	case len(d.Key) != ed25519.PrivateKeySize:
		return fmt.Errorf("%w: key of %d bytes", ErrInvalid, len(d.Key))
	}
	return nil
}
