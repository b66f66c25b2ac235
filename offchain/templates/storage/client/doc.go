// Package client stores objects in deals and gets them back: put, get, ranges, list, remove and share, as a library. It
// owns what only the client knows, the keys and manifests of its objects, in a database (objects.db). What it needs of the
// chain and of holders are the interfaces Chain and Holders; Remote is Holders over streams.
//
// A put seals and codes segment by segment and sends piece i of each to the holder of index i, all holders at once. Holders
// that are down, slow or refuse are left behind as long as enough others are there for the layout to be current. Then the
// manifest goes the same way, every holder acknowledges the new layout, and one transaction commits it. A get asks for k
// pieces of each segment where it expects them soonest, asks further holders for what is late, and writes the object in its
// order, a bounded number of segments ahead, fewer where the way is slow. Puts and removals take turns; gets run beside them.
//
// A put goes into a deal that is there as long as that has the room, and the space that was asked for. Whether its holders have the
// room as well turns out when they refuse pieces. If the reason can be versions that this client had signed and never committed, the
// deal is committed once more, after which holders drop them; if not, or if that did not help, and only if space was asked for, the
// put goes on into another deal.
//
// The nodes of a new deal have two epochs for their first acknowledgement, which a large put would not keep: it commits a
// segment of one byte first, and drops it with its own commit.
//
// # Crashes
//
// What is not committed does not exist. Before the transaction is sent, the objects in it are written down as pending, with
// the layout it would make; once the chain has answered, as stored. If the answer is lost, Resolve asks the chain which of the
// two it is, and so does the next Put or Remove. An opening of a deal whose answer was lost leaves no object behind; it is found
// again by the height it was sent at, and the deal is used. Before holders are asked to sign a version, its number is written down, so
// that it is known that they may keep it. Commits and openings carry the height of the last block they may be in, Config.TxBlocks
// from the moment they are sent, so that a block later it is known; the time of the device plays no part in it.
//
// # Trust model
//
// Holders are enemies: pieces and lists are verified against roots that come from the chain, manifests against the cid,
// blocks against the object's key, and the whole object against the hash in its manifest. Acks are verified before they are
// sent to the chain. The chain is trusted, as is whoever can read the database: it has the keys. A holder sees which pieces
// are read, and sizes; whoever has a shared URI can read the object and nothing else of the deal.
//
// # Limitations
//
// Who loses the database loses the objects; there is no export. A client uses only deals that it has opened itself; if two
// work on copies of one database, the later commit is made anew on top of the earlier one, a few times. A put that fails leaves
// its pieces with the holders until those forget them, and counted in the room of the deal until then. A holder whose index has
// not acknowledged the deal's latest layout gets no new pieces; it has to catch up by itself. The last object that is removed
// from a deal leaves a segment of one byte behind, as the chain takes no empty layout. The list of a deal is read anew by every
// put, get and removal. A shared object is not found if all holders that answer hide the label of its manifest. Names need not
// be unique: the object stored last is meant. A database must be on a local file system of a Unix.
package client
