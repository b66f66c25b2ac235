package journal

import (
	"crypto/rand"
	"fmt"
	"io"
	"time"
)

// Bounds of the configuration.
const (
	MinSegmentBytes = 1 << 10
	MaxBatchDelay   = 20 * time.Millisecond
	minSegments     = 4 // in MaxBytes: with fewer, one segment still being written is most of the journal
)

// Config says where a journal lies and how large it may grow.
type Config struct {
	// Dir is the directory of the journal, made if it is missing.
	Dir string
	// SegmentBytes is the size a segment file does not outgrow, unless by one batch (MaxBatchBytes).
	SegmentBytes int64
	// MaxBytes is the most that all segments hold, with the room that open intents need to be finished.
	MaxBytes int64
	// MaxOutboxBytes is roughly the most memory that intents, open and finished, may hold.
	MaxOutboxBytes int64
	// MaxBatchDelay is how long a batch that several callers share may wait for as many callers as the batch
	// before had. A batch of one caller never waits. At most 20 ms; 0 = no batch waits.
	MaxBatchDelay time.Duration
	// Clock gives the time; nil = SystemClock.
	Clock Clock
	// Rand gives the secret number of a new journal; nil = crypto/rand.
	Rand io.Reader
}

// DefaultConfig is the configuration of a node with its journal in dir: at most 4 GiB of disk in segments
// of 64 MiB, and 64 MiB of memory.
func DefaultConfig(dir string) Config {
	return Config{
		Dir:            dir,
		SegmentBytes:   64 << 20,
		MaxBytes:       4 << 30,
		MaxOutboxBytes: 64 << 20,
		MaxBatchDelay:  2 * time.Millisecond,
	}
}

// Validate checks the bounds; its error wraps ErrInvalid.
func (c Config) Validate() error {
	switch {
	case c.Dir == "":
		return fmt.Errorf("%w: no directory", ErrInvalid)
	case c.SegmentBytes < MinSegmentBytes:
		return fmt.Errorf("%w: segment of %d bytes is smaller than %d", ErrInvalid, c.SegmentBytes, MinSegmentBytes)
	case c.MaxBytes < minSegments*c.SegmentBytes:
		return fmt.Errorf("%w: %d bytes hold less than %d segments", ErrInvalid, c.MaxBytes, minSegments)
	case c.MaxOutboxBytes <= 0:
		return fmt.Errorf("%w: outbox of %d bytes", ErrInvalid, c.MaxOutboxBytes)
	case c.MaxBatchDelay < 0 || c.MaxBatchDelay > MaxBatchDelay:
		return fmt.Errorf("%w: batch delay %v is not within 0 and %v", ErrInvalid, c.MaxBatchDelay, MaxBatchDelay)
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
