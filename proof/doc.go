// Package proof says what a signed result means. It holds the canonical bytes of the small bodies that nodes and
// clients sign, the Merkle-sum trie of a claim with its multiproof, the draws over it, the layout tree of a deal, the
// BLAKE3 tree of a piece, and the storage proof that joins them. Chain and sidecar share it, so if the two disagree
// about a byte, the fault is here. Everything is a pure function of its arguments: no clock, no floating point, no
// goroutine, no iteration over maps, nothing but the standard library and lukechampine.com/blake3. The encodings are
// written down byte by byte in docs/protocol/proofs.md; a change to any of them breaks state.
//
// # Trust model
//
// Verifiers trust only what they are handed as arguments: the claim's root and total, the seed, and what the chain's
// state says about a deal. A proof is hostile input: its length is limited before anything is allocated, directions
// are derived from keys and positions instead of being read, sums are added with overflow checks, and there is one
// accepted encoding for each value. Whoever lies about a share f of a claim's total passes k independent draws with
// probability (1−f)^k; this holds if the seed was unknown when the root was committed, which is the caller's duty.
//
// # Limitations
//
// A storage proof shows that the prover could produce the drawn chunks after the seed was known, not that it stored
// them before: a holder may fetch or rebuild them inside the proof window. Signatures bind to a chain and a network but
// carry no expiry; the caller decides how long a body counts and whether it was seen before. Keys with a component of
// small order beside the prime-order one are not recognised (see CheckKey).
package proof
