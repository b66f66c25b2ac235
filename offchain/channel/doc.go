// Package channel is both ends of a payment channel off chain: a Purse promises, a Till takes. What is paid for is a
// template's matter; this package knows prices by the byte.
//
// A client has set money aside on chain for one node, in a channel whose key is that of the client's libp2p host. It pays
// by vouchers: each says how much was promised in all, so that the latest one is all a node has to keep and to bring to the
// chain. The client pays before it is served, a step at a time: what it can lose to a node that takes the money and does
// nothing is one step and what is under way. The other way round nodes would lose to clients, and those cost nothing to
// make.
//
// A purse keeps nothing on disk. It asks the till where the channel stands, which shows the client's own latest voucher;
// a till that hides one only hurts itself, since another with a smaller amount takes its place. A till answers only when
// a voucher is durable.
//
// # Trust model
//
// A payer is an enemy who is known by the key of its host: a voucher counts if the channel of the chain pays this node, has
// that key and that much money, is open for long enough to be redeemed, and the signature holds. What nobody signed for is
// not served. The till's side is an enemy to the purse: it can take the step that was paid, and claim that what was promised
// is used up.
//
// # Limitations
//
// What was paid and not used when a node ends is taken as used when it starts again: at most a step for each channel. A price
// that changes is met with the one that either side knows; the payer then pays again, once.
package channel
