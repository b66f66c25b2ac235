package client

import (
	"encoding/binary"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// offeredKeys begin what the database knows of versions: id of a deal, big-endian → version, big-endian, the latest that its holders
// were asked to sign. Above the one on chain, it is what holders may keep for a commit that was interrupted.
const offeredKeys = 'v'

func offeredKey(deal uint64) []byte { return binary.BigEndian.AppendUint64([]byte{offeredKeys}, deal) }

// offer writes down that holders of a deal are about to be asked to sign a version.
func (b *book) offer(deal, version uint64) error {
	return b.write(func(batch *pebble.Batch) error {
		return batch.Set(offeredKey(deal), binary.BigEndian.AppendUint64(nil, version), nil)
	})
}

// offered returns the latest version of a deal that holders were asked to sign, 0 for none. Errors: ErrCorrupt.
func (b *book) offered(deal uint64) (uint64, error) {
	value, err := b.lookup(offeredKey(deal))
	switch {
	case err != nil || value == nil:
		return 0, err
	case len(value) != 8:
		return 0, fmt.Errorf("%w: version of deal %d", ErrCorrupt, deal)
	}
	return binary.BigEndian.Uint64(value), nil
}
