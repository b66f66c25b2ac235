package holder_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// story is what a deal goes through. Each part can be told again after it was cut short.
type story struct {
	*world
	signed map[uint64]*record.List // versions that the client has an ack for
	told   int                     // parts that are over
}

// tell goes on until a part fails.
func (s *story) tell() error {
	kept := []record.Range{{From: 1, Count: 1}}
	parts := []func() error{
		func() error { return s.sign(1, from{}, 1, 2) },
		func() error { s.chain.Commit(deal, s.layout(1, s.signed[1]), true); return s.tidy() },
		func() error { return s.sign(2, from{1, s.signed[1], kept}, 3) },
		func() error { return s.sign(3, from{2, s.signed[2], kept}, 4, 5) },
		s.tidy,
		func() error { s.chain.Commit(deal, s.layout(2, s.signed[2]), true); return s.tidy() },
		func() error { s.chain.Commit(deal, s.layout(3, s.signed[3]), true); return s.tidy() },
		func() error {
			s.chain.Change(deal, func(d *work.Deal, _ []work.Index) { d.Settled = true })
			s.signed = nil
			return s.tidy()
		},
	}
	for ; s.told < len(parts); s.told++ {
		if err := parts[s.told](); err != nil {
			return fmt.Errorf("part %d: %w", s.told, err)
		}
	}
	return nil
}

func (s *story) sign(version uint64, base from, numbers ...uint64) error {
	list, err := s.make(version, base, numbers...)
	if err == nil {
		s.signed[version] = list
	}
	return err
}

func (s *story) tidy() error {
	losses, err := s.holder.Reconcile(s.t.Context(), s.chain.Held(deal))
	for _, loss := range losses {
		err = errors.Join(err, loss)
	}
	return err
}

// check requires that everything is here that was signed and can still be owed.
func (s *story) check(at string) {
	owed := s.chain.Held(deal)[0]
	for version, list := range s.signed {
		if version < owed.At.Acked.Version {
			continue
		}
		got, err := s.holder.List(deal, s.layout(version, list))
		require.NoError(s.t, err, "%s: version %d", at, version)
		require.Equal(s.t, list.Encode(), got.Encode(), "%s: version %d", at, version)
		refs := s.store.Refs(deal)
		for i := range list.Len() {
			require.Contains(s.t, refs, list.At(i).Roots[index], "%s: version %d, segment %d", at, version, i)
			ok, err := s.store.Has(list.At(i).Roots[index])
			require.NoError(s.t, err)
			require.True(s.t, ok, "%s: version %d, segment %d", at, version, i)
		}
	}
}

func newStory(t *testing.T) *story {
	t.Helper()
	return &story{world: newWorld(t), signed: map[uint64]*record.List{}}
}

func TestCrashAtEveryStep(t *testing.T) {
	coin := seeded.Source(t)
	whole := newStory(t)
	require.NoError(t, whole.tell())
	steps := whole.disk.steps
	require.Greater(t, steps, 30)
	for _, late := range []bool{false, true} {
		for cut := 1; cut <= steps; cut++ {
			at := fmt.Sprintf("cut at step %d, late %v", cut, late)
			s := newStory(t)
			s.disk.cutAt, s.disk.late = cut, late
			if err := s.tell(); err == nil {
				require.GreaterOrEqual(t, cut, steps-2, "%s: nobody noticed", at) // steps of one part may be in another order
				continue
			}
			s.disk.restart(coin)
			s.open()
			s.check(at)
			require.NoError(t, s.tell(), at)
			require.Empty(t, s.store.Refs(deal), "%s: pieces left", at)
			names, err := s.disk.Names("")
			require.NoError(t, err)
			require.Empty(t, names, "%s: lists left", at)
		}
	}
}

func TestNothingIsSignedThatIsNotDurable(t *testing.T) {
	// Power is cut right after every ack, and everything that was not synced is lost.
	s := newStory(t)
	require.NoError(t, s.sign(1, from{}, 1, 2))
	for name := range s.disk.names {
		require.Same(t, s.disk.names[name], s.disk.safe[name], name)
		require.Equal(t, s.disk.names[name].data, s.disk.names[name].synced, name)
	}
	require.Equal(t, s.roots(1, 2), s.store.Refs(deal))
}
