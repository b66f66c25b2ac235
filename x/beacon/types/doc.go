// Package types holds what x/beacon says on the wire and the pure rules about it: how a hash
// chain is walked, how a reveal changes the value, how many revealers a seed needs.
//
// Trust model: a seed cannot be known before its window, and whoever holds the last j reveals of
// a window can choose among at most 2^j outcomes by withholding, at the price of a slash and a
// block without a reveal each time. With fewer than four eligible revealers nothing is assured.
package types
