package keeper_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

func TestProofPays(t *testing.T) {
	f := newFixture(t, 3)
	_, nodes := f.held(10)
	f.claim(2, nodes[0])
	f.toProofs(2)
	escrowed, supply := f.escrowed(), f.w.supply.AmountOf(denom).Int64()
	msg := f.proveMsg(nodes[0], 2)
	gas := f.ctx.GasMeter().GasConsumed()
	rsp := must(f, f.msgs.Prove, msg)
	require.GreaterOrEqual(t, f.ctx.GasMeter().GasConsumed()-gas, types.ProofGas+types.ProofByteGas*uint64(len(msg.Proof)))
	// 20 % of 1,001 is 200.2, and the burn is rounded up.
	const burnt, earned = 201, 800
	require.Equal(t, int64(price), rsp.Gross.Int64())
	require.Equal(t, int64(earned), rsp.Earned.Int64())
	require.Equal(t, escrowed-price, f.escrowed())
	require.Equal(t, supply-burnt, f.w.supply.AmountOf(denom).Int64())
	require.Equal(t, int64(earned), f.w.of(moduleAccount(payModule)).Int64())
	require.Equal(t, []types.Fee{{Network: seq, Node: nodes[0], Kind: types.FeeProof, Epoch: 3, Burnt: math.NewInt(burnt), Earned: math.NewInt(earned)}}, f.w.fees,
		"the fee counts for the epoch it is settled in")
	require.Equal(t, networktypes.Counters{Proven: 1}, f.w.counters[nodes[0]])
	proven := eventsOf[*types.EventProven](f.events())
	require.Len(t, proven, 1)
	require.Equal(t, []int64{price, burnt, earned}, []int64{proven[0].Gross.Int64(), proven[0].Burnt.Int64(), proven[0].Earned.Int64()})
	refuse(f, f.msgs.Prove, msg, types.ErrClaimExists)
	_, err := send(f, f.msgs.Prove, f.proveMsg(nodes[1], 2))
	require.ErrorIs(t, err, types.ErrClaimNotFound)
}

func TestProofWindowEdges(t *testing.T) {
	f := newFixture(t, 3)
	_, nodes := f.held(10)
	f.claim(2, nodes...)
	f.to(opening(3) + 6)
	refuse(f, f.msgs.Prove, &types.MsgProve{Operator: operator(nodes[0]), Network: networkID, Epoch: 2}, beacontypes.ErrSeedPending)
	f.to(opening(3) + 7)
	must(f, f.msgs.Prove, f.proveMsg(nodes[0], 2))
	f.to(opening(3) + 14)
	must(f, f.msgs.Prove, f.proveMsg(nodes[1], 2))
	f.to(opening(3) + 15)
	refuse(f, f.msgs.Prove, f.proveMsg(nodes[2], 2), types.ErrWindow)
}

// With room in the epoch, each node's window lies behind the seed by its own shift.
func TestProofWindowIsShifted(t *testing.T) {
	f := newFixture(t, 3)
	f.w.params.Epoch.ProofWindowBlocks, f.w.params.Epoch.SlackBlocks = 2, 3 // leaves 8 blocks
	_, nodes := f.held(10)
	f.claim(2, nodes...)
	seed := opening(3) + 7
	shifts := map[uint64]int64{}
	for _, n := range nodes {
		shifts[n] = types.ProofShift(seq, n, 8)
	}
	for height := seed; height < seed+11; height++ {
		f.to(height)
		for _, n := range nodes {
			before := f.w.clone()
			branch, _ := f.ctx.CacheContext()
			_, err := f.msgs.Prove(branch, f.proveMsg(n, 2))
			f.w = before
			if from := seed + shifts[n]; height >= from && height < from+2 {
				require.NoError(t, err, "node %d at %d", n, height)
			} else {
				require.ErrorIs(t, err, types.ErrWindow, "node %d at %d", n, height)
			}
		}
	}
}

