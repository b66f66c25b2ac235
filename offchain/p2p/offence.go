package p2p

import (
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

// offence is how much of a peer's credit a wrong costs.
type offence int

const (
	offenceMalformed   offence = 10 // bytes that no honest node sends
	offenceTooLarge    offence = 10 // a frame beyond the limit of its protocol
	offenceTooOften    offence = 1  // a request over the rate: honest nodes run into it now and then
	offenceBadRecord   offence = 10 // a peer record that does not hold
	offenceUnsolicited offence = 20 // peers that nobody asked for
	offenceGossip      offence = 10 // an invalid message passed on
)

// A peer's credit holds so much, one comes back every so often, and who has used it up is banned for a while.
const (
	creditSize  = 100
	creditEvery = 6 * time.Second
	banTime     = 10 * time.Minute
)

// punish charges a peer for a wrong, and bans and disconnects it once its credit is used up. Scores are local: nobody
// else is told.
func (o *Overlay) punish(id peer.ID, wrong offence, what string) {
	if id == o.ID() || o.credit.take(id, int(wrong)) {
		return
	}
	o.log.Info("peer banned", "peer", id, "last", what, "for", banTime)
	o.gate.ban(id, banTime)
	o.events.emit(Event{Kind: PeerRefused, Peer: id, Reason: "banned: " + what, At: o.clock.Now()})
	_ = o.host.Network().ClosePeer(id) // it is gone, one way or the other
}
