// Package chain is the one door from the sidecar to the chain: it asks queries, keeps the keys, signs and
// submits transactions and waits until they are in a block. It is the only off-chain package that knows the
// Cosmos SDK, and it keeps to the light part of it: standard messages come from cosmossdk.io/api, a
// transaction is three Marshals and one signature. Its border is plain values and the types of x/network
// under names of this package, so that nobody else has to import either.
//
// # Trust model
//
// A node that answers queries is believed about state; it cannot make anybody sign for another chain, since
// the chain id that is signed comes from the configuration and every endpoint is asked for its own before it
// is used. Keys never leave the keyring but by Export. A node may drop a transaction or hide that it was
// included; it can never have it executed twice, and the client never signs a second version of a
// transaction whose first version may still be under way.
//
// # Limitations
//
// Answers are not verified by light client proofs. Waiting for inclusion needs a node that indexes
// transactions. Ledger devices and multisig accounts sign with meshd. The keyring of the SDK asks for its
// passphrase on the process's own terminal.
package chain
