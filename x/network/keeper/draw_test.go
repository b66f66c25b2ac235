package keeper_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/network/keeper"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// seedOf returns the i-th seed of a test.
func seedOf(i uint64) [32]byte { return sha256.Sum256(binary.BigEndian.AppendUint64(nil, i)) }

// active makes an active set: the bonds of each owner's nodes. Owner i has slot i.
func active(t require.TestingT, f *nodeFixture, n types.Network, bonds [][]int64) {
	for i, nodes := range bonds {
		for j, bond := range nodes {
			f.register(t, n, account(fmt.Sprintf("owner %d", i)), fmt.Sprintf("%s %d %d", n.Id, i, j), bond)
		}
	}
}

// draw draws as of an opening.
func (f *nodeFixture) draw(t require.TestingT, d types.Draw, n int) []types.Node {
	list, err := keeper.NewActiveSet(f.keeper).Owners(f.ctx, d, n)
	require.NoError(t, err)
	return list
}

// TestDrawGolden: these are the draws of this seed for good. A change of one of them is a change of
// consensus.
func TestDrawGolden(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	active(t, f, n, [][]int64{{100, 300}, {200}, {100, 100, 100}, {1_000}, {500}})
	f.open(t, n)
	for _, c := range []struct {
		tag  string
		n    int
		want []uint64 // numbers of nodes
	}{
		{"deal/1", 5, []uint64{5, 7, 8, 3, 2}},
		{"deal/1", 2, []uint64{5, 7}},
		{"deal/2", 5, []uint64{2, 7, 3, 8, 5}},
		{"", 5, []uint64{8, 7, 4, 2, 3}},
	} {
		got := f.draw(t, types.Draw{Network: n.Seq, Opening: 1, Seed: seedOf(1), Tag: c.tag}, c.n)
		require.Equal(t, c.want, numbers(got), "%d of %q", c.n, c.tag)
	}
}

// TestDrawAccept: what will not do is passed over with its owner, each owner is asked about once,
// and the error of the question is the draw's.
func TestDrawAccept(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	active(t, f, n, [][]int64{{100, 100}, {200}, {300}, {400}, {500}, {600}})
	f.open(t, n)
	for i := range uint64(50) {
		asked := map[uint64]bool{}
		d := types.Draw{Network: n.Seq, Opening: 1, Seed: seedOf(i), Accept: func(_ context.Context, node types.Node) (bool, error) {
			require.False(t, asked[node.OwnerSlot], "owner %d twice", node.OwnerSlot)
			asked[node.OwnerSlot] = true
			return node.OwnerSlot%2 == 0, nil
		}}
		got := f.draw(t, d, 3)
		require.Len(t, got, 3)
		for _, node := range got {
			require.Zero(t, node.OwnerSlot%2)
		}
		none := d
		none.Accept = func(context.Context, types.Node) (bool, error) { return false, nil }
		require.Empty(t, f.draw(t, none, 3))
		broken := d
		broken.Accept = func(context.Context, types.Node) (bool, error) { return true, errLedger }
		_, err := keeper.NewActiveSet(f.keeper).Owners(f.ctx, broken, 3)
		require.ErrorIs(t, err, errLedger)
	}
}

// TestDrawLooksAtSoMany: eight owners for each seat, so that a draw is bounded however many will not do.
func TestDrawLooksAtSoMany(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	active(t, f, n, make20())
	f.open(t, n)
	asked := 0
	d := types.Draw{Network: n.Seq, Opening: 1, Seed: seedOf(1), Accept: func(context.Context, types.Node) (bool, error) {
		asked++
		return false, nil
	}}
	for n, want := range map[int]int{0: 0, 1: 8, 2: 16, 3: 20} {
		asked = 0
		require.Empty(t, f.draw(t, d, n))
		require.Equal(t, want, asked, "for %d seats", n)
	}
}

// make20 are twenty owners of one node each.
func make20() [][]int64 {
	list := make([][]int64, 20)
	for i := range list {
		list[i] = []int64{minBond}
	}
	return list
}

// TestDrawAsOfAnOpening: what changes later does not change what is drawn as of one of the last 8
// openings, but for the nodes' own records.
func TestDrawAsOfAnOpening(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		f := newNodeFixture(t, 1)
		n := f.nets[0]
		require.NoError(t, f.keeper.ChangeDuties(f.ctx, n.Seq, 1))
		active(rt, f, n, [][]int64{{100, 200}, {300}})
		first := f.open(rt, n)
		drawn := map[uint64][]uint64{}
		for e := first; e < first+types.KeptOpenings+3; e++ {
			for opening := first; opening <= e; opening++ {
				if opening+types.KeptOpenings <= e {
					continue
				}
				var ids []uint64
				for i := range uint64(4) {
					ids = append(ids, numbers(f.draw(rt, types.Draw{Network: n.Seq, Opening: opening, Seed: seedOf(i)}, 3))...)
				}
				if opening == e {
					drawn[e] = ids
				}
				require.Equal(rt, drawn[opening], ids, "as of %d in epoch %d", opening, e)
			}
			f.changeAny(rt, n)
			f.open(rt, n)
		}
	})
}

// changeAny changes a few bonds and statuses, and adds nodes.
func (f *nodeFixture) changeAny(t *rapid.T, n types.Network) {
	for range rapid.IntRange(0, 3).Draw(t, "changes") {
		next := f.calendar(t, n).NextNode
		id := rapid.Uint64Range(1, next-1).Draw(t, "node")
		node := f.node(t, n, id)
		owner := f.bytes(t, node.Owner)
		switch rapid.IntRange(0, 3).Draw(t, "change") {
		case 0:
			f.register(t, n, account(fmt.Sprintf("owner %d", rapid.IntRange(0, 20).Draw(t, "owner"))), fmt.Sprintf("later %d", next), minBond+int64(next))
		case 1:
			if node.Status != types.NODE_STATUS_LEFT {
				f.fund(t, n, owner, 1_000)
				require.NoError(t, f.give(t, n, id, owner, 77))
			}
		case 2:
			if node.Status != types.NODE_STATUS_LEFT {
				_, err := f.msgs.Leave(f.ctx, &types.MsgLeave{Owner: node.Owner, Network: n.Id, Node: id})
				require.NoError(t, err)
			}
		case 3:
			_, err := f.keeper.TakeBond(f.ctx, n.Seq, id, math.NewInt(13), victim, "bad")
			require.NoError(t, err)
		}
	}
}

// TestDrawsOfKeptOpenings: the set is known as of the last sixteen openings and the one to come. What
// is earlier is refused, since sums of it are gone.
func TestDrawsOfKeptOpenings(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	active(t, f, n, [][]int64{{100}, {200}})
	var epoch uint64
	for epoch < 2*types.KeptOpenings {
		epoch = f.open(t, n)
	}
	for opening := range epoch + 2 {
		drawn, err := keeper.NewActiveSet(f.keeper).Owners(f.ctx, types.Draw{Network: n.Seq, Opening: opening, Seed: seedOf(1)}, 2)
		if opening+types.KeptOpenings <= epoch {
			require.ErrorIs(t, err, types.ErrEpochNotFound, "opening %d", opening)
			require.Empty(t, drawn)
			continue
		}
		require.NoError(t, err, "opening %d", opening)
		require.Len(t, drawn, 2)
	}
}
