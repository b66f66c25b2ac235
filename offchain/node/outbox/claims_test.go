package outbox_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/node/outbox"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// leavesOf makes n leaves, all of them different and some with data.
func leavesOf(n int) []proof.Leaf {
	list := make([]proof.Leaf, n)
	for i := range list {
		list[i] = proof.Leaf{Item: uint64(i + 1), Weight: proof.U128{Hi: uint64(i % 3), Lo: uint64(i + 7)}, Data: []byte(strings.Repeat("d", i%65))}
	}
	return list
}

// madeOf makes what a claim of n deals, as many duties, and some slots is made of.
func madeOf(n int) work.Made {
	m := work.Made{Deals: leavesOf(n)}
	for slot := range uint32(min(n, 20)) {
		m.Slots = append(m.Slots, work.AttestedSlot{Slot: slot, Seals: []proof.Seal{sealOf(3), sealOf(uint64(slot) + 4)}})
	}
	for i := range n {
		m.Duties = append(m.Duties, dutyOf(uint64(i/4+1), uint32(i%4)))
	}
	return m
}

func claimOf(epoch uint64) work.Claim {
	node := func(b byte) proof.Node {
		return proof.Node{Hash: [32]byte{byte(epoch), b}, Sum: proof.U128{Hi: uint64(b), Lo: epoch}}
	}
	return work.Claim{Epoch: epoch, Deals: node(1), Slots: node(2), Duties: node(3)}
}

// requireClaim fails unless it is known what a claim is made of.
func requireClaim(t require.TestingT, c *outbox.Claims, of work.Claim, want work.Made) {
	got, ok := c.Read(of)
	require.True(t, ok, "epoch %d is not known", of.Epoch)
	wanted, err := outbox.EncodePart(of, 0, want)
	require.NoError(t, err)
	known, err := outbox.EncodePart(of, 0, got)
	require.NoError(t, err)
	require.True(t, bytes.Equal(wanted, known), "epoch %d", of.Epoch)
}

func requireUnknown(t require.TestingT, c *outbox.Claims, of work.Claim) {
	_, ok := c.Read(of)
	require.False(t, ok, "epoch %d is known", of.Epoch)
}

func openClaims(t require.TestingT, j *journal.Journal) *outbox.Claims {
	b, err := outbox.OpenBooks(j)
	require.NoError(t, err)
	return b.Claims
}

// TestClaims: what was written is known, at once and after a restart, however many records it takes.
func TestClaims(t *testing.T) {
	for _, n := range []int{0, 1, outbox.LeavesPerRecord, outbox.LeavesPerRecord + 1, 2*outbox.LeavesPerRecord + 3} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			dir := t.TempDir()
			j := open(t, dir)
			c := openClaims(t, j)
			requireUnknown(t, c, claimOf(5))
			require.NoError(t, c.Write(t.Context(), claimOf(5), madeOf(n)))
			records := 0
			require.NoError(t, j.Read(1, func(r journal.Record) error {
				records++
				require.Equal(t, uint8(outbox.KindClaim), r.Kind)
				return nil
			}))
			require.Equal(t, max(1, (n+outbox.LeavesPerRecord-1)/outbox.LeavesPerRecord, (min(n, 20)+outbox.SlotsPerRecord-1)/outbox.SlotsPerRecord), records)
			requireClaim(t, c, claimOf(5), madeOf(n))
			other := claimOf(5)
			other.Duties.Hash[9] = 1
			requireUnknown(t, c, other)
			require.NoError(t, j.Close())

			j = open(t, dir)
			requireClaim(t, openClaims(t, j), claimOf(5), madeOf(n))
			require.NoError(t, j.Close())
		})
	}
}

// twice returns what two records with the same have.
func twice(m work.Made) work.Made {
	return work.Made{
		Deals: slices.Concat(m.Deals, m.Deals), Attested: work.Attested{Slots: slices.Concat(m.Slots, m.Slots), Duties: slices.Concat(m.Duties, m.Duties)},
	}
}

