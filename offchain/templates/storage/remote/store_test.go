package remote_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/proof"
)

func TestPutStoreFetch(t *testing.T) {
	run(t, func(r *rig) {
		h := r.grant()
		list := r.put(h, 600<<10, 1, 2, 3)
		require.NoError(t, h.Flush())
		made := r.layout(1, list)
		signature, err := h.Store(r.t.Context(), remote.Change{Deal: 7, Index: index, Added: list, Made: made})
		require.NoError(t, err)
		ack := proof.Ack{Deal: 7, Version: 1, Root: made.Root, Bytes: 3 * 600 << 10, Index: index}
		key := peer().Key
		require.NoError(t, ack.Verify(key[:], holdertest.Domain(), signature))

		got, err := h.Layout(r.t.Context(), 7, made, n)
		require.NoError(t, err)
		require.Equal(t, list.Encode(), got.Encode())
		s, pieces := holdertest.Segment(2, n, 600<<10)
		dst := make([]byte, 600<<10)
		require.NoError(t, h.Fetch(r.t.Context(), s.Roots[index], 600<<10, 0, dst))
		require.Equal(t, pieces[index], dst)
		require.NoError(t, h.Close())
		require.Equal(t, []error{nil}, r.ends())
		require.Zero(t, r.store.OpenReaders())
	})
}

func TestStoreOnTopOfAVersion(t *testing.T) {
	run(t, func(r *rig) {
		h := r.grant()
		base, v1 := r.first(h, 1000, 1, 2, 3)
		kept, err := record.Kept(3, []int{1})
		require.NoError(t, err)
		added := r.put(h, 1000, 4)
		list, err := base.Apply(kept, added)
		require.NoError(t, err)
		v2 := r.layout(2, list)
		_, err = h.Store(r.t.Context(), remote.Change{Deal: 7, Index: index, Base: v1, Kept: kept, Added: added, Made: v2})
		require.NoError(t, err)

		// Only dropping needs no list.
		v3 := r.layout(3, r.list(1000, 4))
		_, err = h.Store(r.t.Context(), remote.Change{Deal: 7, Index: index, Base: v2, Kept: []record.Range{{From: 2, Count: 1}}, Made: v3})
		require.NoError(t, err)

		// The holder finds all of them after a restart.
		r.start()
		h = r.open()
		for _, want := range []struct {
			version uint64
			numbers []uint64
		}{{1, []uint64{1, 2, 3}}, {2, []uint64{1, 3, 4}}, {3, []uint64{4}}} {
			list := r.list(1000, want.numbers...)
			got, err := h.Layout(r.t.Context(), 7, r.layout(want.version, list), n)
			require.NoError(t, err)
			require.Equal(t, list.Encode(), got.Encode())
		}
	})
}

func TestSameVersionTwice(t *testing.T) {
	run(t, func(r *rig) {
		h := r.grant()
		list := r.put(h, 1000, 1)
		c := remote.Change{Deal: 7, Index: index, Added: list, Made: r.layout(1, list)}
		first, err := h.Store(r.t.Context(), c)
		require.NoError(t, err)
		again, err := h.Store(r.t.Context(), c)
		require.NoError(t, err)
		require.Equal(t, first, again)

		// Another version 1 may become the chain's as well: both are kept until it is known.
		other := r.put(h, 1000, 2)
		_, err = h.Store(r.t.Context(), remote.Change{Deal: 7, Index: index, Added: other, Made: r.layout(1, other)})
		require.NoError(t, err)
		for _, l := range []*record.List{list, other} {
			_, err = h.Layout(r.t.Context(), 7, r.layout(1, l), n)
			require.NoError(t, err)
		}
	})
}

