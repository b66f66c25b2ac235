package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// returner proves once, drops everything, lets its indices be called lost, takes them again as one who was only away may, and
// acknowledges what it has not got, again and again.
type returner struct {
	dropper
	taken, again int // indices taken again, and refused to be
}

// Act implements storage.Actor.
func (r *returner) Act() {
	if r.scene.Owed(r.ID).LastProven == 0 {
		r.Holder.Act() // who never proved anything has no claim to what it lost
		return
	}
	r.dropper.Act()
	if r.Node().Status == networktypes.NODE_STATUS_SUSPENDED { // somebody's draw has met it
		r.scene.Send(r.Operator, r.ResumeMsg())
		return
	}
	for _, s := range r.scene.State().Tasks.Indices {
		switch {
		case s.Index.Status == tasktypes.INDEX_STATUS_RESERVED && s.Index.Node == r.ID:
			r.taken++
			r.scene.Send(r.Operator, r.AckMsg(s.Deal, s.Number))
		case s.Index.Status == tasktypes.INDEX_STATUS_VACANT && s.Index.LostBy == r.ID:
			if len(s.Index.NotRebuilt) > 0 {
				r.again++
				continue
			}
			r.scene.Try(r.Operator, r.TakeMsg(s.Deal, s.Number))
		}
	}
}

// playReturner is a node that comes back with nothing. It may hold its indices once more, pays for losing them a second time
// and comes after all others then.
func playReturner(t testing.TB) Tally {
	t.Helper()
	s := newLongScene(t, 2, 12, 20_000, 1_500)
	r := &returner{dropper: dropper{Holder: s.liar, scene: s}}
	tally := s.lie(r)
	assertNone(t, r.proofs)
	assert.Equal(t, 2, r.taken, "times it took an index again")
	assert.NotZero(t, r.again)
	assert.Equal(t, 4, s.Books.Losses["silent"])
	assertPaidTwice(t, s, 4)
	return tally
}
