// Package types holds what x/tasks says on the wire and the pure rules about it: what a deal
// costs, how many acknowledgements make a layout current, what a lost index costs its holder.
//
// Trust model: a client trusts that any k of n nodes of distinct owners keep what they prove. A
// holder is paid for an epoch only with a proof at positions nobody knew when it claimed. Owners
// are not persons, and a holder may rebuild a dropped piece inside the proof window from k others.
package types