func TestPutTwiceAndPutOfOthers(t *testing.T) {
	run(t, func(r *rig) {
		h := r.grant()
		s, pieces := holdertest.Segment(1, n, 5000)
		for range 3 {
			_, err := h.Put(r.t.Context(), s.Roots[index], pieces[index])
			require.NoError(t, err)
		}
		require.NoError(t, h.Flush())
		require.Equal(t, [][32]byte{s.Roots[index]}, r.store.Refs(7))

		// A piece that another deal has is linked.
		r.chain.Open(8, client, n, index, space)
		require.NoError(t, h.Grant(r.t.Context(), client.Grant(r.granted(8))))
		_, err := h.Put(r.t.Context(), s.Roots[index], pieces[index])
		require.NoError(t, err)
		require.NoError(t, h.Flush())
		require.Equal(t, [][32]byte{s.Roots[index]}, r.store.Refs(8))

		// One in quarantine is taken again.
		r.store.Break(s.Roots[index])
		_, err = h.Put(r.t.Context(), s.Roots[index], pieces[index])
		require.NoError(t, err)
		require.NoError(t, h.Flush())
		require.NoError(t, h.Fetch(r.t.Context(), s.Roots[index], 5000, 0, make([]byte, 5000)))
	})
}

func TestStoreRefused(t *testing.T) {
	tests := []struct {
		name  string
		store func(r *rig, h *remote.Holder) error
		want  wire.Code
	}{
		{"fails: pieces were never put", func(r *rig, h *remote.Holder) error {
			return store(r, h, 1, r.list(1000, 1, 2))
		}, wire.Missing},
		{"fails: piece was damaged", func(r *rig, h *remote.Holder) error {
			list := r.put(h, 1000, 1, 2)
			require.NoError(r.t, h.Flush())
			r.store.Break(list.At(0).Roots[index])
			return store(r, h, 1, list)
		}, wire.Missing},
		{"fails: longer than the space", func(r *rig, h *remote.Holder) error {
			r.chain.Open(7, client, n, index, 2500)
			return store(r, h, 1, r.list(1000, 1, 2, 3))
		}, wire.BadList},
		{"fails: more segments than the space allows", func(r *rig, h *remote.Holder) error {
			r.chain.Open(7, client, n, index, 2000)
			r.put(h, 1, 1)
			require.NoError(r.t, store(r, h, 1, r.list(1, slices.Repeat([]uint64{1}, 1025)...)))
			return store(r, h, 1, r.list(1, slices.Repeat([]uint64{1}, 1026)...))
		}, wire.BadList},
		{"fails: another n", func(r *rig, h *remote.Holder) error {
			s, _ := holdertest.Segment(1, n+1, 1000)
			list, err := record.NewList(n+1, []record.Segment{s})
			require.NoError(r.t, err)
			return store(r, h, 1, list)
		}, wire.BadList},
		{"fails: piece of another length", func(r *rig, h *remote.Holder) error {
			s := r.put(h, 1000, 1).At(0)
			s.Length = 999
			list, err := record.NewList(n, []record.Segment{s})
			require.NoError(r.t, err)
			return store(r, h, 1, list)
		}, wire.BadList},
		{"fails: older than the chain's", func(r *rig, h *remote.Holder) error {
			list := r.put(h, 1000, 1)
			r.chain.Commit(7, r.layout(2, list), false)
			return store(r, h, 1, list)
		}, wire.BadList},
		{"fails: not the chain's", func(r *rig, h *remote.Holder) error {
			list := r.put(h, 1000, 1)
			r.chain.Commit(7, r.layout(2, r.list(1000, 2)), false)
			return store(r, h, 2, list)
		}, wire.BadList},
		{"fails: base that is not here", func(r *rig, h *remote.Holder) error {
			list := r.put(h, 1000, 1)
			_, err := h.Store(r.t.Context(), remote.Change{
				Deal: 7, Index: index, Base: r.layout(1, list), Kept: []record.Range{{From: 0, Count: 1}}, Made: r.layout(2, list),
			})
			return err
		}, wire.Unknown},
		{"fails: keeps what the base has not", func(r *rig, h *remote.Holder) error {
			list, v1 := r.first(h, 1000, 1)
			_, err := h.Store(r.t.Context(), remote.Change{
				Deal: 7, Index: index, Base: v1, Kept: []record.Range{{From: 1, Count: 1}}, Added: list, Made: r.layout(2, list),
			})
			return err
		}, wire.BadList},
		{"fails: another deal than granted", func(r *rig, h *remote.Holder) error {
			list := r.put(h, 1000, 1)
			_, err := h.Store(r.t.Context(), remote.Change{Deal: 8, Index: index, Added: list, Made: r.layout(1, list)})
			return err
		}, wire.NotGranted},
		{"fails: index was given away", func(r *rig, h *remote.Holder) error {
			list := r.put(h, 1000, 1)
			r.chain.Change(7, giveAway)
			return store(r, h, 1, list)
		}, wire.NotGranted},
		{"fails: five versions wait", func(r *rig, h *remote.Holder) error {
			for i := range uint64(4) {
				require.NoError(r.t, store(r, h, 1+i%2, r.put(h, 1000, i)))
			}
			return store(r, h, 1, r.put(h, 1000, 9))
		}, wire.Quota},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(r *rig) {
				err := test.store(r, r.grant())
				require.ErrorIs(t, err, test.want)
				var named *remote.HolderError
				require.ErrorAs(t, err, &named)
				require.Equal(t, "holder", named.Peer)
			})
		})
	}
}

