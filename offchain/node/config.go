package node

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/mesh-protocol/mesh/offchain/node/door"
	"github.com/mesh-protocol/mesh/proof"
)

// Roles of a node, as its greeting names them.
const (
	RoleBootstrap = door.RoleBootstrap // helps others find each other, at addresses that are on chain
	RoleStorage   = "storage"          // keeps pieces
)

// ErrInvalid: a setting breaks a documented bound.
var ErrInvalid = errors.New("invalid setting")

// Config says what a node does and where.
type Config struct {
	Home    string // directory of keys and data
	ChainID string
	Network string
	Role    string
	// Operator is the name of the key that signs for a storage node; it is not used by others.
	Operator string
	// FeesFrom is an account that pays the operator's fees, as it has allowed; "" = the operator itself.
	FeesFrom string

	// Publisher is the name of the key that publishes where a bootstrap node is reached; "" = nobody does.
	Publisher string

	Listen    []string // multiaddrs
	Announce  []string // further multiaddrs the node is reached at
	Bootstrap []string // where to enter, besides what the chain says; multiaddrs or ws:// URLs
	Region    string
	Quota     int64 // bytes on disk for pieces

	// Poll is the pause between two looks at the head of the chain.
	Poll time.Duration
}

// Validate returns an error that wraps ErrInvalid unless the configuration can work.
func (c Config) Validate() error {
	switch {
	case c.Home == "" || c.ChainID == "" || c.Network == "":
		return fmt.Errorf("%w: a node needs a home, a chain and a network", ErrInvalid)
	case c.Role != RoleBootstrap && c.Role != RoleStorage:
		return fmt.Errorf("%w: role %q", ErrInvalid, c.Role)
	case c.Role == RoleStorage && (c.Operator == "" || c.Quota <= 0):
		return fmt.Errorf("%w: a storage node needs an operator's key and room for pieces", ErrInvalid)
	case c.Poll <= 0:
		return fmt.Errorf("%w: the pause between two looks at the chain must be more than 0", ErrInvalid)
	}
	return nil
}

// domain is where the node's signatures count.
func (c Config) domain() proof.Domain { return proof.Domain{ChainID: c.ChainID, Network: c.Network} }

// KeyFile is where the key of a home's libp2p host lies.
func KeyFile(home string) string { return filepath.Join(home, "node_key") }

// dataDir holds what a node may not lose.
func dataDir(home, name string) string { return filepath.Join(home, "data", name) }
