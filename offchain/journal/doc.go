// Package journal is the crash-safe log of a node: receipts it has signed or been given, and results that
// wait to be posted on chain. What Append, Put, Retry and Done acknowledge is on disk; results survive a
// crash, are handed out oldest first with back-off and are finished once per key. The package knows nothing
// of what the bytes mean. The format of the files is in docs/protocol/journal.md.
//
// A journal is a directory of segment files that hold numbered records. Callers that arrive while the disk
// is busy share the next fdatasync; a lone caller never waits for company. There is no goroutine while
// nothing is being written. Intents, the results waiting to be posted, are kept in memory and rebuilt by
// replaying the records in order when the journal is opened.
//
// # Trust model
//
// The disk may lose, tear or reorder everything that was not synced, but keeps what was, also in a sector that
// is being written again with the same bytes in front. A failed sync may have dropped what it was asked to
// keep: the journal then refuses every further write with the first error, and the next Open writes the last
// batch again before it believes in it. Damage to what was synced is found by checksum and
// order and reported with file and offset, never skipped. Payloads may come from an enemy: the checksum is
// keyed by a secret number per journal, so that no payload can pass for a record. Whoever can write to the
// directory is trusted.
//
// # Limitations
//
// Damage to the very last batch, or the cutting off of whole last batches, looks like a torn tail: it is cut
// away and counted in Stats.TornBytes. A poster that dies between posting a result and calling Done will be
// given the result again: whoever receives the post must know the key. AppendBatch is not atomic: a crash
// before its acknowledgement may keep its first records. Compact may need SegmentBytes of disk beyond MaxBytes
// while it runs. A disk that is full before MaxBytes is reached fails the journal like any other write error.
// The directory must be on a local file system of a Unix (flock, rename and directory sync).
package journal
