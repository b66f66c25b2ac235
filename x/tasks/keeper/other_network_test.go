package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// twoNetworks has nodes 1 to n in each of two networks. Nodes of the same number have nothing in common but
// the number, and the client has the token of either.
func twoNetworks(t testing.TB, nodes int) *fixture {
	t.Helper()
	f := newFixture(t, nodes)
	f.w.giveOf(otherDenom, account("client"), funds)
	f.abroad(func() {
		for id := 1; id <= nodes; id++ {
			f.join(uint64(id), fmt.Sprintf("owner%d of %d", id, otherSeq))
		}
	})
	return f
}

// abroad runs steps in the other network.
func (f *fixture) abroad(steps func()) {
	f.home = otherSeq
	steps()
	f.home = seq
}

// A number does not say who a node is: the node of one network can do nothing with what is with the node of the same
// number in another. Each message is taken from that node afterwards, so nothing but the network was in the way.
func TestNodeOfAnotherNetwork(t *testing.T) {
	for _, tc := range []struct {
		name  string
		nodes int
		// run returns the message as the node of the home network sends it.
		run  func(*fixture) func() error
		want error
		text string
	}{
		{"fails: Ack", 3, func(f *fixture) func() error {
			id := f.open(10)
			node := f.drawn(id)[0]
			f.commit(id)
			return func() error { _, err := send(f, f.msgs.Ack, f.ackMsg(node, id, 0)); return err }
		}, types.ErrUnauthorized, "index 0 of deal 1 is not with node"},
		{"fails: ReportLoss", 3, func(f *fixture) func() error {
			id, nodes := f.held(10)
			return func() error {
				msg := reportMsg(nodes[0], id, 0)
				msg.Network, msg.Operator = f.network(), f.operator(nodes[0])
				_, err := send(f, f.msgs.ReportLoss, msg)
				return err
			}
		}, types.ErrUnauthorized, "index 0 of deal 1 is not with node"},
		{"fails: TakeIndex", 4, func(f *fixture) func() error {
			id, nodes := f.held(10)
			must(f, f.msgs.ReportLoss, reportMsg(nodes[0], id, 0))
			f.to(f.ctx.BlockHeight() + 2)
			node := takers(f, id)[0]
			return func() error {
				msg := takeMsg(node, id, 0)
				msg.Network, msg.Operator = f.network(), f.operator(node)
				_, err := send(f, f.msgs.TakeIndex, msg)
				return err
			}
		}, types.ErrWrongState, "index 0 of deal 1 is not vacant in network net_00000002"},
		{"fails: Prove what a node of the number held", 3, provesForAnother, types.ErrInvalidProof, "deal 1 of network net_00000002: deal not found"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := twoNetworks(t, tc.nodes)
			act := tc.run(f)
			before, world := f.snapshot(), f.w.clone()
			f.abroad(func() {
				err := act()
				require.ErrorIs(t, err, tc.want)
				require.ErrorContains(t, err, tc.text)
			})
			require.Equal(t, before, f.snapshot(), "store changed by a refused message")
			require.Equal(t, world, f.w.clone(), "world changed by a refused message")
			require.NoError(t, act())
			require.NotEqual(t, before, f.snapshot())
		})
	}
}

// provesForAnother has a node that held a deal until it had claimed an epoch, and in the other network a node of its
// number that is owed as much, and has claimed it for that deal: it has the pieces, and the weight is right.
func provesForAnother(f *fixture) func() error {
	id, nodes := f.held(10)
	node := nodes[0]
	f.abroad(func() { f.held(10) })
	f.claim(2, node)
	list := f.owing(f.export(), node, 2)
	require.Len(f.t, list, 1)
	trie := f.trie(list, nil)
	root := trie.Root()
	f.abroad(func() {
		must(f, f.msgs.Claim, &types.MsgClaim{
			Operator: f.operator(node), Network: f.network(), Epoch: 2, Root: root.Hash[:], Total: intOf(root.Sum),
		})
	})
	must(f, f.msgs.ReportLoss, reportMsg(node, id, 0))
	f.toProofs(2)
	return func() error {
		_, err := send(f, f.msgs.Prove, f.proofOf(node, 2, trie, list, f.seedOf(node, 2)))
		return err
	}
}

// Two networks that run side by side, with nodes of the same numbers, never touch each other's token: all of
// each is with the client, with who earned it, in a bond, or burnt, and nothing of a deal that is settled is left.
func TestNetworksDoNotShareMoney(t *testing.T) {
	f := twoNetworks(t, 3)
	id, nodes := f.held(2) // epochs 2 and 3
	var foreign uint64
	var others []uint64
	f.abroad(func() { foreign, others = f.held(3) }) // epochs 2 to 4
	prove := func(epoch uint64, nodes, others []uint64) {
		f.claim(epoch, nodes...)
		f.abroad(func() { f.claim(epoch, others...) })
		f.toProofs(epoch)
		for _, n := range nodes {
			must(f, f.msgs.Prove, f.proveMsg(n, epoch))
		}
		f.abroad(func() {
			for _, n := range others {
				must(f, f.msgs.Prove, f.proveMsg(n, epoch))
			}
		})
	}
	prove(2, nodes, others)
	f.abroad(func() {
		msg := reportMsg(others[0], foreign, 0)
		msg.Network, msg.Operator = f.network(), f.operator(others[0])
		require.Equal(t, int64(repair), must(f, f.msgs.ReportLoss, msg).Paid.Int64())
	})
	require.Equal(t, []int64{bond, bond - repair}, []int64{f.w.nodes[others[0]].OwnBond.Int64(), f.w.other.nodes[others[0]].OwnBond.Int64()})
	prove(3, nodes, others[1:])
	prove(4, nil, others[1:])
	f.toEpoch(6)
	f.to(f.ctx.BlockHeight() + 1)
	require.Equal(t, types.DEAL_STATUS_SETTLED, f.deal(id).Deal.Status)
	require.Equal(t, types.DEAL_STATUS_SETTLED, f.deal(foreign).Deal.Status)
	require.Equal(t, []int{0, 0}, []int{f.w.duties, f.w.other.duties})

	// 20 % of the 1,001 of each proof is burnt, and of the 3,003 of an epoch at the opening, both rounded up.
	const burnt, atOpening = 201, 601
	for _, tc := range []struct {
		token         string
		proofs, bonds int64
	}{
		{denom, 3 + 3, 3 * bond},
		{otherDenom, 3 + 2 + 2, 3*bond - repair},
	} {
		has := func(a sdk.AccAddress) int64 { return f.w.GetBalance(f.ctx, a, tc.token).Amount.Int64() }
		supply := f.w.supply.AmountOf(tc.token).Int64()
		require.Equal(t, funds+3*bond-atOpening-tc.proofs*burnt, supply, tc.token)
		require.Equal(t, supply, f.w.totalOf(tc.token).Int64(), tc.token)
		require.Equal(t, tc.bonds, has(moduleAccount(networktypes.ModuleName)), tc.token)
		require.Equal(t, tc.proofs*(price-burnt), has(moduleAccount(payModule)), tc.token)
		require.Equal(t, funds+3*bond-tc.bonds-atOpening-tc.proofs*price, has(account("client")), tc.token)
		require.Zero(t, has(moduleAccount(types.ModuleName)), tc.token)
	}
	earned := map[uint64]int64{}
	for _, fee := range f.w.fees {
		earned[fee.Network] += fee.Earned.Int64()
	}
	require.Equal(t, map[uint64]int64{seq: 6 * (price - burnt), otherSeq: 7 * (price - burnt)}, earned)
}
