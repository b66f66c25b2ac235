package attest

import "context"

// memory is what a node that starts can know of what it did before.
type memory struct {
	own     plan // who watched it in the epoch before
	visits  map[probe]*visit
	watched map[uint64]plan // by nodes that it has watched in this epoch
}

// remember finds out what the node did in an epoch and the one before it, from its book and the chain: whom it has answered a probe may
// lack the attestation still, and whom it watched it watches in later slots as well. Errors are those of the chain.
func (a *Attest) remember(ctx context.Context, epoch uint64) (*memory, error) {
	m := &memory{visits: map[probe]*visit{}, watched: map[uint64]plan{}}
	for _, e := range []uint64{epoch - 1, epoch} {
		_, duties := a.deps.Book.Of(e)
		for _, d := range duties {
			m.visits[probe{epoch: e, node: d.Node, slot: d.Slot}] = &visit{answered: true, worth: d.Weight.Lo}
			if _, asked := m.watched[d.Node]; asked || e != epoch {
				continue
			}
			p, err := a.ask(ctx, d.Node, e)
			if err != nil {
				return nil, err
			}
			m.watched[d.Node] = p
		}
	}
	var err error
	if epoch > 1 {
		m.own, err = a.ask(ctx, a.cfg.Node, epoch-1)
	}
	return m, err
}

// recall takes up again what was remembered.
func (a *Attest) recall(m *memory) {
	for p, v := range m.visits {
		a.probes[p] = v
	}
	for node, p := range m.watched {
		if !p.known {
			continue
		}
		a.watched[node] = p
		s := Summons{Epoch: a.epoch.Number, Node: node}
		for _, slot := range p.Slots {
			if _, drawn := slot.Seat(a.cfg.Node); drawn {
				s.Slots |= 1 << slot.Slot
			}
		}
		_ = a.take(s, p) // it was drawn for all of these
	}
}
