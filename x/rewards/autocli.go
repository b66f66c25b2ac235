package rewards

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
)

// AutoCLIOptions tells the SDK which commands of meshd to make of the module's services.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	node := []*autocliv1.PositionalArgDescriptor{{ProtoField: "network"}, {ProtoField: "node"}}
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: "mesh.rewards.v1.Query",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Earnings", Use: "earnings [network] [node]", Short: "Show what a node can withdraw", PositionalArgs: node},
				{RpcMethod: "ExplainReward", Use: "explain-reward [network] [node]", Short: "Explain epoch by epoch what a node was paid", PositionalArgs: node},
				{
					RpcMethod: "Emission", Use: "emission [network] [epoch]", Short: "Show what an epoch may emit",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "network"}, {ProtoField: "epoch"}},
				},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "mesh.rewards.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Withdraw", Use: "withdraw [network] [node]", Short: "Pay a node's owner what it has earned", PositionalArgs: node},
			},
		},
	}
}
