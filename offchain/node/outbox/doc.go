// Package outbox keeps in the journal what a node must bring to the chain, and brings it there: posts, oldest first and
// each until it is in a block, refused for good or too late, and what claims were made of, which their proofs show again. Beside that it
// keeps the attestations and answers that a node has got.
//
// # Limitations
//
// A node that dies between the block and writing that down sends a post again; the chain refuses the second one, and
// that refusal ends it.
package outbox
