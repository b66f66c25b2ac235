package remote_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// A reader asks once where its channel stands, and hands a voucher over before each fetch that needs one. Both ends count the same.
func TestFetchIsPaid(t *testing.T) {
	for _, test := range []struct {
		name string
		step uint64
		want []string // calls at the till
		of   holdertest.Stand
	}{
		{"ok: no more than is sent", 0, []string{
			"account 5", "take 5 300000", "charge 5 300000", "take 5 349152", "charge 5 49152", "take 5 354240", "charge 5 5088",
			"take 5 654240", "charge 5 300000",
		}, holdertest.Stand{Promised: 654_240, Used: 654_240, Charged: 654_240}},
		{"ok: ahead", 110_000, []string{ // of which a fetch finds some left, and pays from there on
			"account 5", "take 5 330000", "charge 5 300000", "take 5 630000", "charge 5 49152", "charge 5 5088", "take 5 684240", "charge 5 300000",
		}, holdertest.Stand{Promised: 684_240, Used: 654_240, Charged: 654_240}},
		{"ok: far ahead", 1_000_000, []string{"account 5", "take 5 3000000", "charge 5 300000", "charge 5 49152", "charge 5 5088", "charge 5 300000"},
			holdertest.Stand{Promised: 3_000_000, Used: 654_240, Charged: 654_240}},
	} {
		t.Run(test.name, func(t *testing.T) {
			runPaid(t, func(p *paid) {
				p.purse.Step = test.step
				list := p.pieces(2, 100_000)
				p.fetch(list[0], 0, 100_000)
				p.fetch(list[1], 20_000, 10) // a group
				p.fetch(list[1], 99_999, 1)  // the last one
				p.fetch(list[0], 0, 100_000)
				require.Equal(t, test.of, p.stand())
				require.Equal(t, test.want, p.till.Log())
				promised, used := p.purse.Stand()
				require.Equal(t, []uint64{test.of.Promised, test.of.Used}, []uint64{promised, used})
				require.Equal(t, []uint64{100_000, 16 << 10, 1696, 100_000}, p.payer.asked)
				require.Equal(t, 1, p.opened)
			})
		})
	}
}

// Fetches that are under way at once over one stream are paid in their order, and all together for the bytes that are sent.
func TestFetchesArePaidInOrder(t *testing.T) {
	rng := seeded.Source(t)
	for _, step := range []uint64{0, 100, 100_000, 5_000_000} {
		t.Run(fmt.Sprint("step ", step), func(t *testing.T) {
			runPaid(t, func(p *paid) {
				p.purse.Step = step
				list := p.pieces(8, 100_000)
				var all sync.WaitGroup
				sum := uint64(0)
				for range 200 {
					of := list[rng.IntN(len(list))]
					offset := rng.IntN(len(of.b))
					dst := make([]byte, 1+rng.IntN(len(of.b)-offset))
					sum += sent(of, offset, len(dst))
					all.Go(func() {
						err := p.reader.Fetch(p.t.Context(), peer(), of.root, uint64(len(of.b)), uint64(offset), dst)
						if err != nil || string(dst) != string(of.b[offset:offset+len(dst)]) {
							p.t.Errorf("%d bytes from %d on: %v", len(dst), offset, err)
						}
					})
				}
				all.Wait()
				stand := p.stand()
				require.Equal(t, holdertest.Stand{Promised: stand.Promised, Used: price * sum, Charged: price * sum}, stand)
				promised, used := p.purse.Stand()
				require.Equal(t, []uint64{stand.Promised, stand.Used}, []uint64{promised, used})
				require.Equal(t, p.purse.Vouchers(), p.till.Taken(ours), "all were taken, as they were made")
				log := strings.Join(p.till.Log(), "\n")
				require.Equal(t, 1, strings.Count(log, "account"))
				require.Equal(t, 200, strings.Count(log, "charge"), "none was refused")
				require.Equal(t, 1, p.opened)
			})
		})
	}
}

// sent returns how many bytes come for a range: whole groups.
func sent(of piece, offset, length int) uint64 {
	const group = 16 << 10
	return uint64(min(len(of.b), (offset+length+group-1)/group*group) - offset/group*group)
}

