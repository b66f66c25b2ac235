package duty

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Config says who the node is.
type Config struct {
	// Node is its number in its network, at least 1.
	Node uint64
	// TurnBlocks is how long a vacant index waits before one more node may take it, 1 to 1,000,000.
	TurnBlocks int64
	// Patience bounds what the chain is asked in one step of a round, 100 ms to 10 min.
	Patience time.Duration
}

// DefaultConfig returns the settings of a node in a network with those turns.
func DefaultConfig(node uint64, turnBlocks int64) Config {
	return Config{Node: node, TurnBlocks: turnBlocks, Patience: 20 * time.Second}
}

// Validate returns ErrInvalid for a setting out of its bounds.
func (c Config) Validate() error {
	switch {
	case c.Node == 0:
		return fmt.Errorf("%w: node 0", ErrInvalid)
	case c.TurnBlocks < 1 || c.TurnBlocks > 1_000_000:
		return fmt.Errorf("%w: turns of %d blocks", ErrInvalid, c.TurnBlocks)
	case c.Patience < 100*time.Millisecond || c.Patience > 10*time.Minute:
		return fmt.Errorf("%w: patience of %s", ErrInvalid, c.Patience)
	}
	return nil
}

// Deps is what the duties are given.
type Deps struct {
	Chain     Chain
	Outbox    Outbox
	Book      Book
	Presence  Presence
	Shelf     Shelf
	Rebuilder Rebuilder
	Log       *slog.Logger
}

func (d Deps) validate() error {
	if d.Chain == nil || d.Outbox == nil || d.Book == nil || d.Presence == nil || d.Shelf == nil || d.Rebuilder == nil || d.Log == nil {
		return errors.Join(ErrInvalid, errors.New("a dependency is missing"))
	}
	return nil
}
