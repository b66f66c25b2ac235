package holder_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
)

// full requires that a holder says it has no room.
func full(t *testing.T, err error, why string) {
	t.Helper()
	var refusal *wire.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, wire.Quota, refusal.Code)
	require.ErrorContains(t, err, why)
}

// Of versions that wait for the chain a holder signs few; the one on chain once more it always signs, and when that is there
// the others are gone.
func TestTheSameVersionAgainMakesRoom(t *testing.T) {
	w := newWorld(t)
	v1 := w.must(1, from{}, 1, 2)
	w.chain.Commit(deal, w.layout(1, v1), true)
	all := from{1, v1, []record.Range{{From: 0, Count: 2}}}
	var waiting []*record.List
	for i := range holder.MaxWaiting {
		waiting = append(waiting, w.must(2, all, uint64(10+i)))
	}
	_, err := w.make(2, all, 20)
	full(t, err, "4 versions of deal 7 wait for the chain")
	for range 2 {
		w.must(2, all)
	}
	_, err = w.make(3, all)
	full(t, err, "4 versions of deal 7 wait for the chain")

	w.chain.Commit(deal, w.layout(2, v1), true)
	require.Empty(t, w.reconcile(deal))
	for _, list := range waiting {
		require.False(t, w.has(2, list))
	}
	require.True(t, w.has(2, v1))
	w.must(3, from{2, v1, all.kept}, 20)
}

// Of the roots of a segment a holder knows its own alone, so that a client may make any number of layouts of the same single byte.
// They are as bounded as others, and leave room for the blank one and for the one on chain.
func TestSingleBytesAreBounded(t *testing.T) {
	w := newWorld(t)
	v1 := w.must(1, from{}, 1)
	w.chain.Commit(deal, w.layout(1, v1), true)
	zero := holdertest.Root([]byte{0})
	w.put(zero, []byte{0})
	store := func(version uint64, roots ...[32]byte) error {
		list, err := record.NewList(n, []record.Segment{{Length: 1, Roots: roots}})
		require.NoError(t, err)
		h := w.client()
		_, err = h.Store(t.Context(), remote.Change{Deal: deal, Index: index, Added: list, Made: w.layout(version, list)})
		require.NoError(t, h.Close())
		w.served.Wait()
		return err
	}
	for i := range 10 * holder.MaxWaiting {
		err := store(2, holdertest.Root([]byte{byte(i), 1}), zero, zero)
		if i < holder.MaxWaiting {
			require.NoError(t, err)
		} else {
			full(t, err, "4 versions of deal 7 wait for the chain")
		}
	}
	blank := slices.Repeat([][32]byte{zero}, n)
	for range 2 {
		require.NoError(t, store(2, blank...))
		w.must(2, from{1, v1, []record.Range{{From: 0, Count: 1}}})
	}
	full(t, store(3, blank...), "4 versions of deal 7 wait for the chain")
	names, err := w.disk.Names(fmt.Sprint(deal))
	require.NoError(t, err)
	require.Len(t, names, 1+holder.MaxWaiting+2, "lists on disk")
}

// What a client has put in vain fills its space; a layout of a single byte, as a deal without a layout gets it, has room all
// the same.
func TestOneByteAlwaysHasRoom(t *testing.T) {
	w := newWorld(t)
	w.chain.Open(deal, client, n, index, 3_000)
	w.must(1, from{}, 1, 2, 3)
	_, err := w.make(1, from{}, 4)
	full(t, err, "deal 7 has put as much as its space")

	h := w.client()
	root := holdertest.Root([]byte{0})
	_, err = h.Put(t.Context(), root, []byte{0})
	require.NoError(t, err)
	require.NoError(t, h.Flush())
	blank, err := record.NewList(n, []record.Segment{{Length: 1, Roots: slices.Repeat([][32]byte{root}, n)}})
	require.NoError(t, err)
	require.NoError(t, h.Close())
	w.served.Wait()
	w.chain.Commit(deal, w.layout(1, blank), false)
	require.Empty(t, w.reconcile(deal))
	w.must(2, from{}, 4, 5)
}
