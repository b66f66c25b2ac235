package piece

import (
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"github.com/mesh-protocol/mesh/proof"
)

// Bounds of the configuration.
const (
	// MinVolumeBytes is the smallest volume, MaxVolumeBytes the largest.
	MinVolumeBytes = 64 << 10
	MaxVolumeBytes = 1 << 40
	// MaxLength is the longest piece, bytes.
	MaxLength = proof.MaxPieceLength
)

// Config says where a store lies and what it may take.
type Config struct {
	// Dir is the directory of the store, made if it is missing.
	Dir string
	// Quota is the most that pieces may take on disk, bytes, padding and lists included. What was dropped no longer
	// counts, though compaction may give its room back only later.
	Quota int64
	// VolumeBytes is the size a volume file does not outgrow, unless by one piece that is larger.
	VolumeBytes int64
	// KeepFree is how many bytes the volumes leave to the file system: the index needs room to write too.
	KeepFree int64
	// ScrubRate and CompactRate bound how fast Run reads and copies, bytes a second; 0 = no bound.
	ScrubRate, CompactRate int64
	// ScrubPause is how long Run waits between two passes of the scrub.
	ScrubPause time.Duration
	// DamageQueue is how many reports of damage wait in the channel before further ones are dropped.
	DamageQueue int
	// Buffered keeps to the page cache where O_DIRECT would work.
	Buffered bool
	// Rebuild throws the index away and makes it anew from the volumes.
	Rebuild bool
	// Clock paces scrub and compaction; nil = SystemClock.
	Clock Clock
	// Rand gives the secret of a new store; nil = crypto/rand.
	Rand io.Reader
}

// DefaultConfig is the configuration of a node: volumes of 1 GiB, 64 MiB left free, a scrub of 4 MiB a second with an
// hour between passes, and compaction at 64 MiB a second.
func DefaultConfig(dir string, quota int64) Config {
	return Config{
		Dir:         dir,
		Quota:       quota,
		VolumeBytes: 1 << 30,
		KeepFree:    64 << 20,
		ScrubRate:   4 << 20,
		CompactRate: 64 << 20,
		ScrubPause:  time.Hour,
		DamageQueue: 64,
	}
}

// Validate checks the bounds; its error wraps ErrInvalid.
func (c Config) Validate() error {
	switch {
	case c.Dir == "":
		return fmt.Errorf("%w: no directory", ErrInvalid)
	case c.Quota < 0:
		return fmt.Errorf("%w: quota of %d bytes", ErrInvalid, c.Quota)
	case c.VolumeBytes < MinVolumeBytes || c.VolumeBytes > MaxVolumeBytes || c.VolumeBytes%pageSize != 0:
		return fmt.Errorf("%w: volume of %d bytes", ErrInvalid, c.VolumeBytes)
	case c.KeepFree < 0 || c.ScrubRate < 0 || c.CompactRate < 0 || c.ScrubPause < 0:
		return fmt.Errorf("%w: negative bound", ErrInvalid)
	case c.DamageQueue < 1:
		return fmt.Errorf("%w: damage queue of %d", ErrInvalid, c.DamageQueue)
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
