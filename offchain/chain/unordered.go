package chain

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// unorderedLife is how long an unordered transaction may wait for a block; the chain allows 10 minutes.
const unorderedLife = 5 * time.Minute

// expiry returns when an unordered transaction that is made now expires: counted from the time of the
// latest block, since a device's clock may be wrong, and up to a second later, by chance, since two
// transactions of one key with one expiry are taken for the same.
func (c *Client) expiry(ctx context.Context) (time.Time, error) {
	if c.rand == nil {
		return time.Time{}, fmt.Errorf("%w: unordered transactions need randomness", ErrInvalid)
	}
	head, err := c.Latest(ctx)
	if err != nil {
		return time.Time{}, err
	}
	var chance [8]byte
	if _, err := io.ReadFull(c.rand, chance[:]); err != nil {
		return time.Time{}, fmt.Errorf("read randomness: %w", err)
	}
	offset := time.Duration(binary.BigEndian.Uint64(chance[:]) % uint64(time.Second))
	return head.Time.Add(unorderedLife + offset), nil
}
