package tasks

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
)

// AutoCLIOptions tells the SDK which commands of meshd to make of the module's services.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: "mesh.tasks.v1.Query",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				rpc("Deal", "deal [id]", "Show a deal and who holds its indices", "deal"),
				rpc("Deals", "deals", "List all deals"),
				rpc("DealsByClient", "deals-by-client [address]", "List the deals of a client", "client"),
				rpc("DealsByNode", "deals-by-node [network] [node]", "List the indices a node is responsible for", "network", "node"),
				rpc("Claim", "claim [network] [node] [epoch]", "Show a claim", "network", "node", "epoch"),
				rpc("Owed", "owed [network] [node] [epoch]", "Show what all deals owe a node for an epoch", "network", "node", "epoch"),
				rpc("Window", "window [network] [epoch]", "Show when claims and proofs of an epoch are taken", "network", "epoch"),
				rpc("Watch", "watch [network] [node] [epoch]", "Show who watches a node in the slots of an epoch", "network", "node", "epoch"),
				rpc("Deadlines", "deadlines [network] [node]", "List the duties of a node that are not done yet", "network", "node"),
				rpc("ExplainClaim", "explain-claim [network] [node] [epoch]", "Explain what a claim is made of and what became of it", "network", "node", "epoch"),
				rpc("EndedStints", "ended-stints [network] [node]", "List the stints of a node that have ended and are still kept", "network", "node"),
				rpc("VacantIndices", "vacant-indices [network]", "List the indices that wait for a node to take them", "network"),
				rpc("OpenRequests", "open-requests [network] [node]", "List the requests a node has not answered", "network", "node"),
				rpc("Channel", "channel [id]", "Show a channel", "channel"),
				rpc("ChannelsByClient", "channels-by-client [address]", "List the channels of a client", "client"),
				rpc("Task", "task [id]", "Show a posted task", "task"),
				rpc("TasksByClient", "tasks-by-client [address]", "List the posted tasks of a client", "client"),
				rpc("TasksByNode", "tasks-by-node [network] [node]", "List the posted tasks a node has something at stake for", "network", "node"),
				rpc("Slashes", "slashes [network]", "List what is held of the bonds of nodes for offences", "network"),
				rpc("ChannelsByNode", "channels-by-node [network] [node]", "List the channels that pay a node, soonest end first", "network", "node"),
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "mesh.tasks.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				rpc("OpenDeal", "open-deal [network] [space] [epochs] [max-rate]", "Buy space", "network", "space", "epochs", "max_rate"),
				rpc("DrawDeal", "draw-deal [deal]", "Assign the indices whose draw is due", "deal"),
				rpc("ExtendDeal", "extend-deal [deal] [epochs]", "Buy more epochs", "deal", "epochs"),
				rpc("CancelDeal", "cancel-deal [deal]", "End a deal with the epoch that is open", "deal"),
				rpc("SettleDeal", "settle-deal [deal]", "Give back what a deal that is over has not cost", "deal"),
				rpc("DeclareLoss", "declare-loss [deal] [index]", "Say that an index is lost", "deal", "index"),
				rpc("RequestOpen", "request-open [deal] [index] [position]", "Ask a holder to show a block", "deal", "index", "position"),
				rpc("OpenChannel", "open-channel [network] [node] [key] [deposit] [expires]", "Set money aside for a node", "network", "node", "key", "deposit", "expires"),
				rpc("TopUpChannel", "top-up-channel [channel] [amount]", "Put more money into a channel", "channel", "amount"),
				rpc("PostTask", "post-task [network] [fee] [replicas] [work-blocks]", "Post a task", "network", "fee", "replicas", "work_blocks"),
				revealResult(),
				rpc("DrawTask", "draw-task [task]", "Draw the nodes a posted task waits for", "task"),
				rpc("MoveTask", "move-task [task]", "End a status of a posted task whose time is over", "task"),
				rpc("DisputeTask", "dispute-task [task]", "Ask a jury what a posted task comes to", "task"),
				rpc("CloseChannel", "close-channel [channel]", "Close a channel after the notice its node is given, or one that has expired", "channel"),
			},
		},
	}
}

// revealResult describes the command whose field would be taken for the flag of every command.
func revealResult() *autocliv1.RpcCommandOptions {
	o := rpc("RevealResult", "reveal-result [network] [task] [result] [salt]", "Show the result that was committed to", "network", "task", "result", "salt")
	o.FlagOptions = map[string]*autocliv1.FlagOptions{"output": {Name: "result-output", Usage: "bytes whose hash the result is"}}
	return o
}

// rpc describes one command; fields are its positional arguments.
func rpc(method, use, short string, fields ...string) *autocliv1.RpcCommandOptions {
	o := &autocliv1.RpcCommandOptions{RpcMethod: method, Use: use, Short: short}
	for _, f := range fields {
		o.PositionalArgs = append(o.PositionalArgs, &autocliv1.PositionalArgDescriptor{ProtoField: f})
	}
	return o
}