func store(r *rig, h *remote.Holder, version uint64, list *record.List) error {
	_, err := h.Store(r.t.Context(), remote.Change{Deal: 7, Index: index, Added: list, Made: r.layout(version, list)})
	return err
}

func TestMissingSegmentsAreNumbered(t *testing.T) {
	run(t, func(r *rig) {
		h := r.grant()
		base, v1 := r.first(h, 1000, 1, 2)
		r.store.Break(base.At(1).Roots[index])
		r.put(h, 1000, 4)
		added := r.list(1000, 3, 4, 5)
		list, err := base.Apply([]record.Range{{From: 0, Count: 2}}, added)
		require.NoError(t, err)
		_, err = h.Store(r.t.Context(), remote.Change{Deal: 7, Index: index, Base: v1, Kept: []record.Range{{From: 0, Count: 2}}, Added: added, Made: r.layout(2, list)})
		var refusal *wire.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, wire.Missing, refusal.Code)
		require.Equal(t, []uint64{1, 2, 4}, refusal.Missing)
	})
}

func TestTheChainsOwnVersionIsAcknowledgedLater(t *testing.T) {
	run(t, func(r *rig) {
		h := r.grant()
		list := r.put(h, 1000, 1)
		r.chain.Commit(7, r.layout(4, list), false)
		require.NoError(t, store(r, h, 4, list))
	})
}

func TestStoreLinksWhatOthersHavePut(t *testing.T) {
	run(t, func(r *rig) {
		h := r.grant()
		list := r.put(h, 1000, 1)
		require.NoError(r.t, h.Flush())
		r.chain.Open(8, client, n, index, space)
		require.NoError(r.t, h.Grant(r.t.Context(), client.Grant(r.granted(8))))
		_, err := h.Store(r.t.Context(), remote.Change{Deal: 8, Index: index, Added: list, Made: r.layout(1, list)})
		require.NoError(r.t, err)
		require.Equal(r.t, r.store.Refs(7), r.store.Refs(8))
	})
}

func TestListThatIsTooLongIsNotReceived(t *testing.T) {
	run(t, func(r *rig) {
		r.chain.Open(7, client, n, index, 2000)
		h := r.grant()
		s, _ := holdertest.Segment(1, 80, 1)
		list, err := record.NewList(80, slices.Repeat([]record.Segment{s}, 200))
		require.NoError(r.t, err)
		require.ErrorIs(r.t, store(r, h, 1, list), wire.BadList)
		require.ErrorIs(r.t, r.ends()[0], holder.ErrRefused)
	})
}
