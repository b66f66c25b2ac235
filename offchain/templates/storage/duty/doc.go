// Package duty does for a node that holds storage what it owes the chain: it answers requests for blocks, claims what
// each epoch was worth, proves claims, acknowledges layouts, has rebuilt what is missing, takes vacant indices, and says
// when its own index or a fellow's is lost.
//
// It acts once a block, on what the chain says then: the chain's state is the truth, and what was not done in one round
// is due again in the next. Nothing is remembered that a restart must not lose. What must reach the chain goes into an
// outbox that survives a crash, under a key that names it and a span of some blocks: what has had no effect by the end
// of the span, whatever the chain said to it, is posted again. Only what a claim was made of has to be written down
// besides, before the claim.
//
// An index of which something is missing is rebuilt from its fellows, also inside the windows of claims and proofs. Only
// in the second half of a claim window, and after several rebuilds in vain, is it reported as lost, since from that claim
// on it would put all the others at risk. What counts as missing is what the shelf says; that a proof could not be made
// is no loss by itself.
//
// # Trust model
//
// The chain's answers are believed, though they may be some blocks old and of different blocks: a claim is posted only
// when what it adds up to is what the chain says is owed. What fellow holders say is not believed: rebuilt pieces must
// have the roots of the layout that is on chain, which is the Rebuilder's matter. Fellows and strangers can make work, of
// a bounded amount in each round.
//
// # Limitations
//
// The bytes of a stint that has ended may be gone when a proof draws them. A client that commits a layout with
// every block can spoil the proofs of its holders, who would have to stop acknowledging. A node looks after at most
// MaxWatched deals an epoch besides its own duties, in turn.
package duty
