// Package types holds what x/network says on the wire and the pure rules about it: what a
// name, a network id, a token and a set of terms must look like. It imports no other module's
// types and nothing of the SDK's server side, so that the sidecar can link it and refuse bad
// input before a transaction is made. The rules bind only where the keeper calls them.
package types
