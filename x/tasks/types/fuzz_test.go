package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/fuzzed"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// messages are one of each type, empty.
func messages() []fuzzed.Message {
	return []fuzzed.Message{
		&types.MsgOpenDeal{}, &types.MsgDrawDeal{}, &types.MsgCommitLayout{}, &types.MsgAck{}, &types.MsgExtendDeal{}, &types.MsgCancelDeal{},
		&types.MsgSettleDeal{}, &types.MsgClaim{}, &types.MsgProve{}, &types.MsgReportLoss{}, &types.MsgDeclareLoss{}, &types.MsgTakeIndex{},
		&types.MsgRequestOpen{}, &types.MsgAnswerOpen{}, &types.MsgOpenChannel{}, &types.MsgTopUpChannel{}, &types.MsgCloseChannel{},
		&types.MsgRedeemVouchers{}, &types.MsgPostTask{}, &types.MsgDrawTask{}, &types.MsgCommitResult{}, &types.MsgRevealResult{}, &types.MsgMoveTask{},
	}
}

// redeemable tells whether a voucher says something a key could have signed.
func redeemable(v types.Voucher) bool {
	_, err := v.Body()
	return err == nil
}

// FuzzMsg reads any bytes as a message of any type: it is read back as it is written, a deal that may be opened costs
// something, no layout passes for the next one of a deal but one of the next version with a root, and no voucher takes more out of a
// channel than is in it.
func FuzzMsg(f *testing.F) {
	g := validGenesis()
	open := &types.MsgOpenDeal{Client: "ann", Network: "net_00000001", Profile: types.Profile{K: 1, N: 2}, Space: 9, Epochs: 3, MaxRate: g.Deals[0].Rate}
	layout := g.Deals[0].Layout
	layout.Version++
	for _, s := range []struct {
		kind uint8
		msg  fuzzed.Message
	}{
		{0, open},
		{2, &types.MsgCommitLayout{Client: "ann", Deal: 2, Layout: layout}},
		{3, &types.MsgAck{Operator: "op", Acks: []types.IndexAck{{Deal: 2, Version: 1}}}},
		{7, &types.MsgClaim{Operator: "op", Epoch: 3, Root: layout.Root, Total: g.Deals[0].Rate}},
		{13, &types.MsgAnswerOpen{Request: 1, ChunkOpening: layout.Root}},
		{14, &types.MsgOpenChannel{Client: "ann", Network: "net_00000001", Node: 1, Key: g.Channels[0].Key, Deposit: g.Deals[0].Rate, Expires: 9}},
		{18, &types.MsgPostTask{Client: "ann", Network: "net_00000001", Work: types.Work{Kind: "sum"}, Filter: types.Filter{MinBond: g.Deals[0].Rate}, Fee: g.Deals[0].Rate, Replicas: 2, WorkBlocks: 3}},
		{21, &types.MsgRevealResult{Operator: "op", Task: 1, Result: layout.Root, Salt: layout.Root, Output: []byte("42")}},
		{17, &types.MsgRedeemVouchers{Sender: "ann", Vouchers: []types.Voucher{{Channel: 1, Amount: g.Deals[0].Rate, Count: 3, Evidence: layout.Root}}}},
	} {
		bz, err := s.msg.Marshal()
		require.NoError(f, err)
		f.Add(s.kind, bz)
	}
	deal, channel := g.Deals[0], g.Channels[0]
	deal.Space = 1 << 20
	f.Fuzz(func(t *testing.T, kind uint8, bz []byte) {
		all := messages()
		at := int(kind) % len(all)
		switch msg := fuzzed.Decoded(t, all[at], messages()[at], bz).(type) {
		case *types.MsgOpenDeal:
			if msg.Validate() == nil {
				cost := types.NewCost(msg.MaxRate, msg.Profile, msg.Epochs, 5_000, 5_000)
				require.True(t, cost.Total().GT(cost.Escrow))
				require.True(t, types.Exposure(msg.MaxRate, msg.Profile.K).GT(msg.MaxRate))
			}
		case *types.MsgCommitLayout:
			if deal.CheckLayout(msg.Layout) == nil {
				require.Equal(t, deal.Layout.Version+1, msg.Layout.Version)
				require.Len(t, msg.Layout.Root, 32)
				require.LessOrEqual(t, msg.Layout.Bytes, deal.Space)
			}
		case *types.MsgPostTask:
			if msg.Validate() == nil {
				require.True(t, msg.Escrow().GTE(msg.Fee) && types.TaskExposure(msg.Fee).GT(msg.Fee))
			}
		case *types.MsgRedeemVouchers:
			for _, v := range msg.Vouchers {
				if paid, gross, err := channel.Redeem(v); redeemable(v) && err == nil {
					require.True(t, gross.IsPositive() && !paid.Left().IsNegative())
					require.Equal(t, channel.Left().String(), paid.Left().Add(gross).String())
				}
			}
		}
	})
}

// FuzzGenesis reads any bytes as a state: it is read back as it is written, and valid or not as before.
func FuzzGenesis(f *testing.F) {
	g := validGenesis()
	for _, g := range []*types.GenesisState{&g, types.DefaultGenesis(), {}} {
		bz, err := g.Marshal()
		require.NoError(f, err)
		f.Add(bz)
	}
	f.Fuzz(func(t *testing.T, bz []byte) {
		var g, again types.GenesisState
		fuzzed.ReadState(t, &g, &again, bz)
	})
}
