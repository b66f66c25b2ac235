package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/fuzzed"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// messages are one of each type, empty.
func messages() []fuzzed.Message {
	return []fuzzed.Message{
		&types.MsgCreateNetwork{}, &types.MsgUpdateNetwork{}, &types.MsgRegisterNode{}, &types.MsgUpdateNode{}, &types.MsgBond{}, &types.MsgUnbond{},
		&types.MsgLeave{}, &types.MsgResume{}, &types.MsgPrune{}, &types.MsgPublishBootstrap{}, &types.MsgUpdateParams{},
	}
}

// FuzzMsg reads any bytes as a message of any type: it is read back as it is written, and what its own check accepts
// makes something valid: a network, terms, a record that can be signed.
func FuzzMsg(f *testing.F) {
	create := someMsg()
	for _, s := range []struct {
		kind uint8
		msg  fuzzed.Message
	}{
		{0, &create},
		{1, &types.MsgUpdateNetwork{Founder: "ann", Network: "net_00000001", Changes: []types.TermChange{term("storage.price", 1_250_000)}}},
		{2, &types.MsgRegisterNode{Owner: "ann", Offer: types.Offer{Region: "eu"}, OperatorKey: make([]byte, 33), PeerKey: make([]byte, 32), Bond: math.OneInt()}},
		{4, &types.MsgBond{Giver: "bob", Node: 1, Amount: math.OneInt()}},
		{9, &types.MsgPublishBootstrap{Publisher: "ann", Record: someRecord()}},
		{10, &types.MsgUpdateParams{Authority: "gov", Params: types.DevnetParams()}},
	} {
		bz, err := s.msg.Marshal()
		require.NoError(f, err)
		f.Add(s.kind, bz)
	}
	f.Fuzz(func(t *testing.T, kind uint8, bz []byte) {
		all := messages()
		at := int(kind) % len(all)
		switch msg := fuzzed.Decoded(t, all[at], messages()[at], bz).(type) {
		case *types.MsgCreateNetwork:
			checkCreated(t, msg, types.DefaultParams())
		case *types.MsgUpdateNetwork:
			if msg.Validate() == nil {
				now := types.DefaultNetworkParams()
				after, err := now.With(msg.Changes...)
				for _, c := range msg.Changes {
					if err == nil && after.Validate() == nil && now.CheckStep(c) == nil {
						require.Error(t, after.CheckStep(c), "the figure is there already")
					}
				}
			}
		case *types.MsgRegisterNode:
			b := types.Binding{Owner: []byte(msg.Owner), OperatorKey: msg.OperatorKey, PeerKey: msg.PeerKey}
			require.Error(t, b.Verify(msg.OperatorSignature, msg.PeerSignature), "nobody signs for a network without a name")
			_ = msg.Offer.Validate()
		case *types.MsgPublishBootstrap:
			if msg.Record.Validate() == nil {
				require.Len(t, msg.Record.PeerKey, 32)
			}
		case *types.MsgUpdateParams:
			if msg.Params.Validate() == nil {
				create := someMsg()
				checkCreated(t, &create, msg.Params)
			}
		}
	})
}

// checkCreated holds that a network that may be made under some params is valid once it has its id and denom.
func checkCreated(t *testing.T, msg *types.MsgCreateNetwork, p types.Params) {
	t.Helper()
	n, err := msg.Network(p)
	if err != nil {
		return
	}
	n.Seq, n.Id, n.Deposit = 1, "net_00000001", types.DefaultParams().CreateFee
	n.Token.Denom = types.Denom(n.Id, n.Token.Symbol)
	require.NoError(t, n.Validate())
}

// FuzzGenesis reads any bytes as a state: it is read back as it is written, and valid or not as before.
func FuzzGenesis(f *testing.F) {
	g := livedGenesis()
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