// Every stream begins with the question where the channel stands, and goes on with what is left of it.
func TestEachStreamAsksOnce(t *testing.T) {
	runPaid(t, func(p *paid) {
		of := p.pieces(1, 1000)[0]
		p.purse.Step = 10_000
		for range 2 {
			p.fetch(of, 0, 1000)
		}
		p.purse = newPurse(10_000) // of another process, which knows nothing
		p.payer = &payer{purse: p.purse}
		reader := newPaying(p.t, p.dial, p.payer).Reader()
		require.NoError(t, reader.Fetch(p.t.Context(), peer(), of.root, 1000, 0, make([]byte, 1000)))
		require.NoError(t, reader.Close())
		require.Equal(t, holdertest.Stand{Promised: 30_000, Used: 9000, Charged: 9000}, p.stand())
		require.Equal(t, []string{"account 5", "take 5 30000", "charge 5 3000", "charge 5 3000", "account 5", "charge 5 3000"}, p.till.Log())
		require.Empty(t, p.purse.Vouchers())
	})
}

// What a holder refuses costs nothing on either end, and the next fetch is paid with it.
func TestRefusedFetchIsNotPaid(t *testing.T) {
	runPaid(t, func(p *paid) {
		list := p.pieces(2, 1000)
		p.purse.Step = 1001
		fetch := func(root [32]byte, length, offset uint64) error {
			return p.reader.Fetch(p.t.Context(), peer(), root, length, offset, make([]byte, length-offset))
		}
		require.ErrorIs(t, fetch([32]byte{1}, 1000, 0), wire.Unknown)
		require.ErrorIs(t, fetch(list[0].root, 1001, 1), wire.BadRange)
		p.store.Break(list[0].root)
		require.ErrorIs(t, fetch(list[0].root, 1000, 0), wire.Damaged)
		p.store.FailReads(0)
		require.ErrorIs(t, fetch(list[1].root, 1000, 0), wire.Damaged)
		require.Equal(t, holdertest.Stand{Promised: 3003, Charged: 3000, Returned: 3000}, p.stand())
		p.store.FailReads(1 << 30)
		p.fetch(list[1], 0, 1000)
		require.Equal(t, holdertest.Stand{Promised: 3003, Used: 3000, Charged: 6000, Returned: 3000}, p.stand())
		require.Equal(t, []string{"account 5", "take 5 3003", "charge 5 3000", "charge 5 3000"}, p.till.Log())
		promised, used := p.purse.Stand()
		require.Equal(t, []uint64{3003, 3000}, []uint64{promised, used})
		require.Equal(t, 1, p.opened)
	})
}

// A till that begins anew takes what was promised as used. The reader finds out and pays once more.
func TestTillBeginsAnew(t *testing.T) {
	runPaid(t, func(p *paid) {
		of := p.pieces(1, 1000)[0]
		p.purse.Step = 4000
		p.fetch(of, 0, 1000)
		p.till.Restart()
		for range 4 {
			p.fetch(of, 0, 1000)
		}
		require.Equal(t, []string{
			"account 5", "take 5 12000", "charge 5 3000", "charge 5 3000",
			"account 5", "take 5 24000", "charge 5 3000", "charge 5 3000", "charge 5 3000", "charge 5 3000",
		}, p.till.Log())
		require.Equal(t, holdertest.Stand{Promised: 24_000, Used: 24_000, Charged: 15_000}, p.stand())
		require.Equal(t, 1, p.opened)
	})
}

// A voucher that is refused is followed by another on the same stream, which goes on.
func TestVoucherThatIsRefusedOnce(t *testing.T) {
	runPaid(t, func(p *paid) {
		of := p.pieces(1, 1000)[0]
		takes := 0
		p.till.Step = func(_ context.Context, name string) error {
			if name == "take" {
				if takes++; takes == 1 {
					return errors.New("journal is full")
				}
			}
			return nil
		}
		p.fetch(of, 0, 1000)
		require.Equal(t, []string{"account 5", "take 5 3000", "charge 5 3000", "account 5", "take 5 3000", "charge 5 3000"}, p.till.Log())
		require.Equal(t, holdertest.Stand{Promised: 3000, Used: 3000, Charged: 3000}, p.stand())
		require.Equal(t, 1, p.opened)
	})
}
