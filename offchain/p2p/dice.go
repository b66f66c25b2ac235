package p2p

import (
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"
)

// dice is the overlay's randomness: jitter, samples and nonces that come back over an authenticated stream. Keys are
// not made from it. Its methods may be called by several goroutines at once.
type dice struct {
	mu sync.Mutex
	r  *rand.ChaCha8
}

// newDice seeds the generator with 32 bytes of source.
func newDice(source io.Reader) (*dice, error) {
	var seed [32]byte
	if _, err := io.ReadFull(source, seed[:]); err != nil {
		return nil, fmt.Errorf("seed random numbers: %w", err)
	}
	return &dice{r: rand.NewChaCha8(seed)}, nil
}

// jitter returns a time in [d/2, d), so that nodes that failed together do not come back together.
func (d *dice) jitter(t time.Duration) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	half := max(t/2, 1)
	return half + time.Duration(rand.New(d.r).Int64N(int64(half)))
}

// shuffle puts n things in random order.
func (d *dice) shuffle(n int, swap func(i, j int)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	rand.New(d.r).Shuffle(n, swap)
}

// number returns 64 random bits.
func (d *dice) number() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.r.Uint64()
}

// nonce returns n random bytes.
func (d *dice) nonce(n int) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := make([]byte, n)
	_, _ = d.r.Read(b) // documented never to fail
	return b
}
