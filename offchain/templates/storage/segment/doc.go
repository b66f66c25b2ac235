// Package segment turns the bytes of a segment into pieces and back: it seals them under the object's key, codes them so
// that any k of n pieces restore them, and hashes every piece to its root. The format is in docs/protocol/storage.md; the
// record of what became of an object is package record's.
//
// A Coder works for one profile and is safe for concurrent use. It starts no goroutines: who wants several cores works on
// several segments at once. Seal and Encode go over a segment once, stripe by stripe, while the stripe is in the cache:
// blocks are sealed straight into the data pieces, the parity is made from them, and all n are hashed. Buffers come from
// a pool of the coder, and Pieces.Release gives them back. Open and Rebuild work on whole pieces or on a Span of them, so
// that a reader fetches what it needs and a repair streams.
//
// # Trust model
//
// Pieces come from holders that may lie. Whoever fetches them checks them against their roots as they arrive; what slips
// through does not open: every block is sealed by AES-256-GCM, its place in the segment is in the nonce and the number
// of the segment in the key, so that nothing can be changed, moved or taken from another segment or object. Rebuild and
// Decode work on bytes without a seal, so that their result must be checked against a root or a hash. Only who has the
// object key can make pieces that disagree with each other and yet open; the hash of the object in its manifest tells.
//
// A key seals one object once: to seal other bytes under the key of a segment breaks the cipher, and a changed object
// therefore gets a new key. Keys are not shown by fmt, log/slog and encoding/json.
//
// # Limitations
//
// A segment and its pieces are in memory as a whole, 16 to 25 MiB for a full one, and the pool keeps the buffers of as
// many as were in use at once until the collector takes them. The coding library allocates some 900 bytes a stripe. The
// zeros that fill the last stripe are not verified when a segment is opened; nothing is read from them. The matrix for
// missing pieces is inverted in every call, which a span of 64 KiB of wide pays with a third of its speed. Hashing the n
// pieces takes most of the time of Seal, for wide the coding does.
package segment