func TestProofIsRefused(t *testing.T) {
	f := newFixture(t, 3)
	first, nodes := f.held(10)
	second, others := f.held(10)
	node := nodes[0]
	f.claim(2, nodes...)
	f.toProofs(2)
	list := f.owing(f.export(), node, 2)
	require.Len(t, list, 2, "deals %d and %d", first, second)
	require.Contains(t, others, node)
	seed, trie := f.seedOf(node, 2), f.trie(list, nil)
	good := f.proofOf(node, 2, trie, list, seed)
	heavier := f.trie(list, func(l *proof.Leaf) { // same total, other shares
		shift := uint64(500)
		if l.Item == second {
			l.Weight = proof.U64(l.Weight.Lo - shift)
		} else {
			l.Weight = proof.U64(l.Weight.Lo + shift)
		}
	})
	wrongPiece := slices.Clone(list)
	for i := range wrongPiece {
		wrongPiece[i].number = (wrongPiece[i].number + 1) % 3
	}
	broken := slices.Clone(good.Proof)
	broken[len(broken)-1] ^= 1
	for _, tc := range []struct {
		name string
		msg  *types.MsgProve
	}{
		{"fails: empty", &types.MsgProve{Operator: operator(node), Network: networkID, Epoch: 2}},
		{"fails: one bit", &types.MsgProve{Operator: operator(node), Network: networkID, Epoch: 2, Proof: broken}},
		{"fails: a byte more", &types.MsgProve{Operator: operator(node), Network: networkID, Epoch: 2, Proof: append(slices.Clone(good.Proof), 0)}},
		{"fails: over 32 KiB", &types.MsgProve{Operator: operator(node), Network: networkID, Epoch: 2, Proof: make([]byte, 40_000)}},
		{"fails: seed of another node", f.proofOf(node, 2, trie, list, f.seedOf(nodes[1], 2))},
		{"fails: seed of another epoch", f.proofOf(node, 2, trie, list, types.ProofSeed(make([]byte, 32), seq, 3, node))},
		{"fails: claim of one deal twice as heavy", f.proofOf(node, 2, heavier, list, seed)},
		{"fails: another index's pieces", f.proofOf(node, 2, trie, wrongPiece, seed)},
		{"fails: another node's proof", &types.MsgProve{Operator: operator(nodes[1]), Network: networkID, Epoch: 2, Proof: good.Proof}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before, world := f.snapshot(), f.w.clone()
			_, err := send(f, f.msgs.Prove, tc.msg)
			require.ErrorIs(t, err, types.ErrInvalidProof)
			require.Equal(t, before, f.snapshot())
			require.Equal(t, world.balances, f.w.balances)
		})
	}
	must(f, f.msgs.Prove, good)
	f.toEpoch(4)
	_, err := send(f, f.msgs.Prove, &types.MsgProve{Operator: operator(node), Network: networkID, Epoch: 3, Proof: good.Proof})
	require.ErrorIs(t, err, types.ErrClaimNotFound)
	f.claim(3, node)
	f.toProofs(3)
	_, err = send(f, f.msgs.Prove, &types.MsgProve{Operator: operator(node), Network: networkID, Epoch: 3, Proof: good.Proof})
	require.ErrorIs(t, err, types.ErrInvalidProof, "a proof cannot be sent again for another epoch")
}

// A claim that puts all of a node's pay on one deal has the right total and the right root, and is
// found out by the weight that state knows.
func TestClaimOfWrongShares(t *testing.T) {
	f := newFixture(t, 3)
	first, nodes := f.held(10)
	f.held(10)
	f.toEpoch(3)
	node := nodes[0]
	list := f.owing(f.export(), node, 2)
	moved := f.trie(list, func(l *proof.Leaf) {
		if l.Item == first {
			l.Weight = proof.U64(2*price - 1)
		} else {
			l.Weight = proof.U64(1)
		}
	})
	root := moved.Root()
	must(f, f.msgs.Claim, &types.MsgClaim{Operator: operator(node), Network: networkID, Epoch: 2, Root: root.Hash[:], Total: intOf(root.Sum)})
	f.toProofs(2)
	_, err := send(f, f.msgs.Prove, f.proofOf(node, 2, moved, list, f.seedOf(node, 2)))
	require.ErrorIs(t, err, types.ErrInvalidProof)
	require.ErrorContains(t, err, proof.ErrWeight.Error())
}

// What was missed counts against a node only while it was owed something.
func TestMissedEpochsAreCountedWhileOwed(t *testing.T) {
	f := newFixture(t, 3)
	_, nodes := f.held(3) // epochs 2 to 4
	f.prove(2, nodes...)
	f.prove(4, nodes...)
	require.Equal(t, networktypes.Counters{Proven: 2, Missed: 1}, f.w.counters[nodes[0]], "epoch 3 was missed")
	f.toEpoch(9)
	id := f.open(3) // epochs 10 to 12
	again := f.drawn(id)
	f.commit(id)
	for index, node := range again {
		must(f, f.msgs.Ack, f.ackMsg(node, id, uint32(index)))
	}
	f.prove(11, again...)
	require.Equal(t, networktypes.Counters{Proven: 3, Missed: 2}, f.w.counters[nodes[0]], "epochs 5 to 9 owed nothing, 10 was missed")
}

