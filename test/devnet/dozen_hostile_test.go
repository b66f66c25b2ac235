package devnet_test

import (
	"crypto/sha256"
	"fmt"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/adversary"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// role is one way to cheat.
type role string

const (
	liar        role = "liar"
	lazy        role = "lazy"
	copycat     role = "copycat"
	withholder  role = "withholder"
	forger      role = "forger"
	replayer    role = "replayer"
	equivocator role = "equivocator"
)

// The hostile nodes: the lazy one is the copycat too, and the double one replays and equivocates. All of them lie together.
const (
	lazyNode   = 3
	silentNode = 6
	forgerNode = 9
	doubleNode = 12
)

// attempt is one thing that a hostile node did and should not have; tx is nil where it was to leave something out.
type attempt struct {
	role role
	tx   *storage.Tx
}

// rogue is a hostile node. Until the cheating begins, and in the reference, it is a resident.
type rogue struct {
	*resident
	// tried counts the proofs it has sent of an epoch.
	tried map[uint64]int
	// done are the things that it does once.
	done map[string]bool
}

// actorOf returns what acts for a node.
func (d *dozen) actorOf(r *resident) storage.Actor {
	if !d.isHostile(r.ID) {
		return r
	}
	g := &rogue{resident: r, tried: map[uint64]int{}, done: map[string]bool{}}
	switch r.ID {
	case lazyNode:
		return &lazyCat{rogue: g}
	case silentNode:
		return &silentOne{g}
	case forgerNode:
		return &forging{rogue: g}
	}
	return &double{rogue: g}
}

// try sends messages that are to gain nothing.
func (g *rogue) try(as role, msgs ...sdk.Msg) *storage.Tx {
	tx := g.d.Try(g.Operator, msgs...)
	g.d.attempts = append(g.d.attempts, attempt{as, tx})
	return tx
}

// tryFriend is try of the friend, who is a client.
func (g *rogue) tryFriend(as role, msg sdk.Msg) {
	g.d.attempts = append(g.d.attempts, attempt{as, g.d.Try(g.d.friend.Account, msg)})
}

// once tells whether this is asked for the first time.
func (g *rogue) once(what string, args ...any) bool {
	what = fmt.Sprintf(what, args...)
	was := g.done[what]
	g.done[what] = true
	return !was
}

// withhold notes that it leaves out what it should do.
func (g *rogue) withhold(what string, args ...any) {
	if g.once(what, args...) {
		g.d.attempts = append(g.d.attempts, attempt{role: withholder})
	}
}

// lie is what all of them say that a task comes to.
func lie() storage.Answer { return storage.Answer{Output: []byte("-1")} }

// jury tells in which jury of a task the node sits, 0 being the replicas.
func (g *rogue) jury(task uint64) uint32 {
	t := g.d.Task(task)
	if _, is := t.Juror(g.ID); is {
		return t.Dispute.Juries
	}
	return 0
}

// liesTo commits to the lie, liesAloud reveals it.
func (g *rogue) liesTo(task uint64) { g.try(liar, g.CommitResultMsg(task, lie())) }

func (g *rogue) liesAloud(task uint64) {
	if g.once("lie about task %d to jury %d", task, g.jury(task)) {
		g.try(liar, g.RevealResultMsg(task, lie()))
	}
}

// dispute has the friend dispute outcomes that are right.
func (g *rogue) dispute() {
	for _, t := range g.d.State().Tasks.Tasks {
		digest := g.d.right(t)
		isRight := t.Status == tasktypes.TASK_STATUS_JUDGED && string(t.Result) == string(digest[:])
		if isRight && t.Id%12 == 6 && g.once("dispute task %d", t.Id) {
			g.tryFriend(liar, &tasktypes.MsgDisputeTask{Sender: g.d.friend.String(), Task: t.Id})
		}
	}
}

// honestly does the work itself.
func (g *rogue) honestly(task uint64) storage.Answer {
	g.d.diary.worked[seat{task, g.ID, g.jury(task)}] = true
	return g.d.Solve(g.d.Task(task))
}

// claim claims what it has seen.
func (g *rogue) claim(epoch uint64) {
	g.seen[epoch] = g.collect(epoch)
	g.d.Try(g.Operator, g.seen[epoch].ClaimMsg())
}

// proveAfter tries bad proofs of an epoch, one a block, and then what it can show; part changes that.
func (g *rogue) proveAfter(epoch uint64, bad []func() *tasktypes.MsgProve, as role, part func(*tasktypes.MsgProve)) {
	at := g.tried[epoch]
	g.tried[epoch]++
	switch p := g.seen[epoch]; {
	case at < len(bad):
		g.try(as, bad[at]())
	case at == len(bad) && p != nil && g.hasAll(epoch):
		msg := p.ProofMsg()
		if part != nil {
			part(msg)
		}
		if len(msg.Proof)+len(msg.Uptime)+len(msg.Duties) > 0 {
			g.d.Try(g.Operator, msg)
		}
	}
}

// hasAll tells whether it has the pieces of all deals that owe it something.
func (g *rogue) hasAll(epoch uint64) bool {
	for _, o := range g.d.Owing(g.ID, epoch) {
		if !g.Has(o.Acked, o.Index) {
			return false
		}
	}
	return true
}

// answerAll answers the requests that it can, as an honest node does.
func (g *rogue) answerAll() {
	for _, d := range g.Deadlines() {
		if d.Duty == "open" {
			g.d.diary.answered[g.ID]++
			g.Answer(d.Request)
		}
	}
}

// forgedSlots claims all slots of an epoch by the word of its friends and, in the names of honest watchers, by its own.
func (g *rogue) forgedSlots(epoch uint64) *storage.Presence {
	p, watched := g.NewPresence(epoch), g.Watched(epoch)
	for _, slot := range watched.Slots {
		var seals []proof.Seal
		for _, s := range slot.Seats {
			if len(seals) == int(watched.Quorum) {
				break
			}
			w := proof.Watch{Epoch: epoch, Slot: slot.Slot, Node: g.ID, Watcher: s.Node}
			signer := g.Holder
			if g.d.isHostile(s.Node) {
				signer = g.d.nodes[s.Node-1].Holder
			}
			seals = append(seals, signer.Seal(w))
		}
		p.Attested(slot.Slot, seals...)
	}
	return p
}

// forgedDuties adds all that it was drawn to watch, with answers of its own.
func (g *rogue) forgedDuties(p *storage.Presence) *storage.Presence {
	for _, other := range g.d.nodes {
		g.Watches(other.Holder, p.Epoch, func(w proof.Watch, worth uint64) { p.Did(w, worth, g.Reply(w)) })
	}
	return p
}

// forgedProof is as good as a proof can be without the pieces.
func (g *rogue) forgedProof(epoch uint64) *tasktypes.MsgProve {
	msg := &tasktypes.MsgProve{Operator: g.Operator.String(), Network: g.d.Record.Id, Epoch: epoch}
	if leaves := g.Leaves(epoch); len(leaves) > 0 {
		msg = g.ProofBytes(epoch, adversary.Forge(g.d.t, g.Holder, epoch, g.Trie(leaves)))
	}
	return msg
}

// bogusClaim claims all slots by a root that nothing is under.
func (g *rogue) bogusClaim(epoch uint64) *tasktypes.MsgClaim {
	root := sha256.Sum256([]byte("nothing"))
	msg := &tasktypes.MsgClaim{Operator: g.Operator.String(), Network: g.d.Record.Id, Epoch: epoch, Total: math.ZeroInt()}
	if leaves := g.Leaves(epoch); len(leaves) > 0 {
		msg = g.ClaimMsg(epoch, g.Trie(leaves).Root())
	}
	msg.UptimeRoot, msg.UptimeSlots = root[:], g.d.Terms().Epoch.UptimeSlots
	return msg
}
