package attest

import (
	"cmp"
	"context"
	"slices"

	"github.com/mesh-protocol/mesh/proof"
)

// probe names a duty of this node.
type probe struct {
	epoch, node uint64
	slot        uint32
}

// visit is what becomes of a probe.
type visit struct {
	at, until int64  // from when on the node is asked, and until when; who has answered gets its attestation also later
	worth     uint64 // what the duty counts for
	answered  bool   // the answer is in the book
	attested  bool   // the node has the attestation
}

// probesDue returns what is to be done to probe the nodes this one watches: those whose height has come and that have not got their
// attestation yet.
func (a *Attest) probesDue() []errand {
	a.mu.Lock()
	defer a.mu.Unlock()
	var due []probe
	for p, v := range a.probes {
		if v.at <= a.height && !v.attested && (v.answered || a.height < v.until) {
			due = append(due, p)
		}
	}
	slices.SortFunc(due, func(x, y probe) int {
		return cmp.Or(cmp.Compare(x.epoch, y.epoch), cmp.Compare(x.slot, y.slot), cmp.Compare(x.node, y.node))
	})
	var errands []errand
	for _, p := range due {
		v := a.probes[p]
		errands = append(errands, errand{goal{epoch: p.epoch, node: p.node, slot: p.slot}, func(ctx context.Context) { a.visit(ctx, p, v) }})
	}
	return errands
}

// visit probes a node and gives it the attestation for its answer. What fails is done again with a later step, but nothing twice: who
// has answered once is not asked again.
func (a *Attest) visit(ctx context.Context, p probe, v *visit) {
	answered, attested, err := a.probe(ctx, p, v.answered, v.worth)
	if err != nil {
		a.deps.Log.Debug("a node that is watched has no attestation yet", "node", p.node, "epoch", p.epoch, "slot", p.slot, "answered", answered, "error", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	v.answered, v.attested = answered, attested
}

// probe asks a node if it has not answered yet, keeps the answer, and then gives it the attestation. A duty that rounding leaves nothing
// worth is done as well, though there is nothing to claim.
func (a *Attest) probe(ctx context.Context, p probe, answered bool, worth uint64) (bool, bool, error) {
	key, err := a.deps.Chain.PeerKey(ctx, p.node)
	if err != nil {
		return answered, false, err
	}
	ask := Probe{Epoch: p.epoch, Slot: p.slot, Watcher: a.cfg.Node}
	watch := proof.Watch{Epoch: p.epoch, Slot: p.slot, Node: p.node, Watcher: a.cfg.Node}
	if !answered {
		sig, err := a.deps.Peers.Probe(ctx, key, ask)
		if err != nil {
			return false, false, err
		}
		if err := watch.VerifyAnswer(key, a.cfg.Domain, sig); err != nil {
			return false, false, err
		}
		if worth > 0 {
			duty := proof.Duty{Node: p.node, Slot: p.slot, Weight: proof.U64(worth), Answer: [proof.SignatureSize]byte(sig)}
			if err := a.deps.Book.Done(ctx, p.epoch, duty); err != nil {
				return false, false, err
			}
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
