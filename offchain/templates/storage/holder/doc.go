// Package holder is the serving end of the protocol for pieces: it lets clients store what a deal pays for, makes and
// signs new versions of a deal's layout, serves pieces and lists to whoever asks, proves what the chain draws, and
// forgets what nobody owes any more. The protocol is in docs/protocol/storage.md, section Streams.
//
// Pieces lie in a store (offchain/piece, behind the interface Pieces). Layout lists lie in a directory of this package,
// one file a version:
//
//	<deal>/<index>-<version>-<root>        the list, and its SHA-256
//	<deal>/<index>-<version>-<root>.part   a list that is being written
//
// The names say what a holder has signed, so there is nothing else to keep. The directory of a deal is made before its
// first piece is stored and removed after its last reference is dropped: it is how pieces that are in no list are found
// again. A list is written only when all its pieces are durable, and an ack is signed only when the list is. Nothing
// that was signed is forgotten before the chain shows that it cannot be claimed any more: a client may have several
// versions acknowledged and then commit any of them.
//
// # Trust model
//
// The other side of a stream is an enemy who is known by the key of its host. To store it needs the deal's client to
// have signed for that key, this holder, an index and about this height. What a client can make the holder keep is
// bounded: the version the chain has, once more the deal's space in pieces that no acknowledged version needs, and
// MaxWaiting lists of bounded length, or two more: what is on chain once more, and the blank one. Anybody may read: pieces
// are sealed, and layouts public. What is served comes from the disk as it is, and the reader verifies it. The view of the
// chain is trusted, but may be late: it is never taken backwards, and what it does not mention yet is not dropped. The
// directory and the store of pieces are trusted to hold what was synced; a list that changed is found when it is used.
//
// # Limitations
//
// A holder has one index of a deal at a time. While a version is made, other stores of the same deal wait. Lists are
// handled in memory, up to wire.MaxList bytes each, MaxMaking at a time. Frames are bounded by the stream's deadlines and
// Config.Patience, a stream as a whole only by its context. The directory must not be used by two processes: whoever
// opens the store of pieces, which is locked, has it.
package holder
