package attest

import (
	"cmp"
	"context"
	"slices"

	"github.com/mesh-protocol/mesh/proof"
)

// probe names a duty of this node.
type probe struct {
	node uint64
	slot uint32
}

// visit is what becomes of a probe.
type visit struct {
	at, until int64  // from when on the node is asked, and until when
	worth     uint64 // what the duty counts for
	answered  bool   // the answer is in the book
	attested  bool   // the node has the attestation
}

// probesDue returns what is to be done to probe the nodes this one watches: those whose height has come and that have not got their
// attestation yet.
func (a *Attest) probesDue() []func(context.Context) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var due []probe
	for p, v := range a.probes {
		if v.at <= a.height && a.height < v.until && !v.attested {
			due = append(due, p)
		}
	}
	slices.SortFunc(due, func(x, y probe) int {
		return cmp.Or(cmp.Compare(x.slot, y.slot), cmp.Compare(x.node, y.node))
	})
	var tasks []func(context.Context)
	for _, p := range due {
		epoch, v := a.epoch.Number, a.probes[p]
		tasks = append(tasks, func(ctx context.Context) { a.visit(ctx, epoch, p, v) })
	}
	return tasks
}

// visit probes a node and gives it the attestation for its answer. What fails is done again with a later step, but nothing twice: who
// has answered once is not asked again.
func (a *Attest) visit(ctx context.Context, epoch uint64, p probe, v *visit) {
	answered, attested, err := a.probe(ctx, epoch, p, v.answered, v.worth)
	if err != nil {
		a.deps.Log.Debug("a node that is watched does not answer", "node", p.node, "epoch", epoch, "slot", p.slot, "error", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	v.answered, v.attested = answered, attested
}

// probe asks a node if it has not answered yet, keeps the answer, and then gives it the attestation.
func (a *Attest) probe(ctx context.Context, epoch uint64, p probe, answered bool, worth uint64) (bool, bool, error) {
	key, err := a.deps.Chain.PeerKey(ctx, p.node)
	if err != nil {
		return answered, false, err
	}
	ask := Probe{Epoch: epoch, Slot: p.slot, Watcher: a.cfg.Node}
	watch := proof.Watch{Epoch: epoch, Slot: p.slot, Node: p.node, Watcher: a.cfg.Node}
	if !answered {
		sig, err := a.deps.Peers.Probe(ctx, key, ask)
		if err != nil {
			return false, false, err
		}
		if err := watch.VerifyAnswer(key, a.cfg.Domain, sig); err != nil {
			return false, false, err
		}
		duty := proof.Duty{Node: p.node, Slot: p.slot, Weight: proof.U64(worth), Answer: [proof.SignatureSize]byte(sig)}
		if err := a.deps.Book.Done(ctx, epoch, duty); err != nil {
			return false, false, err
		}
	}
	sig, err := watch.Attest(a.deps.Key, a.cfg.Domain)
	if err != nil {
		return true, false, err
	}
	if err := a.deps.Peers.Attest(ctx, key, Attestation{Probe: ask, Sig: sig}); err != nil {
		return true, false, err
	}
	return true, true, nil
}
