package outbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/node/outbox"
	"github.com/mesh-protocol/mesh/proof"
)

func openWitness(t require.TestingT, j *journal.Journal) *outbox.Witness {
	b, err := outbox.OpenBooks(j)
	require.NoError(t, err)
	return b.Witness
}

func sealOf(watcher uint64) proof.Seal {
	return proof.Seal{Watcher: watcher, Sig: [64]byte{byte(watcher), 1}}
}

func dutyOf(node uint64, slot uint32) proof.Duty {
	return proof.Duty{Node: node, Slot: slot, Weight: proof.U64(66_666), Answer: [64]byte{byte(node), byte(slot)}}
}

// TestWitness: what was written is known, in order and once, at once and after a restart, and leaves claims and posts alone.
func TestWitness(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	w, c := openWitness(t, j), openClaims(t, j)
	for _, watcher := range []uint64{9, 300, 4, 9} {
		require.NoError(t, w.Seal(t.Context(), 5, 3, sealOf(watcher)))
	}
	require.NoError(t, w.Seal(t.Context(), 5, 0, sealOf(4)))
	for _, d := range []proof.Duty{dutyOf(7, 1), dutyOf(2, 3), dutyOf(7, 0), dutyOf(7, 1)} {
		require.NoError(t, w.Done(t.Context(), 5, d))
	}
	require.NoError(t, w.Done(t.Context(), 6, dutyOf(1, 1)))
	require.NoError(t, c.Write(t.Context(), claimOf(5), madeOf(3)))
	require.ErrorIs(t, w.Done(t.Context(), 6, dutyOf(1, 64)), proof.ErrRange)

	check := func(w *outbox.Witness) {
		seals, duties := w.Of(5)
		require.Equal(t, map[uint32][]proof.Seal{0: {sealOf(4)}, 3: {sealOf(4), sealOf(9), sealOf(300)}}, seals)
		require.Equal(t, []proof.Duty{dutyOf(2, 3), dutyOf(7, 0), dutyOf(7, 1)}, duties)
		seals, duties = w.Of(6)
		require.Empty(t, seals)
		require.Equal(t, []proof.Duty{dutyOf(1, 1)}, duties)
		seals, duties = w.Of(7)
		require.Nil(t, seals)
		require.Nil(t, duties)
	}
	check(w)
	records := 0
	require.NoError(t, j.Read(1, func(journal.Record) error { records++; return nil }))
	require.Equal(t, 4+4+1, records, "what is known is not written again")
	require.NoError(t, j.Close())

	j = open(t, dir)
	check(openWitness(t, j))
	requireClaim(t, openClaims(t, j), claimOf(5), madeOf(3))
	require.NoError(t, j.Close())
}

// TestWitnessForgets: what is eight epochs old is not known any more, and the journal may let go of it.
func TestWitnessForgets(t *testing.T) {
	j := open(t, t.TempDir())
	w := openWitness(t, j)
	for epoch := uint64(1); epoch <= outbox.KeptClaims+1; epoch++ {
		require.NoError(t, w.Seal(t.Context(), epoch, 1, sealOf(4)))
		require.NoError(t, w.Done(t.Context(), epoch, dutyOf(4, 1)))
	}
	seals, duties := w.Of(1)
	require.Empty(t, seals)
	require.Empty(t, duties)
	seals, duties = w.Of(2)
	require.Len(t, seals, 1)
	require.Len(t, duties, 1)
	var needed []bool
	require.NoError(t, j.Read(1, func(r journal.Record) error {
		needed = append(needed, w.Needed(r))
		return nil
	}))
	require.Equal(t, []bool{false, false, true, true}, needed[:4])
	require.NotContains(t, needed[2:], false)
	require.True(t, w.Needed(journal.Record{Kind: outbox.KindClaim}), "of others nothing is let go")
	require.NoError(t, j.Close())
}

func TestWitnessOfAnotherVersion(t *testing.T) {
	for name, r := range map[string]struct {
		kind    uint8
		payload []byte
	}{
		"an empty seal":        {outbox.KindSeal, nil},
		"a short seal":         {outbox.KindSeal, append([]byte{1, 1, 1}, make([]byte, 63)...)},
		"a seal of slot 64":    {outbox.KindSeal, append([]byte{1, 64, 1}, make([]byte, 64)...)},
		"an empty duty":        {outbox.KindDuty, nil},
		"a duty without leaf":  {outbox.KindDuty, []byte{1}},
		"a duty of no answer":  {outbox.KindDuty, []byte{1, 64, 1, 0}},
		"a duty with leftover": {outbox.KindDuty, append(append([]byte{1, 64, 1, 64}, make([]byte, 64)...), 0)},
	} {
		t.Run(name, func(t *testing.T) {
			j := open(t, t.TempDir())
			_, err := j.Append(t.Context(), r.kind, r.payload)
			require.NoError(t, err)
			_, err = outbox.OpenBooks(j)
			require.ErrorIs(t, err, outbox.ErrWitnessRecord)
			require.NoError(t, j.Close())
		})
	}
}

// TestWitnessOnABrokenDisk: what could not be written down is not known.
func TestWitnessOnABrokenDisk(t *testing.T) {
	j := open(t, t.TempDir())
	w := openWitness(t, j)
	require.NoError(t, j.Close())
	require.Error(t, w.Seal(t.Context(), 5, 3, sealOf(9)))
	require.Error(t, w.Done(t.Context(), 5, dutyOf(7, 1)))
	seals, duties := w.Of(5)
	require.Empty(t, seals)
	require.Empty(t, duties)
}
