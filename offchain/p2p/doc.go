// Package p2p connects a node to the others of its network: a libp2p host, the greeting that checks chain and network,
// keep-alive, discovery by bootstrap nodes, peer exchange, a private DHT and what was learnt before, request and bulk
// streams with limits, and gossip. It moves frames and envelopes and understands none: what they mean, and who may stay,
// is told from outside, through Deps and handlers. The protocols are written down in docs/protocol/overlay.md.
//
// An Overlay is made by New, which takes the identity and the sockets but lets nobody in; it works while Run runs and is
// freed by Close. Handlers are registered before Run.
//
// # Trust model
//
// The transport proves that a peer holds the key of its id, nothing more. Whether the peer may stay is decided after
// hello, by Deps.Welcome; before that only hello and ping are served, and its gossip is dropped. Everything a peer can
// make us do is bounded: frames in size and time, streams in number at once and in a row, by peer and in all, and memory
// by libp2p's resource manager. Peer records are believed if their peer has signed them lately, and only as hints where
// to dial. Whoever sends what no honest node sends loses credit and is banned for a while once it is used up.
//
// # Limitations
//
// Peer ids cost nothing, so bans and limits by peer slow an attacker down but do not stop one who uses many. Choice of
// peers does not yet resist an eclipse, answers of the DHT may make us knock at addresses of our own network, connections through NAT are not yet helped, and libp2p's gossip scores are not
// yet used. A bootstrap address without a peer id is answered by whoever is there; the greeting shows the chain it
// claims, not who it is. Gossip is best effort: messages that arrive in the moment between connection and hello are
// dropped. Bulk streams share the connection with everything else.
package p2p
