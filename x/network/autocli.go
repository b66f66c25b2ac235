package network

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
)

// AutoCLIOptions tells the SDK which commands of meshd to make of the module's services.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: "mesh.network.v1.Query",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the rules of the chain for all networks"},
				{
					RpcMethod: "Network", Use: "network [id]", Short: "Show one network by its id",
					Example:        "meshd query network network net_1a2b3c4d",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "id"}},
				},
				{
					RpcMethod: "NetworkByName", Use: "network-by-name [name]", Short: "Show one network by its name",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "name"}},
				},
				{RpcMethod: "Networks", Use: "networks", Short: "List networks in the order of their creation"},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "mesh.network.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod: "CreateNetwork", Use: "create-network [name] [token-name] [token-symbol] [template]",
					Short:   "Create a network with its own token; what no flag names is the chain's default",
					Example: `meshd tx network create-network StorageNet STORE STR storage --distribution '{"uptime_bps":4000,"tasks_bps":4000,"governance_bps":2000}' --from founder`,
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{
						{ProtoField: "name"}, {ProtoField: "token_name"}, {ProtoField: "token_symbol"}, {ProtoField: "template"},
					},
				},
				{RpcMethod: "UpdateParams", Skip: true},
			},
		},
	}
}
