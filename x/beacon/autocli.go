package beacon

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
)

// AutoCLIOptions tells the SDK which commands of meshd to make of the module's services.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: "mesh.beacon.v1.Query",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the rules of the beacon"},
				{RpcMethod: "Status", Use: "status", Short: "Show the latest round and how far it can be trusted"},
				{
					RpcMethod: "Round", Use: "round [height]", Short: "Show what the beacon knew at a height",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "height"}},
				},
				{
					RpcMethod: "Revealer", Use: "revealer [validator]", Short: "Show one validator's part in the beacon",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "validator"}},
				},
				{RpcMethod: "Revealers", Use: "revealers", Short: "List the validators that registered a tip"},
				{
					RpcMethod: "Seed", Use: "seed [close] [delay] [m-max]", Short: "Show the seed of a draw",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "close"}, {ProtoField: "delay"}, {ProtoField: "m_max"}},
				},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "mesh.beacon.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					// The validator is the signer, so it is filled in from --from.
					RpcMethod: "Register", Use: "register [tip] [length]",
					Short:          "Commit a validator to the hash chain that 'meshd beacon init' made (tip in base64)",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "tip"}, {ProtoField: "length"}},
				},
				{RpcMethod: "Reveal", Skip: true},
				{RpcMethod: "UpdateParams", Skip: true},
			},
		},
	}
}
