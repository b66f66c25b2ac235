// Package piece keeps content-addressed pieces on disk: it puts, gets and proves them within a quota and clears away
// what nobody refers to. A piece is addressed by its BLAKE3-256 root; beside its bytes lies the flat list of the chaining
// values of its 16 KiB groups, from which package proof makes openings. A deal refers to a piece by Put or Link until it
// says Drop; a piece that several deals share lives until the last reference goes. The format of the files is in
// docs/protocol/pieces.md.
//
// A store is a directory of append-only volumes and an index (pebble) that says where each piece lies. Put reserves quota
// and room, a Writer hashes groups as they arrive, and Commit returns when the bytes and then the index are durable;
// callers that arrive meanwhile share the syncs. Volumes are written and bulk is read around the page cache where the
// file system takes O_DIRECT, which is found out once, by Open. Run scrubs and compacts at bounded rates; the store has
// no other goroutines of its own, but pebble has some.
//
// # Trust model
//
// Payloads may come from an enemy: nothing is visible before its root was checked, and a secret number in every record
// keeps a payload from passing for a record when the index is made anew. The disk may lose, tear or reorder what was not
// synced, and may change what was: what ReadGroup and Prove return was verified, ReadAt returns bytes as they are and
// Verify checks them. What does not verify goes into quarantine, is reported, and is not served again. A failed sync may
// have dropped what it was asked to keep, so that the store then refuses every write until it is opened anew. Whoever can
// write to the directory is trusted.
//
// # Limitations
//
// An index that is made anew from the volumes gives each piece one of the deals that referred to it, and brings back
// what was dropped and not yet compacted away: the caller must Link and Drop what it knows better. Files may take up to
// twice the room of the pieces in them, or nine eighths above the quota, plus one volume, until Run has compacted them; a
// compaction needs room for the copies of what it moves. A write error of the index's own log (pebble) ends the process; so
// that a full disk is not the reason, nothing is written, and nothing dropped, when less than 8 MiB are free. Padding and
// trailers are not verified, as nothing depends on them while there is an index. The list of a piece is read and folded by every Get and Prove: 127 hashes for 2 MiB, some
// 65,000 for the longest piece. Close waits for a single sync, but not for readers, which may outlive it. The directory
// must be on a local file system of a Unix that keeps the order in which names are made, as those with a journal do: the
// index counts on it. O_DIRECT, fallocate and write-back by range are used on Linux only.
package piece
