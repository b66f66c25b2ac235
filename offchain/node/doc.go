// Package node puts the parts of a running node together: the door to the chain, the overlay, the journal and
// the pieces, and the workload of its network on top. It is the only place where these meet; each of them
// knows only the small interfaces it asks for. New takes what a node needs, Run works until its context ends,
// Close gives everything back. Dial does the same for a client that carries nothing itself.
//
// # Trust model
//
// What the endpoint of the chain says is believed; several endpoints are tried in turn, none is checked
// against another. Peers that call themselves nodes must be registered under the peer id they come with.
package node
