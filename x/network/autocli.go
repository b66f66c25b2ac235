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
				rpc("Node", "node [network] [node]", "Show a node", "network", "node"),
				rpc("NodeByOperator", "node-by-operator [network] [operator]", "Show the node an operator runs", "network", "operator"),
				rpc("NodeByPeer", "node-by-peer [network] [peer-id]", "Show the node behind a libp2p host", "network", "peer_id"),
				rpc("Nodes", "nodes [network]", "List the nodes of a network", "network"),
				rpc("Bonds", "bonds [network] [node]", "List the bonds of a node", "network", "node"),
				rpc("Bootstraps", "bootstraps [network]", "List where peers may enter a network", "network"),
				rpc("Epoch", "epoch [network] [number]", "Show an epoch of a network; 0 is the latest", "network", "number"),
				rpc("ActiveSet", "active-set [network]", "Show who counts in draws", "network"),
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
				{
					RpcMethod: "UpdateNetwork", Use: "update-network [network]",
					Short:          "Announce other figures for a network's terms, each by at most a quarter; --changes is repeated",
					Example:        `meshd tx network update-network net_1a2b3c4d --changes '{"name":"storage.price","value":"1200000"}' --from founder`,
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "network"}},
				},
				{
					RpcMethod: "SunsetNetwork", Use: "sunset [network]",
					Short:          "End a network without open obligations for good and get its deposit back",
					Example:        "meshd tx network sunset net_1a2b3c4d --from founder",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "network"}},
				},
				rpc("UpdateNode", "update-node [network] [node]", "Change a node's offer or operator", "network", "node"),
				rpc("Bond", "bond [network] [node] [amount]", "Put up money for a node, in base units", "network", "node", "amount"),
				rpc("Unbond", "unbond [network] [node] [amount]", "Take money out of a node, in base units", "network", "node", "amount"),
				rpc("Leave", "leave [network] [node]", "Take a node out for good", "network", "node"),
				rpc("Resume", "resume [network] [node]", "Bring a suspended node back", "network", "node"),
				rpc("Prune", "prune [network] [node]", "Suspend a node that did none of its duties", "network", "node"),
				{RpcMethod: "UpdateParams", Skip: true},
			},
		},
	}
}

// rpc describes one command; fields are its positional arguments. A field named node must be one:
// the SDK's own flag has that name.
func rpc(method, use, short string, fields ...string) *autocliv1.RpcCommandOptions {
	o := &autocliv1.RpcCommandOptions{RpcMethod: method, Use: use, Short: short}
	for _, f := range fields {
		o.PositionalArgs = append(o.PositionalArgs, &autocliv1.PositionalArgDescriptor{ProtoField: f})
	}
	return o
}
