// Package devnet runs a whole chain in one process and without sockets: N instances of the app,
// one for each validator, each with its own database, home and secrets of the beacon, and a model
// of CometBFT that elects proposers, lets every node judge each proposal, and commits what two
// thirds of the power accept. After every block it demands of all nodes the same app hash, the
// same results, gas, data and events.
//
// A test makes a chain with New, signs with an Account, and goes on by Chain.Next. An adversary is
// a hook on a Node: Propose replaces what it proposes, Offline lets it neither propose nor vote,
// HideSecret takes its reveals; Chain.Decide forces a block through as two thirds of the power could.
// Chain.Join adds a node that comes late and replays every block,
// Node.Restart loads a node from its database again, Chain.Export begins a new chain from the
// state of an old one, Chain.NewHeir an app that follows the old one's blocks, Chain.NewReplica one on disk that executes them from
// the genesis or a snapshot. With Config.Together one node
// stands for all validators.
//
// Package storage beneath this one puts a storage network on a chain, package test/adversary those who cheat
// in it.
//
// Everything is derived from names and heights, so two chains of the same Config that get the same
// transactions have the same hashes.
//
// Limitations: votes carry no signatures, blocks no header, so evidence and light clients are out
// of its reach; CometBFT's gossip, timeouts and its part of state sync belong to tests of built binaries.
package devnet
