package p2p

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// askAgain is how long a neighbour is left alone after a request for peers: a bit longer than its limit.
const askAgain = 65 * time.Second

// exchangeState remembers which neighbour was asked for peers when. Only the loop that asks uses it, except for wake.
type exchangeState struct {
	woken chan struct{}
	asked map[peer.ID]time.Time
}

func newExchange() *exchangeState {
	return &exchangeState{woken: make(chan struct{}, 1), asked: make(map[peer.ID]time.Time)}
}

// wake tells the loop that there is a new neighbour.
func (x *exchangeState) wake() {
	select {
	case x.woken <- struct{}{}:
	default:
	}
}

// due returns the neighbours to ask now, and forgets those who are gone. While there are too few of them, everyone is
// asked who was not lately; otherwise one, who was not for the longest time.
func (x *exchangeState) due(now time.Time, neighbours []peer.ID, few bool) []peer.ID {
	here := make(map[peer.ID]time.Time, len(neighbours))
	var list []peer.ID
	for _, id := range neighbours {
		at, asked := x.asked[id]
		if asked {
			here[id] = at
		}
		if asked && now.Sub(at) < askAgain {
			continue
		}
		if few || len(list) == 0 {
			list = append(list, id)
		} else if at.Before(x.asked[list[0]]) {
			list[0] = id
		}
	}
	for _, id := range list {
		here[id] = now
	}
	x.asked = here
	return list
}

// exchangePeers asks neighbours for peers until ctx ends: new ones at once while there are too few, else one after
// another.
func (o *Overlay) exchangePeers(ctx context.Context) {
	for {
		fired, stop := o.clock.Timer(o.dice.jitter(o.cfg.Timing.Exchange))
		few := false
		select {
		case <-ctx.Done():
			stop()
			return
		case <-fired:
		case <-o.exchange.woken:
			few = true
		}
		stop()
		neighbours := o.peers.admitted()
		if few && (len(neighbours) >= o.cfg.TargetPeers || o.cfg.Brief && len(o.book.known()) > 0) {
			continue
		}
		for _, id := range o.exchange.due(o.clock.Now(), neighbours, len(neighbours) < o.cfg.TargetPeers) {
			o.loops.Go(func() {
				if err := o.askPeers(ctx, id); err != nil {
					o.log.Debug("no peers from neighbour", "peer", id, "error", err)
				}
			})
		}
	}
}

// askPeers asks one neighbour for peers and notes them.
func (o *Overlay) askPeers(ctx context.Context, id peer.ID) error {
	own, err := o.ownRecord()
	if err != nil {
		return err
	}
	req := &message.RequestPeers{Nonce: o.dice.nonce(message.MaxNonce), Max: message.MaxKnownPeers, PeerRecord: own}
	e, err := message.Seal(message.TypeRequestPeers, req)
	if err != nil {
		return err
	}
	b, err := message.Encode(e)
	if err != nil {
		return err
	}
	answer, err := o.Request(ctx, id, ProtocolPeers, b)
	if err != nil {
		return err
	}
	known, err := openKnownPeers(answer, req.Nonce)
	if err != nil {
		o.punish(id, offenceUnsolicited, "bad answer to a request for peers")
		return err
	}
	var bad error
	for _, sealed := range known.SealedPeerRecords {
		if err := o.hear(id, sealed); err != nil {
			bad = err
		}
	}
	if bad != nil {
		o.punish(id, offenceBadRecord, "bad peer records") // once: it may be a version that we do not know
	}
	o.targets.wake()
	return bad
}

// openKnownPeers decodes the answer to a request for peers: ErrUnsolicited if it answers another.
func openKnownPeers(b, nonce []byte) (*message.KnownPeers, error) {
	var e message.Envelope
	if err := message.Decode(b, &e); err != nil {
		return nil, err
	}
	if e.Type != message.TypeKnownPeers {
		return nil, fmt.Errorf("%w: type %d", ErrUnsolicited, e.Type)
	}
	known := new(message.KnownPeers)
	if err := message.Decode(e.Body, known); err != nil {
		return nil, err
	}
	if !bytes.Equal(known.RequestNonce, nonce) {
		return nil, fmt.Errorf("%w: another nonce", ErrUnsolicited)
	}
	return known, nil
}

// answerPeers answers a request for peers: our own record, and a random choice of those we have met. Peers that nobody
// asked for are not looked at, and cost the sender.
func (o *Overlay) answerPeers(_ context.Context, from peer.ID, b []byte) ([]byte, error) {
	var e message.Envelope
	if err := message.Decode(b, &e); err != nil {
		return nil, err
	}
	switch e.Type {
	case message.TypeRequestPeers:
	case message.TypeKnownPeers:
		o.punish(from, offenceUnsolicited, "unsolicited peers")
		return nil, message.Refuse(message.CodeDeclined, "nobody asked for peers")
	default:
		return nil, message.Refuse(message.CodeUnsupported, "not a request for peers")
	}
	var req message.RequestPeers
	if err := message.Decode(e.Body, &req); err != nil {
		return nil, err
	}
	o.meet(from, req.PeerRecord)
	records, err := o.sample(from, int(req.Max))
	if err != nil {
		return nil, err
	}
	answer, err := message.Seal(message.TypeKnownPeers, &message.KnownPeers{SealedPeerRecords: records, RequestNonce: req.Nonce})
	if err != nil {
		return nil, err
	}
	return message.Encode(answer)
}

// sample returns at most n records to pass on to a peer.
func (o *Overlay) sample(to peer.ID, n int) ([][]byte, error) {
	records := o.book.shareable(to)
	o.dice.shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	own, err := o.ownRecord()
	if err != nil {
		return nil, err
	}
	if own != nil {
		records = append([][]byte{own}, records...)
	}
	return records[:min(n, len(records))], nil
}

// hear notes a record that a neighbour has passed on; one that does not hold is ErrRecord. What a peer says of itself needs no
// fresh date: it has just said it, and its clock or ours may be wrong.
func (o *Overlay) hear(from peer.ID, sealed []byte) error {
	r, err := openRecord(sealed)
	if err != nil {
		return err
	}
	addrs := dialable(r.info.Addrs, o.isNear(from))
	itself := r.info.ID == from
	if r.info.ID == o.ID() || len(addrs) == 0 || !itself && !r.isFresh(o.clock.Now()) || o.gate.isBanned(r.info.ID) {
		return nil
	}
	if itself {
		o.book.meet(r, addrs)
	} else {
		o.book.hear(r, addrs)
	}
	return nil
}

// meet notes the record, if there is one, that an admitted peer gives of itself; that of somebody else is an offence.
func (o *Overlay) meet(from peer.ID, sealed []byte) {
	if len(sealed) == 0 {
		return
	}
	r, err := openRecord(sealed)
	if err != nil || r.info.ID != from {
		o.punish(from, offenceBadRecord, "bad record of itself")
		return
	}
	_ = o.hear(from, sealed) // it holds
}

// isNear reports whether we reach a peer inside a private network.
func (o *Overlay) isNear(id peer.ID) bool {
	for _, c := range o.peers.connections(id) {
		if isLocal(c.RemoteMultiaddr()) {
			return true
		}
	}
	return false
}
