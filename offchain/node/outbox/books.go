package outbox

import (
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// Books are what is kept in the journal beside posts.
type Books struct {
	Claims   *Claims
	Witness  *Witness
	Vouchers *Vouchers
}

// OpenBooks reads what the journal has. Errors are those of the journal, and a record that this version did not write.
func OpenBooks(j *journal.Journal) (Books, error) {
	b := Books{
		Claims:   &Claims{journal: j, made: map[work.Claim]work.Made{}},
		Witness:  &Witness{journal: j, epochs: map[uint64]*witnessed{}},
		Vouchers: &Vouchers{journal: j, latest: map[uint64]work.Voucher{}, writing: map[uint64]int{}},
	}
	err := j.Read(1, func(r journal.Record) error {
		if err := errors.Join(b.Claims.read(r), b.Witness.read(r), b.Vouchers.read(r)); err != nil {
			return fmt.Errorf("read record %d of the journal: %w", r.Seq, err)
		}
		return nil
	})
	return b, err
}

// Needed tells the journal's compaction whether a record is still of use. What this package did not write stays.
func (b Books) Needed(r journal.Record) bool {
	return b.Claims.Needed(r) && b.Witness.Needed(r) && b.Vouchers.Needed(r)
}
