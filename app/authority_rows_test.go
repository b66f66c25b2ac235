package app_test

import (
	"maps"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	sdk "github.com/cosmos/cosmos-sdk/types"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardtypes "github.com/mesh-protocol/mesh/x/rewards/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// authorities has a row for every message of ours. Where a success would need a long history, the
// row is of what does not exist, and the handler's own reason shows that it was reached; that those
// messages too are accepted from their signer and by a grant, and do the same, is shown on the life of a
// network by TestLifeIsTheSameByGrants in test/devnet.
func authorities() map[string]authority {
	rows := map[string]authority{}
	for _, part := range []map[string]authority{beaconAuthorities(), networkAuthorities(), taskAuthorities()} {
		maps.Copy(rows, part)
	}
	return rows
}

// forbidden is what the handler says to whoever changes params for himself.
var forbidden = result{"sdk", 4}

func beaconAuthorities() map[string]authority {
	founder, validator := who("founder"), who("validator")
	return map[string]authority{
		"mesh.beacon.v1.MsgRegister": {signer: "validator", msg: func(string) sdk.Msg {
			return &beacontypes.MsgRegister{Validator: validator.operator(), Tip: hashChain(8)[8], Length: 8}
		}},
		"mesh.beacon.v1.MsgReveal": {handler: noReveal, msg: func(string) sdk.Msg {
			return &beacontypes.MsgReveal{Validator: validator.operator(), Preimage: hashChain(chainLength)[chainLength-1]}
		}},
		"mesh.beacon.v1.MsgUpdateParams": {signer: "founder", handler: forbidden, msg: func(string) sdk.Msg {
			return &beacontypes.MsgUpdateParams{Authority: founder.text(), Params: beacontypes.DefaultParams()}
		}},
	}
}

func networkAuthorities() map[string]authority {
	founder, operator, net := who("founder"), who("operator first"), storageNet().Network
	wrongStatus := result{"network", 19} // nobody is suspended or stale
	return map[string]authority{
		"mesh.network.v1.MsgCreateNetwork": {signer: "founder", msg: func(label string) sdk.Msg { return newNetwork(founder, "Net "+label) }},
		"mesh.network.v1.MsgUpdateNetwork": {signer: "founder", msg: func(label string) sdk.Msg {
			figure := map[string]string{"signed": "pay.burn_bps", "granted": "storage.reserve_bps"}
			value := map[string]int64{"signed": 2_100, "granted": 510}
			return &networktypes.MsgUpdateNetwork{Founder: founder.text(), Network: net, Changes: []networktypes.TermChange{
				{Name: figure[label], Value: math.NewInt(value[label])},
			}}
		}},
		"mesh.network.v1.MsgSunsetNetwork": {signer: "founder", msg: func(label string) sdk.Msg {
			made := map[string]uint64{"signed": 2, "granted": 3} // by MsgCreateNetwork
			id := networktypes.NetworkID(chainID, founder.addr, "Net "+label, nil, made[label], 0)
			return &networktypes.MsgSunsetNetwork{Founder: founder.text(), Network: id}
		}},
		"mesh.network.v1.MsgRegisterNode": {signer: "founder", msg: func(label string) sdk.Msg { return newNode(label) }},
		"mesh.network.v1.MsgUpdateNode": {signer: "founder", msg: func(string) sdk.Msg {
			return &networktypes.MsgUpdateNode{Owner: founder.text(), Network: net, Node: 1, Offer: networktypes.Offer{Region: "eu"}}
		}},
		"mesh.network.v1.MsgBond": {signer: "founder", msg: func(string) sdk.Msg {
			return &networktypes.MsgBond{Giver: founder.text(), Network: net, Node: 1, Amount: math.NewInt(1_000_000)}
		}},
		"mesh.network.v1.MsgUnbond": {signer: "founder", msg: func(string) sdk.Msg {
			return &networktypes.MsgUnbond{Giver: founder.text(), Network: net, Node: 1, Amount: math.NewInt(1_000)}
		}},
		"mesh.network.v1.MsgLeave": {signer: "founder", msg: func(label string) sdk.Msg {
			leaving := map[string]uint64{"signed": 2, "granted": 3}
			return &networktypes.MsgLeave{Owner: founder.text(), Network: net, Node: leaving[label]}
		}},
		"mesh.network.v1.MsgResume": {signer: "operator first", handler: wrongStatus, msg: func(string) sdk.Msg {
			return &networktypes.MsgResume{Operator: operator.text(), Network: net, Node: 1}
		}},
		"mesh.network.v1.MsgPrune": {signer: "founder", handler: wrongStatus, msg: func(string) sdk.Msg {
			return &networktypes.MsgPrune{Reporter: founder.text(), Network: net, Node: 1}
		}},
		"mesh.network.v1.MsgPublishBootstrap": {signer: "founder", msg: func(label string) sdk.Msg {
			until := map[string]int64{"granted": 1_001}
			return newBootstrap("first", max(1_000, until[label]))
		}},
		"mesh.network.v1.MsgUpdateParams": {signer: "founder", handler: forbidden, msg: func(string) sdk.Msg {
			return &networktypes.MsgUpdateParams{Authority: founder.text(), Params: networktypes.DefaultParams()}
		}},
	}
}

func taskAuthorities() map[string]authority {
	founder, operator, net := who("founder").text(), who("operator first").text(), storageNet().Network
	const missing = 99 // the number of no deal, request or node
	noDeal := result{"tasks", 3}
	as := func(signer string, handler result, msg sdk.Msg) authority {
		return authority{signer: signer, handler: handler, msg: func(string) sdk.Msg { return msg }}
	}
	return map[string]authority{
		"mesh.tasks.v1.MsgOpenDeal": as("founder", result{"tasks", 7}, &tasktypes.MsgOpenDeal{
			Client: founder, Network: net, Profile: tasktypes.Profile{K: 2, N: 3}, Space: 1 << 20, Epochs: 1, MaxRate: math.NewInt(1_000_000),
		}),
		"mesh.tasks.v1.MsgDrawDeal":     as("founder", noDeal, &tasktypes.MsgDrawDeal{Sender: founder, Deal: missing}),
		"mesh.tasks.v1.MsgCommitLayout": as("founder", noDeal, &tasktypes.MsgCommitLayout{Client: founder, Deal: missing}),
		"mesh.tasks.v1.MsgAck": as("operator first", noDeal, &tasktypes.MsgAck{
			Operator: operator, Network: net, Acks: []tasktypes.IndexAck{{Deal: missing, Version: 1}},
		}),
		"mesh.tasks.v1.MsgExtendDeal": as("founder", noDeal, &tasktypes.MsgExtendDeal{Client: founder, Deal: missing, Epochs: 1}),
		"mesh.tasks.v1.MsgCancelDeal": as("founder", noDeal, &tasktypes.MsgCancelDeal{Client: founder, Deal: missing}),
		"mesh.tasks.v1.MsgSettleDeal": as("founder", noDeal, &tasktypes.MsgSettleDeal{Sender: founder, Deal: missing}),
		"mesh.tasks.v1.MsgClaim": as("operator first", result{"network", 22}, &tasktypes.MsgClaim{
			Operator: operator, Network: net, Epoch: missing, Root: make([]byte, 32), Total: math.OneInt(),
		}),
		"mesh.tasks.v1.MsgProve":       as("operator first", result{"network", 22}, &tasktypes.MsgProve{Operator: operator, Network: net, Epoch: missing, Proof: []byte{1}}),
		"mesh.tasks.v1.MsgReportLoss":  as("operator first", noDeal, &tasktypes.MsgReportLoss{Operator: operator, Network: net, Deal: missing}),
		"mesh.tasks.v1.MsgDeclareLoss": as("founder", noDeal, &tasktypes.MsgDeclareLoss{Sender: founder, Deal: missing}),
		"mesh.tasks.v1.MsgTakeIndex":   as("operator first", noDeal, &tasktypes.MsgTakeIndex{Operator: operator, Network: net, Deal: missing}),
		"mesh.tasks.v1.MsgRequestOpen": as("founder", noDeal, &tasktypes.MsgRequestOpen{Requester: founder, Deal: missing}),
		"mesh.tasks.v1.MsgAnswerOpen":  as("operator first", result{"tasks", 18}, &tasktypes.MsgAnswerOpen{Operator: operator, Request: missing}),
		"mesh.tasks.v1.MsgOpenChannel": as("founder", result{"network", 16}, &tasktypes.MsgOpenChannel{
			Client: founder, Network: net, Node: missing, Key: ed25519.GenPrivKeyFromSecret([]byte("payer")).PubKey().Bytes(), Deposit: math.OneInt(), Expires: 10_000,
		}),
		"mesh.tasks.v1.MsgTopUpChannel":   as("founder", result{"tasks", 22}, &tasktypes.MsgTopUpChannel{Client: founder, Channel: missing, Amount: math.OneInt()}),
		"mesh.tasks.v1.MsgCloseChannel":   as("founder", result{"tasks", 22}, &tasktypes.MsgCloseChannel{Sender: founder, Channel: missing}),
		"mesh.tasks.v1.MsgRedeemVouchers": as("founder", result{"tasks", 19}, &tasktypes.MsgRedeemVouchers{Sender: founder}),
		"mesh.tasks.v1.MsgPostTask": as("founder", result{"tasks", 7}, &tasktypes.MsgPostTask{
			Client: founder, Network: net, Work: tasktypes.Work{Kind: "sum"}, Filter: tasktypes.Filter{MinBond: math.ZeroInt()}, Fee: math.OneInt(), Replicas: 1, WorkBlocks: 9,
		}),
		"mesh.tasks.v1.MsgDrawTask":     as("founder", result{"tasks", 26}, &tasktypes.MsgDrawTask{Sender: founder, Task: missing}),
		"mesh.tasks.v1.MsgMoveTask":     as("founder", result{"tasks", 26}, &tasktypes.MsgMoveTask{Sender: founder, Task: missing}),
		"mesh.tasks.v1.MsgDisputeTask":  as("founder", result{"tasks", 26}, &tasktypes.MsgDisputeTask{Sender: founder, Task: missing}),
		"mesh.tasks.v1.MsgCommitResult": as("operator first", result{"tasks", 26}, &tasktypes.MsgCommitResult{Operator: operator, Network: net, Task: missing}),
		"mesh.tasks.v1.MsgRevealResult": as("operator first", result{"tasks", 26}, &tasktypes.MsgRevealResult{Operator: operator, Network: net, Task: missing}),
		"mesh.rewards.v1.MsgWithdraw":   as("founder", result{"network", 16}, &rewardtypes.MsgWithdraw{Sender: founder, Network: net, Node: missing}),
	}
}
