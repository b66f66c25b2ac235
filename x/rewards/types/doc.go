// Package types holds what x/rewards says on the wire and the pure rules about it: what an epoch
// may emit, and how much emission follows what was burnt.
//
// Trust model: emission follows a burn and nothing else, at most κ ≤ 0.8 of it, so that whoever
// pays himself loses. What nobody earned is never minted: it stays under the cap.
package types
