package journal_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// reopen opens what a fault has left, which must always be possible.
func reopen(t tester, d *disk, l *ledger) *journal.Journal {
	t.Helper()
	j, err := journal.OpenOn(small("disk"), d)
	require.NoError(t, err)
	l.check(t, j)
	return j
}

// countOps returns how many operations on the disk open, work and close take when nothing goes wrong.
func countOps(t *testing.T) int {
	t.Helper()
	d, l := newDisk(), newLedger()
	j := reopen(t, d, l)
	worker{t, j, l}.work("count")
	l.check(t, j)
	require.NoError(t, j.Close())
	reopen(t, d, l)
	require.Greater(t, len(d.names()), 2)
	return d.ops
}

func TestFaultAtEveryOperation(t *testing.T) {
	rng := seeded.Source(t)
	total := countOps(t)
	require.Greater(t, total, 150)
	for at := 1; at <= total; at++ {
		for _, f := range []fault{failOnce, shortWrite, crashBefore, crashAfter} {
			for _, power := range []bool{false, true} {
				faultAt(t, rng, at, f, power)
			}
		}
	}
}

// faultAt works until a fault and sees what is found afterwards, through a fault of the first attempt to
// open and after more work.
func faultAt(t *testing.T, rng *rand.Rand, at int, f fault, power bool) {
	t.Helper()
	defer func() {
		if t.Failed() {
			t.Logf("operation %d, fault %d, power lost: %v", at, f, power)
		}
	}()
	d, l := newDisk(), newLedger()
	after := func() {
		if power {
			d.losePower(rng)
		} else {
			d.restart()
		}
	}
	d.failAt, d.fault = at, f
	if j, err := journal.OpenOn(small("disk"), d); err == nil {
		worker{t, j, l}.work("first")
		_ = j.Close()
	}
	after()
	d.failAt, d.fault = 1+rng.IntN(40), fault(rng.IntN(4))
	if j, err := journal.OpenOn(small("disk"), d); err == nil {
		worker{t, j, l}.work("second")
		_ = j.Close()
	}
	after()
	j := reopen(t, d, l)
	seq := appendText(t, j, "as soon as it is open")
	l.append(seq, nil, "as soon as it is open")
	require.NoError(t, j.Close())
	d.losePower(rng)
	j = reopen(t, d, l)
	worker{t, j, l}.work("third")
	l.check(t, j)
	require.NoError(t, j.Close())
	d.losePower(rng)
	require.NoError(t, reopen(t, d, l).Close())
}

func TestFailedSyncIsNotBelievedLater(t *testing.T) {
	// The kernel has dropped the pages of a failed sync and shows them nevertheless. Whoever reads them after
	// a restart must find them after a loss of power as well.
	rng := seeded.Source(t)
	for range 100 {
		d, l := newDisk(), newLedger()
		j := reopen(t, d, l)
		appendText(t, j, "before")
		l.append(1, nil, "before")
		d.failNext(failOnce, 1)
		seq, err := j.AppendBatch(t.Context(), receipt, []byte("one"), []byte("two"))
		require.ErrorIs(t, err, errFault)
		l.append(seq, err, "one", "two")
		require.NoError(t, j.Close())
		d.restart()
		j = reopen(t, d, l)
		require.Len(t, l.receipts, 3, "the pages are shown")
		require.NoError(t, j.Close())
		d.losePower(rng)
		require.NoError(t, reopen(t, d, l).Close())
		require.Len(t, l.receipts, 3)
	}
}

func TestOpenWritesOnlyTheLastBatchAgain(t *testing.T) {
	d := newDisk()
	j := openOn(t, d)
	receipts(t, j, 2)
	_, err := j.AppendBatch(t.Context(), receipt, []byte("one"), []byte("two"))
	require.NoError(t, err)
	require.NoError(t, j.Close())
	clear(d.writes)
	require.NoError(t, openOn(t, d).Close())
	require.Equal(t, map[string]int{segmentName(1): 2 * (journal.FrameOverhead + 3)}, d.writes)
}
