// Package rotation renews the hash chain of this node's validator before it is used up: it makes a
// new secret and registers its tip with the validator's key, if that key is at hand. It runs beside
// the state machine, sees it only as any client does, and can neither stop nor slow a block.
//
// # Trust model
//
// It believes its own node, and signs one kind of message: MsgRegister of the validator whose
// consensus key the node has. The key comes from a keyring that asks for no passphrase; with any
// other keyring it says in the log what to run by hand.
//
// # Limitations
//
// It begins with the first registration, not before: a validator that never registered stays its
// operator's business. The secret of a registration that never came about stays on disk.
package rotation
