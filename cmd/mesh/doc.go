// Command mesh is what founders, operators and clients of a network type: it creates networks, keeps keys,
// sends tokens, shows how things stand, and runs a whole chain on this machine to try it all. It is a thin
// edge: the chain is behind offchain/chain, the devnet's processes behind offchain/devnet. What a command
// prints with --output json is a stable interface; so are the exit codes in failure.go.
package main
