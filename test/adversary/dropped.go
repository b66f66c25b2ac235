package adversary

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// dropper forgets some segments of everything it has acknowledged, and claims all of it.
type dropper struct {
	*storage.Holder
	scene *scene
	// segments it drops; none means all.
	segments []int

	dropped bool
	proofs  []*storage.Tx
}

// Act implements storage.Actor.
func (d *dropper) Act() {
	if !d.dropped {
		for _, s := range held(d.scene.Network, d.Holder) {
			d.Drop(s.Index.Acked, s.Number, d.segments...)
		}
		d.dropped = true
	}
	d.Duties(d.Claim, d.prove)
	d.Withdraw()
}

func (d *dropper) prove(epoch uint64) {
	trie := d.Trie(d.Leaves(epoch))
	msg := d.ProofBytes(epoch, Forge(d.scene.t, d.Holder, epoch, trie))
	d.proofs = append(d.proofs, d.scene.Try(d.Operator, msg))
}

// assertNone holds that proofs were tried and every one was refused as wrong.
func assertNone(t testing.TB, proofs []*storage.Tx) {
	t.Helper()
	assertRefused(t, proofs, tasktypes.ErrInvalidProof)
}

// assertRefused holds that transactions were tried and each was refused, for a reason unless that is nil. The play goes on where one was
// not, so that it is seen who gains by it.
func assertRefused(t testing.TB, txs []*storage.Tx, reason error) {
	t.Helper()
	require.NotEmpty(t, txs)
	for _, tx := range txs {
		if err := tx.Err(); err == nil || reason != nil && !errors.Is(err, reason) {
			t.Errorf("%s: %v, it is to be refused: %v", tx, err, reason)
		}
	}
}

// playDroppedPieces is a node that acknowledges and drops everything. It is found silent and pays.
func playDroppedPieces(t testing.TB) Tally {
	t.Helper()
	s := newScene(t, 2, 20_000, 1_500)
	d := &dropper{Holder: s.liar, scene: s}
	tally := s.lie(d)
	assertNone(t, d.proofs)
	assert.Equal(t, 2, s.Books.Losses["silent"])
	assertPaidTwice(t, s, 2)
	return tally
}

// playBigPieceDropper is a node that drops one large piece and keeps twenty small ones, which are 95 in 100 of
// its pieces and 1 in 100 of its bytes. Positions are drawn by bytes, so that helps it nothing.
func playBigPieceDropper(t testing.TB) Tally {
	t.Helper()
	lengths := []int{200_000}
	for range 20 {
		lengths = append(lengths, 100)
	}
	s := newScene(t, 2, lengths...)
	d := &dropper{Holder: s.liar, scene: s, segments: []int{0}}
	tally := s.lie(d)
	assertNone(t, d.proofs)
	assert.Equal(t, 2, s.Books.Losses["silent"])
	assertPaidTwice(t, s, 2)
	return tally
}

// assertPaidTwice holds that the liar has paid for two repairs of each index it lost.
func assertPaidTwice(t testing.TB, s *scene, indices int64) {
	t.Helper()
	want := tasktypes.Exposure(s.Deal(1).Rate, s.Deal(1).Profile.K).MulRaw(indices)
	assert.Equal(t, want.String(), s.Books.Node(s.liar.ID).Taken.String())
}
