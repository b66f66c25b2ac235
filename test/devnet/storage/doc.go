// Package storage is a storage network on a chain of test/devnet, as far as the chain can see it: clients that
// put bytes into deals, nodes that hold them in memory, claim and prove, and books that say where every unit
// of the network's token must be.
//
// A test makes a Network with New, adds nodes with Join, clients with NewClient and those who pay by use with
// NewPayer, and goes on by Next. An Actor sends its transactions before each block. Holder is the actor an
// honest node is; an adversary is another one, most often around a Holder whose methods it calls in other ways.
// After every block the Network holds supply, module accounts, deals, channels and emission against its own
// books, which it keeps from the events.
//
// Limitations: bytes travel by method calls, not over an overlay. Coding is not modelled: whoever rebuilds an
// index gets its pieces if k other nodes still have theirs.
package storage