// TestClaimsHalfWritten: a claim whose last record is missing is not known, and is whole when it is written again.
func TestClaimsHalfWritten(t *testing.T) {
	j := open(t, t.TempDir())
	write := func(of work.Claim, place byte, made work.Made) {
		bz, err := outbox.EncodePart(of, place, made)
		require.NoError(t, err)
		_, err = j.Append(t.Context(), outbox.KindClaim, bz)
		require.NoError(t, err)
	}
	write(claimOf(5), outbox.FirstPart, madeOf(3))
	write(claimOf(6), 0, madeOf(3))
	write(claimOf(7), outbox.LastPart, madeOf(3))
	write(claimOf(5), outbox.LastPart, madeOf(3)) // records without a beginning changed nothing
	write(claimOf(8), outbox.FirstPart, madeOf(4))
	write(claimOf(8), 0, madeOf(4))
	c := openClaims(t, j)
	requireClaim(t, c, claimOf(5), twice(madeOf(3)))
	for _, epoch := range []uint64{6, 7, 8} {
		requireUnknown(t, c, claimOf(epoch))
	}
	require.NoError(t, c.Write(t.Context(), claimOf(8), madeOf(2)))
	requireClaim(t, openClaims(t, j), claimOf(8), madeOf(2))
	require.NoError(t, j.Close())
}

// TestClaimsForgotten: those of the latest epochs are known, and only they outlive a compaction.
func TestClaimsForgotten(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	c := openClaims(t, j)
	const last = 3 * outbox.KeptClaims
	twin := claimOf(last) // a claim of the same epoch that came out otherwise
	twin.Slots.Hash[31] = 9
	for epoch := uint64(1); epoch <= last; epoch++ {
		require.NoError(t, c.Write(t.Context(), claimOf(epoch), madeOf(30)))
	}
	require.NoError(t, c.Write(t.Context(), twin, madeOf(4)))
	_, err := j.Append(t.Context(), 99, []byte("of somebody else"))
	require.NoError(t, err)
	_, err = j.Append(t.Context(), outbox.KindClaim, []byte("?"))
	require.NoError(t, err)
	for range 3 { // what comes last is never rewritten
		require.NoError(t, c.Write(t.Context(), twin, madeOf(40)))
	}
	check := func(c *outbox.Claims) {
		for epoch := uint64(1); epoch <= last; epoch++ {
			if epoch+outbox.KeptClaims > last {
				requireClaim(t, c, claimOf(epoch), madeOf(30))
			} else {
				requireUnknown(t, c, claimOf(epoch))
			}
		}
		requireClaim(t, c, twin, madeOf(40))
	}
	check(c)
	freed, err := j.Compact(t.Context(), c.Needed)
	require.NoError(t, err)
	require.Positive(t, freed)
	check(c)
	left := map[uint64]int{}
	strange := 0
	require.NoError(t, j.Read(1, func(r journal.Record) error {
		if of, _, _, err := outbox.DecodePart(r.Payload); r.Kind == outbox.KindClaim && err == nil {
			left[of.Epoch]++
			return nil
		}
		strange++
		return nil
	}))
	require.Len(t, left, outbox.KeptClaims)
	require.Equal(t, 2, strange, "what this package did not write stays")
	require.NoError(t, j.Close())
}

// TestClaimsBeingWritten: compaction leaves the first records of a claim whose last is not written yet.
func TestClaimsBeingWritten(t *testing.T) {
	j := open(t, t.TempDir())
	c := openClaims(t, j)
	bz, err := outbox.EncodePart(claimOf(5), outbox.FirstPart, madeOf(3))
	require.NoError(t, err)
	record := journal.Record{Seq: 1, Kind: outbox.KindClaim, Payload: bz}
	require.False(t, c.Needed(record))
	c.Mark(claimOf(5))
	require.True(t, c.Needed(record))
	c.Mark(work.Claim{})
	require.False(t, c.Needed(record))
	require.NoError(t, c.Write(t.Context(), claimOf(5), madeOf(3)))
	require.True(t, c.Needed(record))
	require.NoError(t, j.Close())
}

