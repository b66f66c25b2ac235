package outbox_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/node/outbox"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

func openVouchers(t require.TestingT, j *journal.Journal) *outbox.Vouchers {
	b, err := outbox.OpenBooks(j)
	require.NoError(t, err)
	return b.Vouchers
}

// voucherOf makes a voucher in which no byte is like the one beside it; a book does not ask who has signed.
func voucherOf(channel, amount, count uint64) work.Voucher {
	v := work.Voucher{Voucher: proof.Voucher{Channel: channel, Amount: proof.U128{Hi: 1, Lo: amount}, Count: count}}
	for i := range v.Evidence {
		v.Evidence[i] = byte(i + 1)
	}
	for i := range v.Signature {
		v.Signature[i] = byte(255 - i)
	}
	return v
}

// recordOf is how a voucher lies in the journal.
func recordOf(v work.Voucher) []byte { return append(v.Encode(), v.Signature[:]...) }

// TestVouchers: the latest voucher of each channel is known, at once, after kill -9 and after a restart, and leaves claims and posts alone.
func TestVouchers(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	b, err := outbox.OpenBooks(j)
	require.NoError(t, err)
	require.Empty(t, b.Vouchers.Latest())
	want := []work.Voucher{voucherOf(2, 50, 4), voucherOf(7, 1, 1), voucherOf(300, 9, 3)}
	for _, v := range []work.Voucher{want[2], voucherOf(2, 10, 1), voucherOf(2, 30, 2), want[1], want[0]} {
		require.NoError(t, b.Vouchers.Write(t.Context(), v))
		require.Contains(t, b.Vouchers.Latest(), v)
	}
	require.NoError(t, b.Witness.Seal(t.Context(), 5, 3, sealOf(9)))
	require.NoError(t, b.Claims.Write(t.Context(), claimOf(5), madeOf(3)))
	require.Equal(t, want, b.Vouchers.Latest())
	killed := filepath.Join(t.TempDir(), "killed")
	require.NoError(t, os.CopyFS(killed, noLock{os.DirFS(dir)}))
	require.NoError(t, j.Close())

	j = open(t, killed) // as it was on disk before it was closed
	require.Equal(t, want, openVouchers(t, j).Latest())
	require.NoError(t, j.Close())
	j = open(t, dir)
	b, err = outbox.OpenBooks(j)
	require.NoError(t, err)
	require.Equal(t, want, b.Vouchers.Latest())
	requireClaim(t, b.Claims, claimOf(5), madeOf(3))
	seals, _ := b.Witness.Of(5)
	require.Equal(t, map[uint32][]proof.Seal{3: {sealOf(9)}}, seals)
	require.NoError(t, j.Close())
}

// TestVoucherBytes: how a voucher lies in the journal stays as it is.
func TestVoucherBytes(t *testing.T) {
	j := open(t, t.TempDir())
	require.NoError(t, openVouchers(t, j).Write(t.Context(), voucherOf(3, 5, 300)))
	var got string
	require.NoError(t, j.Read(1, func(r journal.Record) error {
		got += fmt.Sprintf("%d: %x", r.Kind, r.Payload)
		return nil
	}))
	v := voucherOf(3, 5, 300)
	require.Equal(t, "5: 08031210"+"00000000000000010000000000000005"+"18ac02"+"2220"+fmt.Sprintf("%x%x", v.Evidence, v.Signature), got)
	require.NoError(t, j.Close())
}

// TestLatestVoucher: the one of the largest amount is the latest, whatever the order in which they came.
func TestLatestVoucher(t *testing.T) {
	low, mid, high := voucherOf(1, 10, 1), voucherOf(1, 20, 2), voucherOf(1, 30, 3)
	same := voucherOf(1, 30, 4)
	wide := voucherOf(1, 0, 9)
	wide.Amount.Hi = 2
	for name, tc := range map[string]struct {
		list []work.Voucher
		want work.Voucher
	}{
		"ok: in order":          {[]work.Voucher{low, mid, high}, high},
		"ok: the other way":     {[]work.Voucher{high, mid, low}, high},
		"ok: in the middle":     {[]work.Voucher{mid, high, low}, high},
		"ok: twice":             {[]work.Voucher{mid, mid}, mid},
		"ok: as much, later":    {[]work.Voucher{high, same}, high},
		"ok: as much, before":   {[]work.Voucher{same, high}, same},
		"ok: more than 64 bits": {[]work.Voucher{wide, high}, wide},
	} {
		t.Run(name, func(t *testing.T) {
			j := open(t, t.TempDir())
			book := openVouchers(t, j)
			for _, v := range tc.list {
				require.NoError(t, book.Write(t.Context(), v))
			}
			require.Equal(t, []work.Voucher{tc.want}, book.Latest())
			require.Equal(t, []work.Voucher{tc.want}, openVouchers(t, j).Latest())
			require.NoError(t, j.Close())
		})
	}
}

