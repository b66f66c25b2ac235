// Package remote is the asking end of the protocol for pieces: it stores pieces and layouts with holders and reads them
// back, for clients and for those who rebuild. The protocol is in docs/protocol/storage.md, section Streams.
//
// A Holder is one stream to one holder. Its calls may be made by several goroutines at once: up to wire.MaxInFlight are
// under way, written one after another and answered in that order. A Reader keeps a stream to each holder that it is
// asked to read from, and opens another when one has ended.
//
// The context of a call holds until its answer is there. When it ends the stream is reset at once, and what else is under
// way on it fails with ErrEnded; a Reader then asks again by itself.
//
// Where reading costs something, a Reader pays each holder by vouchers of a Purse before it asks: the voucher and what it pays for
// go out together, so that nobody waits for the payment.
//
// # Trust model
//
// A holder is an enemy. Bytes of a piece count only if the list of CVs folds to the root that was asked for and each group
// has its CV; they may be in the caller's memory before that, but no call succeeds with any that do not verify. A list
// counts if its layout has the root and the bytes that the chain says; its labels are hints. The signature of an ack is
// verified against the layout that the caller has computed. A holder that sends anything else, or frames that do not
// belong to the answer, is named in a *HolderError, and its stream ends. No frame is waited for longer than
// Config.Patience. What a holder can take without giving is what a Purse pays ahead.
//
// # Limitations
//
// A holder that takes nearly Config.Patience for each frame stays within the rules: to be faster, ask another one and
// let the context end. Lists are handled in memory as a whole.
package remote
