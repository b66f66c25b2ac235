package types

import (
	"bytes"
	"errors"
	"slices"

	"cosmossdk.io/math"
)

const (
	// MaxReplicas is the most nodes that may have to do a posted task before it is given up.
	MaxReplicas = 5
	// MaxTaskDraws bounds the draws for one task: three rounds, and five more for nodes that let their time pass.
	MaxTaskDraws = 8
	// DrawBlocks is the time in which anyone can ask for the draw of a task; then a block makes it.
	DrawBlocks = 20
	// MaxWorkBlocks is the longest time for a commitment.
	MaxWorkBlocks = 10_000
	// RevealBlocks is the time for reveals, once all have committed.
	RevealBlocks = 100
	// DisputeBlocks is the time in which an outcome can be disputed, once it is known.
	DisputeBlocks = 100
	// TaskKeptBlocks is for how long a settled task can be asked for.
	TaskKeptBlocks = 10_000
	// MaxTaskInput bounds an input that is on chain, in bytes.
	MaxTaskInput = 4 << 10
	// MaxTaskOutput bounds an output that is shown with its result, in bytes.
	MaxTaskOutput = 4 << 10
	// MaxTasksPerBlock bounds the tasks that a block moves by itself.
	MaxTasksPerBlock = 50

	maxKind      = 32
	maxRegion    = 16
	digestBytes  = 32
	exposureFees = 2 // fees that a replica puts at stake
)

// TaskExposure returns what a node puts at stake for a task: more than it could gain by showing nothing.
func TaskExposure(fee math.Int) math.Int { return fee.MulRaw(exposureFees) }

// Validate returns an error unless the task can be posted, whatever the network.
func (m *MsgPostTask) Validate() error {
	switch {
	case m.Replicas != 1 && m.Replicas != 2 && m.Replicas != 3 && m.Replicas != MaxReplicas:
		return ErrInvalidTask.Wrapf("%d replicas, it must be 1, 2, 3 or %d", m.Replicas, MaxReplicas)
	case m.WorkBlocks == 0 || m.WorkBlocks > MaxWorkBlocks:
		return ErrInvalidTask.Wrapf("%d blocks for the work, it must be 1 to %d", m.WorkBlocks, MaxWorkBlocks)
	}
	if err := m.Work.validate(); err != nil {
		return err
	}
	if err := m.Filter.validate(); err != nil {
		return err
	}
	if err := CheckAmount("fee", m.Fee); err != nil {
		return err
	}
	return CheckAmount("escrow", m.Escrow())
}

// Escrow returns what the client pays in: the fees of as many replicas as may be needed.
func (m *MsgPostTask) Escrow() math.Int {
	if m.Replicas == 1 {
		return m.Fee
	}
	return m.Fee.MulRaw(MaxReplicas)
}

// Filled returns the filter with the amounts that were left out.
func (f Filter) Filled() Filter {
	if f.MinBond.IsNil() {
		f.MinBond = math.ZeroInt()
	}
	return f
}

// validate returns ErrInvalidTask unless the work is well formed. Whether its deal is there is for the chain to say.
func (w Work) validate() error {
	if len(w.Kind) == 0 || len(w.Kind) > maxKind || !isKind(w.Kind) {
		return ErrInvalidTask.Wrapf("kind %.40q, it has 1 to %d of a-z, 0-9 and '-'", w.Kind, maxKind)
	}
	switch {
	case len(w.Program) != 0 && len(w.Program) != digestBytes:
		return ErrInvalidTask.Wrapf("a program of %d bytes, a BLAKE3-256 hash has %d", len(w.Program), digestBytes)
	case len(w.Input) > MaxTaskInput:
		return ErrInvalidTask.Wrapf("an input of %d bytes, on chain it has at most %d; a longer one lies in a deal", len(w.Input), MaxTaskInput)
	case w.Deal == 0 && (w.Offset != 0 || w.Length != 0):
		return ErrInvalidTask.Wrap("bytes of no deal")
	case w.Deal != 0 && (len(w.Input) != 0 || w.Length == 0):
		return ErrInvalidTask.Wrap("the input is on chain or in a deal, and there some of its bytes")
	case len(w.LayoutRoot) != 0:
		return ErrInvalidTask.Wrap("the layout's root is filled in by the chain")
	}
	return nil
}