// TestVouchersForgotten: of channels that are over, and before the latest, nothing outlives a compaction.
func TestVouchersForgotten(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	b, err := outbox.OpenBooks(j)
	require.NoError(t, err)
	write := func(v work.Voucher) { require.NoError(t, b.Vouchers.Write(t.Context(), v)) }
	for i := range uint64(40) {
		for channel := uint64(1); channel <= 3; channel++ {
			write(voucherOf(channel, i+1, i+1))
		}
	}
	_, err = j.Append(t.Context(), 99, []byte("of somebody else"))
	require.NoError(t, err)
	b.Vouchers.Forget(2)
	b.Vouchers.Forget(2)
	b.Vouchers.Forget(4)
	want := []work.Voucher{voucherOf(1, 40, 40), voucherOf(3, 40, 40)}
	require.Equal(t, want, b.Vouchers.Latest())
	for range 500 { // what comes last is never rewritten
		_, err := j.Append(t.Context(), 99, make([]byte, 1024))
		require.NoError(t, err)
	}
	freed, err := j.Compact(t.Context(), b.Needed)
	require.NoError(t, err)
	require.Positive(t, freed)
	left := []work.Voucher{}
	others := 0
	require.NoError(t, j.Read(1, func(r journal.Record) error {
		if r.Kind != outbox.KindVoucher {
			others++
			return nil
		}
		v, err := outbox.DecodeVoucher(r.Payload)
		left = append(left, v)
		return err
	}))
	require.ElementsMatch(t, want, left)
	require.Equal(t, 501, others, "what this package did not write stays")
	require.NoError(t, j.Close())

	j = open(t, dir)
	require.Equal(t, want, openVouchers(t, j).Latest())
	require.NoError(t, j.Close())
}

// TestVouchersNeeded: compaction may drop what came before the latest, and nothing that came after or that nobody here wrote.
func TestVouchersNeeded(t *testing.T) {
	j := open(t, t.TempDir())
	book := openVouchers(t, j)
	require.NoError(t, book.Write(t.Context(), voucherOf(1, 20, 2)))
	for name, tc := range map[string]struct {
		kind    uint8
		payload []byte
		want    bool
	}{
		"ok: the latest":            {outbox.KindVoucher, recordOf(voucherOf(1, 20, 2)), true},
		"ok: on its way":            {outbox.KindVoucher, recordOf(voucherOf(1, 21, 3)), true},
		"ok: nobody's":              {outbox.KindVoucher, []byte("?"), true},
		"ok: another kind":          {outbox.KindClaim, recordOf(voucherOf(1, 19, 1)), true},
		"fails: before the latest":  {outbox.KindVoucher, recordOf(voucherOf(1, 19, 1)), false},
		"fails: of a smaller count": {outbox.KindVoucher, recordOf(voucherOf(1, 19, 9)), false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.want, book.Needed(journal.Record{Seq: 1, Kind: tc.kind, Payload: tc.payload}))
		})
	}
	book.Forget(1)
	require.False(t, book.Needed(journal.Record{Seq: 1, Kind: outbox.KindVoucher, Payload: recordOf(voucherOf(1, 20, 2))}))
	require.NoError(t, j.Close())
}

func TestVoucherOfAnotherVersion(t *testing.T) {
	good := recordOf(voucherOf(1, 20, 2))
	none := voucherOf(1, 0, 2)
	none.Amount = proof.U128{}
	for name, payload := range map[string][]byte{
		"empty":                nil,
		"a short signature":    good[len(good)-63:],
		"only a signature":     good[len(good)-64:],
		"a byte is missing":    good[1:],
		"a byte too few":       good[:len(good)-1],
		"a byte too many":      append(append([]byte{}, good...), 0),
		"another field":        append([]byte{0x28, 0x01}, good...),
		"no amount":            recordOf(none),
		"a number of two ways": append([]byte{good[0], 0x81, 0x00}, good[2:]...),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := outbox.DecodeVoucher(payload)
			require.ErrorIs(t, err, outbox.ErrVoucherRecord)
			j := open(t, t.TempDir())
			require.NoError(t, openVouchers(t, j).Write(t.Context(), voucherOf(2, 20, 2)))
			_, err = j.Append(t.Context(), outbox.KindVoucher, payload)
			require.NoError(t, err)
			_, err = outbox.OpenBooks(j)
			require.ErrorIs(t, err, outbox.ErrVoucherRecord)
			require.ErrorContains(t, err, "read record 2 of the journal: ")
			require.NoError(t, j.Close())
		})
	}
}

// TestVouchersOnABrokenDisk: what could not be written down is not known.
func TestVouchersOnABrokenDisk(t *testing.T) {
	j := open(t, t.TempDir())
	book := openVouchers(t, j)
	require.NoError(t, book.Write(t.Context(), voucherOf(1, 20, 2)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, book.Write(ctx, voucherOf(1, 30, 3)), context.Canceled)
	require.NoError(t, j.Close())
	require.ErrorIs(t, book.Write(t.Context(), voucherOf(1, 40, 4)), journal.ErrClosed)
	require.Equal(t, []work.Voucher{voucherOf(1, 20, 2)}, book.Latest())
}

// FuzzDecodeVoucher: what is read is written as the same bytes.
func FuzzDecodeVoucher(f *testing.F) {
	for _, v := range []work.Voucher{voucherOf(1, 20, 2), voucherOf(1<<64-1, 1<<64-1, 1<<64-1), {}} {
		f.Add(recordOf(v))
		f.Add(recordOf(v)[1:])
	}
	f.Add([]byte{})
	f.Add(make([]byte, proof.MaxVoucherSize+proof.SignatureSize+1))
	f.Fuzz(func(t *testing.T, bz []byte) {
		v, err := outbox.DecodeVoucher(bz)
		if err != nil {
			require.ErrorIs(t, err, outbox.ErrVoucherRecord)
			require.Equal(t, work.Voucher{}, v)
			return
		}
		require.False(t, v.IsNone())
		require.Equal(t, bz, recordOf(v))
	})
}
