// Package repair makes an index of a deal anew out of what the fellow holders have: it reads the layout list that is on
// chain, takes the pieces that are missing here from k others, segment by segment, computes the piece of the index,
// checks its root and stores it. Who lost an index that nobody else holds yet is asked, too: it may only have been away.
// No client and no key is needed. What is there already is not fetched again, so that a repair that was interrupted goes
// on where it ended.
//
// # Trust model
//
// Fellow holders are enemies: lists are checked against the root on chain, pieces against the roots in the list, and the
// piece that comes out against its own. A fellow that gives something else is not asked again in this repair.
//
// # Limitations
//
// A repair reads k pieces for one. Pieces of a segment are in memory as a whole, n/k of 8 MiB, for Config.InFlight
// segments at a time.
package repair
