package types

import (
	"bytes"

	"cosmossdk.io/math"
)

const (
	// MaxJurySeats is the most seats of a jury.
	MaxJurySeats = 9
	// MinJurySeats is the least: with fewer owners there is none.
	MinJurySeats = 3
	// MaxJuries is how many juries a dispute may ask for.
	MaxJuries = 2

	spareOwners = 2  // owners beside the seats, so that not all of them sit
	directShare = 10 // part of the least bond up to which a fee needs no jury
)

// JurySeats returns the seats of a jury among so many owners who have no part in a task, or 0 where they are too few.
func JurySeats(owners uint64) uint32 {
	if owners < MinJurySeats+spareOwners {
		return 0
	}
	return uint32(min(owners-spareOwners, MaxJurySeats))
}

// DirectLimit returns the highest fee of a task that no jury could judge: a tenth of the least bond, in base units.
func DirectLimit(minBond math.Int) math.Int { return minBond.QuoRaw(directShare) }

// DisputeBond returns what a dispute costs: as much as one replica has at stake, so that one that was wrong makes its sender whole.
func DisputeBond(fee math.Int) math.Int { return TaskExposure(fee) }

// Quorum returns how many seats must say the same: two thirds of them, rounded up.
func (d Dispute) Quorum() uint32 { return (2*d.Seats + 2) / 3 }

// Saying returns how many seats have revealed a result.
func (d Dispute) Saying(result []byte) (n uint32) {
	for _, j := range d.Jurors {
		if j.Says(result) {
			n += j.Seats
		}
	}
	return n
}

// Verdict returns the result that a quorum of the seats has revealed, and how many of them; no result is none.
func (d Dispute) Verdict() (result []byte, seats uint32) {
	for _, j := range d.Jurors {
		if j.Status != REPLICA_STATUS_REVEALED || j.Unavailable {
			continue
		}
		if n := d.Saying(j.Result); n >= d.Quorum() {
			return j.Result, n
		}
	}
	return nil, 0
}

// Juror returns the place of a node in the jury, or false.
func (t Task) Juror(node uint64) (int, bool) {
	if t.Dispute == nil {
		return 0, false
	}
	return find(t.Dispute.Jurors, node)
}

// Jurors returns the jury that was drawn last, or none.
func (t Task) Jurors() []Replica {
	if t.Dispute == nil {
		return nil
	}
	return t.Dispute.Jurors
}

// IsJury tells whether the task is in the hands of a jury.
func (s TaskStatus) IsJury() bool {
	return s >= TASK_STATUS_JURY_DRAWING && s <= TASK_STATUS_JURY_REVEALING
}

// OutstandingJurors returns how many jurors have not committed yet and still can, and UnrevealedJurors how many have committed and
// not revealed yet.
func (t Task) OutstandingJurors() uint32 { return count(t.Jurors(), REPLICA_STATUS_DRAWN) }

// UnrevealedJurors is described with OutstandingJurors.
func (t Task) UnrevealedJurors() uint32 { return count(t.Jurors(), REPLICA_STATUS_COMMITTED) }

// HasResults tells whether a replica has revealed a result, whichever.
func (t Task) HasResults() bool { return len(t.Wrong(nil)) > 0 }

// Wrong returns the places of the replicas that have revealed another result than that. Who could not get the input has said nothing wrong.
func (t Task) Wrong(result []byte) (places []int) {
	for i, r := range t.Replicas {
		if r.Status == REPLICA_STATUS_REVEALED && !r.Unavailable && !bytes.Equal(r.Result, result) {
			places = append(places, i)
		}
	}
	return places
}

// Right returns the places of the replicas that have revealed that result.
func (t Task) Right(result []byte) (places []int) {
	for i, r := range t.Replicas {
		if r.Says(result) {
			places = append(places, i)
		}
	}
	return places
}

// validateDispute returns ErrInvalidGenesis unless the dispute of the task, or that there is none, could stand so on a chain.
func (t Task) validateDispute() error {
	d := t.Dispute
	if d == nil {
		if t.Status.IsJury() || t.Outcome == TASK_OUTCOME_FOUND || t.Outcome == TASK_OUTCOME_HUNG {
			return ErrInvalidGenesis.Wrapf("task %d has a jury without a dispute", t.Id)
		}
		return nil
	}
	switch {
	case t.Status < TASK_STATUS_JURY_DRAWING || !isAmount(d.Bond) || t.IsOpen() == d.Bond.IsZero():
		return ErrInvalidGenesis.Wrapf("task %d has a dispute without a bond, or one it should not have", t.Id)
	case d.Seats < MinJurySeats || d.Seats > MaxJurySeats || d.Juries > MaxJuries || len(d.Jurors) > MaxJurySeats:
		return ErrInvalidGenesis.Wrapf("task %d has a jury of %d seats and %d jurors, the %dth", t.Id, d.Seats, len(d.Jurors), d.Juries)
	}
	var seats uint32
	for _, j := range d.Jurors {
		seats += j.Seats
		if j.Seats == 0 || j.Seats > MaxJurySeats {
			return ErrInvalidGenesis.Wrapf("task %d has a juror of %d seats", t.Id, j.Seats)
		}
	}
	if len(d.Jurors) > 0 && seats != d.Seats {
		return ErrInvalidGenesis.Wrapf("task %d has jurors of %d seats, the jury has %d", t.Id, seats, d.Seats)
	}
	return validateReplicas(t.Id, d.Jurors)
}
