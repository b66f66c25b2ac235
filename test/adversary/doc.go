// Package adversary is the catalogue of those who try to be paid for what they do not do, or to get what is
// not theirs, on a real chain: each is an actor of test/devnet/storage where an honest node, client or founder
// would be, paid for deals, posted tasks or being there. Every one has a name and comes to a Figure, whose net must not
// be above nothing.
//
//	go test ./test/devnet -run 'TestAdversary$' -v                              # all of them
//	MESH_ADVERSARY=leaf_swapper go test ./test/devnet -run 'TestAdversary$' -v  # one
//
// print one line of JSON for each on standard output. Amounts are base units of the network's token; gas, which
// is paid in MESH, and what keeping bytes costs off chain are not counted, so that an adversary does better
// here than it could.
//
// Some are known by other names as well: a flow faker, who fakes paid work among his own accounts, is self_dealing_loses_money with deals,
// channel_self_payer_loses_money with channels and steering_client with posted tasks; an overclaimer is inflated_leaf, repeated_leaves or
// inflated_duties; a client that withholds its input is absent_input. Nobody washes merit, as no chain records any yet.
//
// Limitations: randomness is that of one honest validator. Adversaries of the beacon are in test/devnet, those
// of the overlay will be where the overlay is. What watchers gain or lose in expectation only, where seats are
// drawn, is held in x/network/keeper.
package adversary