func isKind(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

func (f Filter) validate() error {
	switch {
	case f.Measured:
		return ErrInvalidTask.Wrap("measured capabilities: only a witnessed record can say them and nobody makes such records yet; ask for registered memory and disk instead")
	case len(f.Region) > maxRegion:
		return ErrInvalidTask.Wrapf("region %.40q is longer than %d characters", f.Region, maxRegion)
	case !f.MinBond.IsNil() && (f.MinBond.IsNegative() || f.MinBond.GT(MaxAmount())):
		return ErrInvalidTask.Wrap("min_bond must be at least 0 and at most 2^127")
	}
	return nil
}

// IsOpen tells whether the task is not settled.
func (t Task) IsOpen() bool { return t.Status != TASK_STATUS_SETTLED }

// count returns how many of a list have one of some statuses.
func count(list []Replica, statuses ...ReplicaStatus) (n uint32) {
	for _, r := range list {
		if slices.Contains(statuses, r.Status) {
			n++
		}
	}
	return n
}

// Outstanding returns how many replicas have not committed yet and still can.
func (t Task) Outstanding() uint32 { return count(t.Replicas, REPLICA_STATUS_DRAWN) }

// Committed returns how many replicas have committed to a result, revealed or not.
func (t Task) Committed() uint32 {
	return count(t.Replicas, REPLICA_STATUS_COMMITTED, REPLICA_STATUS_REVEALED)
}

// Unrevealed returns how many replicas have committed and not revealed yet.
func (t Task) Unrevealed() uint32 { return count(t.Replicas, REPLICA_STATUS_COMMITTED) }

// Missing returns how many nodes the task still needs to be drawn.
func (t Task) Missing() uint32 {
	if have := t.Committed() + t.Outstanding(); have < t.Wanted {
		return t.Wanted - have
	}
	return 0
}

// Replica returns the place of a node among the replicas, or false.
func (t Task) Replica(node uint64) (int, bool) { return find(t.Replicas, node) }

// find returns the place of a node in a list, or false.
func find(list []Replica, node uint64) (int, bool) {
	i := slices.IndexFunc(list, func(r Replica) bool { return r.Node == node })
	return max(i, 0), i >= 0
}

// Verdict returns what more than half of the replicas wanted have revealed, if they agree: the result, or that the input was
// unavailable, and the places of those that say so.
func (t Task) Verdict() (agreed []int, unavailable, ok bool) {
	for _, r := range t.Replicas {
		if r.Status != REPLICA_STATUS_REVEALED {
			continue
		}
		agreed = agreed[:0]
		for j, other := range t.Replicas {
			if other.Status == REPLICA_STATUS_REVEALED && other.Unavailable == r.Unavailable && bytes.Equal(other.Result, r.Result) {
				agreed = append(agreed, j)
			}
		}
		if 2*uint32(len(agreed)) > t.Wanted {
			return agreed, r.Unavailable, true
		}
	}
	return nil, false, false
}

// Pledged tells whether a replica has something at stake: it has committed, and is not silent.
func (r Replica) Pledged() bool {
	return r.Status == REPLICA_STATUS_COMMITTED || r.Status == REPLICA_STATUS_REVEALED
}

// Says tells whether a replica has revealed that result.
func (r Replica) Says(result []byte) bool {
	return r.Status == REPLICA_STATUS_REVEALED && !r.Unavailable && bytes.Equal(r.Result, result)
}

// Saying returns how many replicas have revealed a result, or once there is a jury, how many seats of it.
func (t Task) Saying(result []byte) (n uint32) {
	if t.Dispute != nil {
		return t.Dispute.Saying(result)
	}
	for _, r := range t.Replicas {
		if r.Says(result) {
			n++
		}
	}
	return n
}

// Escalated returns how many replicas are wanted after they have disagreed; 0 where more do not help.
func (t Task) Escalated() uint32 {
	switch t.Wanted {
	case 2:
		return 3
	case 3:
		return MaxReplicas
	}
	return 0
}

// validate returns ErrInvalidGenesis unless the task could stand so on a chain.
func (t Task) validate() error {
	if err := CheckAmount("fee", t.Fee); err != nil {
		return err
	}
	work := t.Work
	work.LayoutRoot = nil
	if err := errors.Join(work.validate(), t.Filter.validate()); err != nil || t.Filter.MinBond.IsNil() {
		return ErrInvalidGenesis.Wrapf("task %d could not have been posted: %v", t.Id, err)
	}
	switch {
	case !isAmount(t.Escrow) || t.IsOpen() == t.Escrow.IsZero():
		return ErrInvalidGenesis.Wrapf("task %d is open without an escrow, or settled with one", t.Id)
	case t.Status < TASK_STATUS_DRAWING || t.Status > TASK_STATUS_SETTLED || (t.Outcome == TASK_OUTCOME_UNSPECIFIED) != (t.Status < TASK_STATUS_JUDGED):
		return ErrInvalidGenesis.Wrapf("task %d has status %d and outcome %d", t.Id, t.Status, t.Outcome)
	case t.Wanted == 0 || t.Wanted > MaxReplicas || t.Draws > MaxTaskDraws || len(t.Replicas) > MaxReplicas*MaxTaskDraws:
		return ErrInvalidGenesis.Wrapf("task %d wants %d replicas and has %d after %d draws", t.Id, t.Wanted, len(t.Replicas), t.Draws)
	case t.WorkBlocks == 0 || t.WorkBlocks > MaxWorkBlocks || t.Closes <= 0 || t.SinceHeight <= 0:
		return ErrInvalidGenesis.Wrapf("task %d has no time", t.Id)
	case len(t.Output) > MaxTaskOutput || len(t.Result) != 0 && len(t.Result) != digestBytes:
		return ErrInvalidGenesis.Wrapf("task %d has a result that is none", t.Id)
	}
	if err := validateReplicas(t.Id, t.Replicas); err != nil {
		return err
	}
	if slices.ContainsFunc(t.Replicas, func(r Replica) bool { return r.Seats != 0 }) {
		return ErrInvalidGenesis.Wrapf("task %d has a replica with seats", t.Id)
	}
	return t.validateDispute()
}

// validateReplicas returns ErrInvalidGenesis unless replicas, or jurors, of a task could stand so on a chain.
func validateReplicas(task uint64, list []Replica) error {
	for i, r := range list {
		at, _ := find(list, r.Node)
		committed := r.Status == REPLICA_STATUS_COMMITTED || r.Status == REPLICA_STATUS_REVEALED || r.Status == REPLICA_STATUS_SILENT
		if r.Node == 0 || at != i || r.Status < REPLICA_STATUS_DRAWN || r.Status > REPLICA_STATUS_SILENT || committed != (len(r.Commitment) == digestBytes) {
			return ErrInvalidGenesis.Wrapf("task %d has replica %d twice, of no node, or half of it", task, i)
		}
		if (r.Status == REPLICA_STATUS_REVEALED) != (len(r.Result) == digestBytes) {
			return ErrInvalidGenesis.Wrapf("replica %d of task %d has a result without having revealed one", i, task)
		}
	}
	return nil
}
