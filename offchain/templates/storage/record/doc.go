// Package record is what is written down about objects: the Manifest, which says in secret what an object is called and
// what it is made of, the List, which says in public what lies in a deal, and the URI, by which people hand an object to
// each other. The formats are in docs/protocol/storage.md; how segments become pieces is package segment's.
//
// A List is immutable and gives a layout tree its leaves. Apply makes the next version of it out of what is kept and what
// is added; Kept says what a set of dropped segments leaves. All of it is linear in the number of segments: to look up
// many of them, make an Index once.
//
// # Trust model
//
// A list comes from a holder and counts when its root is the chain's. Labels are not under the root: what is found by one
// must have the hash that was looked for, which OpenManifest checks. Decoders look at lengths before they allocate and
// take one encoding of everything. A manifest that opens was made by who had the key, who may still have lied: names can
// be anything that is UTF-8, also a path or what moves a terminal's cursor, and the hash of the object is only as good as
// who gave the URI.
//
// A Share and a Link hold the object key. Nothing else prints it.
//
// # Limitations
//
// An object cannot get another name or time without getting another key, and so without being stored again: a key seals
// one manifest.
// A list is in memory as a whole, 32 n + 40 bytes a segment, and so is a manifest, 32 bytes a segment of the object. A
// list that was made by Apply keeps the memory of those that it was made from.
package record
