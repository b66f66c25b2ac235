// Package message says what nodes send each other off chain and how it looks on the wire: frames with a length in
// front, envelopes with a type and an id, the greeting, pings and peer lists, refusals, and signatures over envelopes.
// It gives typed handlers by message type and by event name, and decides whether a message is fresh and new. Who moves
// the bytes, and what the bodies of tasks and events mean, is not its business. The layout is written down in
// docs/protocol/overlay.md; the definitions are in proto/mesh/overlay/v1.
//
// # Trust model
//
// Every input is hostile. A frame's length is checked before anything is allocated and memory grows with the bytes that
// have arrived, not with what was announced. A message has at most MaxFields fields, and one accepted encoding: what
// does not encode back to the same bytes is refused. Fields that this version does not know are kept, behind those it
// knows, so that a message can be passed on without breaking its signature. Signatures are bound to a chain and a
// network by proof.Preimage and cover every field but themselves.
//
// # Limitations
//
// An unsigned envelope proves nothing about its author: over a direct stream the transport says who sent it, in gossip
// nobody does. The age of a message is known by chain height only, so a copy counts as fresh for up to twice
// Freshness.MaxSkew blocks; Replay finds copies for as long as it was told to remember, and forgets the oldest sooner
// when it is full. A handler must therefore bear to see a message twice. Two equal bodies of one sender are one message:
// events carry a nonce to tell them apart.
package message
