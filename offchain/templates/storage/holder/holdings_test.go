package holder_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

func TestProofsAreMadeFromWhatTheChainHas(t *testing.T) {
	w := newWorld(t)
	v1 := w.must(1, from{}, 1, 2)
	w.chain.Commit(deal, w.layout(1, v1), true)
	v2 := w.must(2, from{1, v1, []record.Range{{From: 0, Count: 1}}}, 3)
	trie, err := proof.BuildTrie(proof.LeafList{{Item: deal, Weight: proof.U64(5)}})
	require.NoError(t, err)
	prove := func() error {
		seed := [32]byte{9}
		p, err := proof.ProveStorage(trie, seed, 8, w.holder.Holdings(t.Context(), 1))
		if err != nil {
			return err
		}
		return p.Verify(trie.Root(), seed, 8, func(id uint64) (proof.DealView, error) {
			at := w.chain.Held(id)[0]
			return proof.DealView{
				Weight: proof.U64(5), LayoutHash: at.At.Acked.Root, LayoutBytes: at.At.Acked.Bytes, N: n, Index: uint32(at.Ref.Index),
			}, nil
		})
	}
	require.NoError(t, prove(), "a version that waits is not what is proven")
	w.chain.Commit(deal, w.layout(2, v2), true)
	require.NoError(t, prove())
	require.Zero(t, w.store.OpenReaders())

	w.store.Break(v2.At(1).Roots[index])
	err = prove()
	var loss *holder.LossError
	require.ErrorAs(t, err, &loss)
	require.ErrorIs(t, err, holder.ErrDamaged)
	require.Equal(t, work.IndexRef{Deal: deal, Index: index}, loss.Ref)
	require.Equal(t, 1, loss.Segment)
	require.Equal(t, w.layout(2, v2), loss.Layout)
	require.EqualError(t, loss, "index 1 of deal 7, version 2: piece of segment 1: piece is damaged")

	require.NoError(t, w.disk.Remove(w.file(2, v2)))
	err = prove()
	require.ErrorAs(t, err, &loss)
	require.ErrorIs(t, err, holder.ErrNoList)
	require.Equal(t, -1, loss.Segment)

	down := errors.New("down")
	w.chain.Fail(down)
	err = prove()
	require.ErrorIs(t, err, down)
	require.NotErrorAs(t, err, new(*holder.LossError), "a chain that is silent is no loss")
	w.chain.Fail(nil)
	w.chain.Change(deal, func(_ *work.Deal, at []work.Index) { at[index].Node = 5 })
	require.ErrorIs(t, prove(), holder.ErrNotOurs)
}

func TestHoldingsOfSeveralDeals(t *testing.T) {
	w := newWorld(t)
	list := w.must(1, from{}, 1, 2)
	w.chain.Commit(deal, w.layout(1, list), true)
	w.chain.Open(8, client, n, index, space)
	w.chain.Commit(8, w.layout(1, w.list(2)), false)
	require.NoError(t, w.store.Link(8, w.list(2).At(0).Roots[index]))
	_, err := w.holder.Adopt(t.Context(), 8, 1, w.list(2))
	require.NoError(t, err)
	w.chain.Commit(8, w.layout(1, w.list(2)), true)
	s := w.holder.Holdings(t.Context(), 1)
	for _, at := range []struct {
		deal  uint64
		bytes uint64
	}{{deal, 2000}, {8, 1000}, {8, 1000}, {deal, 2000}} {
		layout, i, err := s.Layout(at.deal)
		require.NoError(t, err)
		require.Equal(t, at.bytes, layout.Root().Bytes)
		require.Equal(t, uint32(index), i)
	}
	data, cvs, err := s.Group(8, 0, 0)
	require.NoError(t, err)
	require.Len(t, data, 1000)
	require.Len(t, cvs, proof.CVSize)
}

func TestHoldingsOfALayoutThatWasSwapped(t *testing.T) {
	w := newWorld(t)
	list, other := w.must(1, from{}, 1), w.must(1, from{}, 2)
	w.chain.Commit(deal, w.layout(1, list), true)
	w.disk.names[w.file(1, list)].data = w.disk.names[w.file(1, other)].data
	_, _, err := w.holder.Holdings(t.Context(), 1).Layout(deal)
	require.ErrorIs(t, err, holder.ErrListDamaged)
}