// TestClaimsLargestEpoch: no number of an epoch makes the arithmetic go round.
func TestClaimsLargestEpoch(t *testing.T) {
	j := open(t, t.TempDir())
	c := openClaims(t, j)
	require.NoError(t, c.Write(t.Context(), claimOf(1<<64-1), madeOf(1)))
	requireClaim(t, c, claimOf(1<<64-1), madeOf(1))
	require.NoError(t, c.Write(t.Context(), claimOf(3), madeOf(2)))
	requireClaim(t, c, claimOf(3), madeOf(2))
	requireClaim(t, c, claimOf(1<<64-1), madeOf(1))
	require.NoError(t, j.Close())
}

func TestClaimsErrors(t *testing.T) {
	j := open(t, t.TempDir())
	c := openClaims(t, j)
	require.ErrorIs(t, c.Write(t.Context(), claimOf(5), work.Made{Deals: []proof.Leaf{{Item: 1}}}), proof.ErrZeroWeight)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, c.Write(ctx, claimOf(6), madeOf(1)), context.Canceled)
	requireUnknown(t, c, claimOf(5))
	requireUnknown(t, c, claimOf(6))

	_, err := j.Append(t.Context(), outbox.KindClaim, []byte("?"))
	require.NoError(t, err)
	_, err = outbox.OpenBooks(j)
	require.ErrorIs(t, err, outbox.ErrClaimRecord)
	require.ErrorContains(t, err, fmt.Sprintf("read record %d of the journal", j.Stats().Next-1))
	require.NoError(t, j.Close())
	require.ErrorIs(t, c.Write(t.Context(), claimOf(7), madeOf(1)), journal.ErrClosed)
	requireUnknown(t, c, claimOf(7))
	_, err = outbox.OpenBooks(j)
	require.ErrorIs(t, err, journal.ErrClosed)
}

// TestClaimRecordSize: the longest record fits into the journal.
func TestClaimRecordSize(t *testing.T) {
	most := proof.U128{Hi: 1<<64 - 1, Lo: 1<<64 - 1}
	var made work.Made
	for range outbox.LeavesPerRecord {
		made.Deals = append(made.Deals, proof.Leaf{Item: 1<<64 - 1, Weight: most, Data: make([]byte, proof.MaxLeafData)})
		made.Duties = append(made.Duties, proof.Duty{Node: proof.MaxWatched, Slot: proof.MaxSlots - 1, Weight: most})
	}
	for slot := range uint32(outbox.SlotsPerRecord) {
		s := work.AttestedSlot{Slot: slot}
		for i := range uint64(proof.MaxSeals) {
			s.Seals = append(s.Seals, proof.Seal{Watcher: 1<<64 - 1 - proof.MaxSeals + i})
		}
		made.Slots = append(made.Slots, s)
	}
	bz, err := outbox.EncodePart(work.Claim{Epoch: 1<<64 - 1, Deals: proof.Node{Sum: most}}, 3, made)
	require.NoError(t, err)
	require.LessOrEqual(t, len(bz), journal.MaxPayload)
}

// FuzzDecodeClaim: what is read is written as the same bytes, up to how numbers are padded, and reads the same again.
func FuzzDecodeClaim(f *testing.F) {
	for _, n := range []int{0, 1, 3} {
		bz, err := outbox.EncodePart(claimOf(300), byte(n), madeOf(n))
		require.NoError(f, err)
		f.Add(bz)
		f.Add(bz[:len(bz)-1])
	}
	f.Add([]byte{})
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, bz []byte) {
		of, place, made, err := outbox.DecodePart(bz)
		if err != nil {
			require.ErrorIs(t, err, outbox.ErrClaimRecord)
			require.Equal(t, work.Made{}, made)
			return
		}
		again, err := outbox.EncodePart(of, place, made)
		require.NoError(t, err)
		require.LessOrEqual(t, len(again), len(bz))
		of2, place2, made2, err := outbox.DecodePart(again)
		require.NoError(t, err)
		require.Equal(t, []any{of, place, made}, []any{of2, place2, made2})
	})
}
