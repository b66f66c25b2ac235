// Package attest has a node watched by others and watches those it was drawn to watch. In each slot of an epoch some nodes are drawn
// to see whether a node is there (x/tasks says who). The node summons its watchers; a watcher probes it at a height of its own
// choice within the slot; the node signs that it was asked, and the watcher, once it has that answer, that it was answered. The node
// keeps the attestations, which prove its uptime, and the watcher the answers, which prove its duties.
//
// Summons spare a watcher the draws of all nodes of the network: it asks the chain about those alone that summon it, and believes
// what the chain says. Who is not summoned watches nobody, which costs only the node that did not summon. A watcher that did not probe in
// its last slot is called again with the next, for it may have been started anew.
//
// With each block what is due is begun anew, for as long as it is of use: what fails is tried again until the slot is over, and an
// attestation is handed over until the next epoch is. A seed that comes late leaves less time; what a slot needs can then still be
// done until as long after the seed as a slot is.
//
// # Trust model
//
// The chain's answers are believed. The transport says which peer asks, the chain which node that peer is. A peer can make a node ask
// the chain about it once an epoch, or once a block while the watchers are not known, and sign for slots in which it was drawn;
// attestations are checked before they are kept. Two
// friends can attest each other whatever they like: what bounds that is the draw.
//
// # Limitations
//
// That a node answered says that its host was reachable for one watcher at one moment, not that it works. A node that is watched
// by more than it can answer at once refuses, and is probed again with the next block.
package attest