// A client that puts one layout after another into its deal, with the acknowledgements of all holders, from the block
// of their claims to that of their proofs, takes no proof and no pay from them: each is held to what it had
// acknowledged when it claimed, by the index it holds and by one it has lost since.
func TestLayoutsThatComeAfterTheClaim(t *testing.T) {
	f := newFixture(t, 4)
	id, nodes := f.held(10)
	f.toEpoch(3)
	churn := func() types.Layout {
		l := f.put(id, 3, f.deal(id).Deal.Layout.Version+1)
		msg := &types.MsgCommitLayout{Client: client(), Deal: id, Layout: l}
		for index, n := range nodes {
			msg.Acks = append(msg.Acks, types.SignedAck{Index: uint32(index), Signature: f.sign(n, id, uint32(index), l)})
		}
		must(f, f.msgs.CommitLayout, msg)
		return l
	}
	before := churn() // in epoch 3, before the claim for epoch 2
	f.claim(2, nodes...)
	state := func(index int) types.Index { return f.deal(id).Indices[index] }
	require.Zero(t, state(0).ClaimedEpoch)
	var last types.Layout
	for f.ctx.BlockHeight() < opening(3)+7 {
		last = churn()
		require.Equal(t, []any{before, uint64(2), last}, []any{state(0).Claimed, state(0).ClaimedEpoch, state(0).Acked})
		f.to(f.ctx.BlockHeight() + 1)
	}
	churn()
	after := f.owing(f.export(), nodes[0], 2)
	for i := range after {
		after[i].acked = state(0).Acked
	}
	_, err := send(f, f.msgs.Prove, f.proofOf(nodes[0], 2, f.trie(after, nil), after, f.seedOf(nodes[0], 2)))
	require.ErrorIs(t, err, types.ErrInvalidProof)
	must(f, f.msgs.Prove, f.proveMsg(nodes[0], 2))
	churn()
	must(f, f.msgs.Prove, f.proveMsg(nodes[1], 2))
	require.Zero(t, state(0).ClaimedEpoch, "a proven claim needs no layout any more")
	require.Zero(t, state(1).ClaimedEpoch)
	require.Equal(t, uint64(2), state(2).ClaimedEpoch)
	must(f, f.msgs.ReportLoss, &types.MsgReportLoss{Operator: operator(nodes[2]), Network: networkID, Deal: id, Index: 2})
	must(f, f.msgs.Prove, f.proveMsg(nodes[2], 2))

	f.claim(3, nodes[:2]...)
	held := state(0).Acked
	churnFirst := func() {
		l := f.put(id, 3, f.deal(id).Deal.Layout.Version+1)
		must(f, f.msgs.CommitLayout, &types.MsgCommitLayout{Client: client(), Deal: id, Layout: l, Acks: []types.SignedAck{
			{Index: 0, Signature: f.sign(nodes[0], id, 0, l)},
		}})
	}
	churnFirst()
	churnFirst()
	require.Equal(t, []any{held, uint64(3)}, []any{state(0).Claimed, state(0).ClaimedEpoch})
	f.toProofs(3)
	must(f, f.msgs.Prove, f.proveMsg(nodes[0], 3))
	must(f, f.msgs.Prove, f.proveMsg(nodes[1], 3))
	f.claim(4, nodes[1])
	churnFirst()
	f.toEpoch(5)
	require.Zero(t, state(0).ClaimedEpoch, "what was not claimed is not proven")
}

// A layout whose proof did not come is needed no more when the time for it is over.
func TestLayoutOfAClaimThatIsNotProven(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(10)
	f.claim(2, nodes...)
	l := f.put(id, 3, 2)
	must(f, f.msgs.CommitLayout, &types.MsgCommitLayout{Client: client(), Deal: id, Layout: l, Acks: []types.SignedAck{
		{Index: 0, Signature: f.sign(nodes[0], id, 0, l)},
	}})
	claimed := func() (types.Layout, types.Layout) {
		rsp, err := f.queries.DealsByNode(f.ctx, &types.QueryDealsByNodeRequest{Network: networkID, Node: nodes[0]})
		require.NoError(t, err)
		require.Equal(t, f.deal(id).Indices[0], rsp.Indices[0].State)
		return rsp.Indices[0].State.Claimed, rsp.Indices[0].State.Acked
	}
	f.to(opening(3) + 14)
	was, now := claimed()
	require.Equal(t, []any{uint64(1), l}, []any{was.Version, now})
	f.to(opening(3) + 15)
	was, now = claimed()
	require.Equal(t, []any{types.Layout{}, l}, []any{was, now})
}
