package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

func TestClaimWindowEdges(t *testing.T) {
	f := newFixture(t, 3)
	_, nodes := f.held(10)
	f.to(opening(3) - 1)
	refuse(f, f.msgs.Claim, f.claimMsg(nodes[0], 2), types.ErrWindow)
	refuse(f, f.msgs.Claim, f.claimMsg(nodes[0], 3), networktypes.ErrEpochNotFound)
	f.to(opening(3))
	must(f, f.msgs.Claim, f.claimMsg(nodes[0], 2))
	refuse(f, f.msgs.Claim, f.claimMsg(nodes[0], 2), types.ErrClaimExists)
	f.to(opening(3) + 4)
	must(f, f.msgs.Claim, f.claimMsg(nodes[1], 2))
	f.to(opening(3) + 5)
	refuse(f, f.msgs.Claim, f.claimMsg(nodes[2], 2), types.ErrWindow)
	rsp, err := f.queries.Claim(f.ctx, &types.QueryClaimRequest{Network: networkID, Node: nodes[0], Epoch: 2})
	require.NoError(t, err)
	require.Equal(t, int64(price), rsp.Claim.Total.Int64())
	require.Len(t, eventsOf[*types.EventClaimed](f.events()), 2)
}

func TestClaimIsRefused(t *testing.T) {
	f := newFixture(t, 4)
	_, nodes := f.held(10)
	f.toEpoch(3)
	idle := 1 + 2 + 3 + 4 - nodes[0] - nodes[1] - nodes[2]
	for _, tc := range []struct {
		name   string
		change func(*types.MsgClaim)
		want   error
	}{
		{"fails: one more", func(m *types.MsgClaim) { m.Total = m.Total.AddRaw(1) }, types.ErrInvalidClaim},
		{"fails: one less", func(m *types.MsgClaim) { m.Total = m.Total.SubRaw(1) }, types.ErrInvalidClaim},
		{"fails: negative", func(m *types.MsgClaim) { m.Total = m.Total.Neg() }, types.ErrInvalidClaim},
		{"fails: no total", func(m *types.MsgClaim) { m.Total = math.Int{} }, types.ErrInvalidClaim},
		{"fails: nothing owed", func(m *types.MsgClaim) { m.Operator, m.Total = operator(idle), math.ZeroInt() }, types.ErrInvalidClaim},
		{"fails: more than nothing owed", func(m *types.MsgClaim) { m.Operator = operator(idle) }, types.ErrInvalidClaim},
		{"fails: short root", func(m *types.MsgClaim) { m.Root = m.Root[:31] }, types.ErrInvalidClaim},
		{"fails: long root", func(m *types.MsgClaim) { m.Root = append(m.Root, 0) }, types.ErrInvalidClaim},
		{"fails: nobody's operator", func(m *types.MsgClaim) { m.Operator = client() }, networktypes.ErrNodeNotFound},
		{"fails: epoch 0", func(m *types.MsgClaim) { m.Epoch = 0 }, networktypes.ErrEpochNotFound},
		{"fails: epoch to come", func(m *types.MsgClaim) { m.Epoch = 1 << 63 }, networktypes.ErrEpochNotFound},
		{"fails: epoch too early for claims", func(m *types.MsgClaim) { m.Epoch = 3 }, types.ErrWindow},
		{"fails: epoch too late for claims", func(m *types.MsgClaim) { m.Epoch = 1 }, types.ErrWindow},
		{"fails: unknown network", func(m *types.MsgClaim) { m.Network = "net_00000002" }, networktypes.ErrNetworkNotFound},
	} {
		t.Run(tc.name, func(*testing.T) {
			msg := f.claimMsg(nodes[0], 2)
			tc.change(msg)
			before := f.snapshot()
			_, err := send(f, f.msgs.Claim, msg)
			require.ErrorIs(f.t, err, tc.want)
			require.Equal(f.t, before, f.snapshot())
		})
	}
}

// Epochs are claimed and proven one after the other, also where a seed is so late that the next
// epochs close first: otherwise a deal could be settled while a proof for it may still come.
func TestLateSeedHoldsUpLaterEpochs(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(2) // epochs 2 and 3
	claimsUntil := opening(3) + 5
	f.w.seedLate[claimsUntil] = 3 * epochBlocks
	f.claim(2, nodes...)
	seed := claimsUntil + 2 + 3*epochBlocks
	for _, height := range []int64{opening(4), opening(5), opening(6) + 4} {
		f.to(height)
		_, err := send(f, f.msgs.Claim, f.claimMsg(nodes[0], epochAt(height)-1))
		require.Error(t, err, "epoch %d cannot be claimed before epoch 2 is proven", epochAt(height)-1)
		_, err = send(f, f.msgs.SettleDeal, &types.MsgSettleDeal{Sender: client(), Deal: id})
		require.ErrorIs(t, err, types.ErrNotOver, "settled at %d with proofs still to come", height)
	}
	f.to(seed)
	for _, n := range nodes {
		must(f, f.msgs.Prove, f.proveMsg(n, 2))
	}
	f.to(seed + 8) // the proofs of epoch 2 are over, the claims of epoch 3 begin
	for _, n := range nodes {
		must(f, f.msgs.Claim, f.claimMsg(n, 3))
		refuse(f, f.msgs.Claim, &types.MsgClaim{Operator: operator(n), Network: networkID, Epoch: 4, Root: make([]byte, 32), Total: math.ZeroInt()}, beacontypes.ErrSeedPending)
	}
	f.to(seed + 8 + 5 + 2)
	for _, n := range nodes {
		must(f, f.msgs.Prove, f.proveMsg(n, 3))
	}
	f.toEpoch(epochAt(seed) + 3)
	require.Equal(t, types.DEAL_STATUS_SETTLED, f.deal(id).Deal.Status)
	require.Zero(t, f.escrowed())
}
