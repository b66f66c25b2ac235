package p2p

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/record"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// Limits of signed peer records.
const (
	maxRecordAddrs  = 16
	maxRecordAge    = 24 * time.Hour
	maxRecordFuture = 10 * time.Minute // how far a peer's clock may be ahead of ours
)

// sealedRecord is a peer record whose signature holds: where a peer says it is found.
type sealedRecord struct {
	info   peer.AddrInfo
	at     time.Time // when the peer signed it, by its own clock
	sealed []byte
}

// openRecord reads a signed peer record (https://github.com/libp2p/specs/blob/master/RFC/0002-signed-envelopes.md and
// 0003-routing-records.md). It must be the peer's own, by an ed25519 key, in the one encoding libp2p writes. Whether it
// is fresh is another question. Its error wraps ErrRecord.
func openRecord(sealed []byte) (sealedRecord, error) {
	if len(sealed) == 0 || len(sealed) > message.MaxPeerRecord {
		return sealedRecord{}, fmt.Errorf("%w: %d bytes", ErrRecord, len(sealed))
	}
	rec := new(peer.PeerRecord)
	envelope, err := record.ConsumeTypedEnvelope(sealed, rec)
	if err != nil {
		return sealedRecord{}, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	if !isEd25519(rec.PeerID) || !rec.PeerID.MatchesPublicKey(envelope.PublicKey) {
		return sealedRecord{}, fmt.Errorf("%w: not signed by its peer", ErrRecord)
	}
	if len(rec.Addrs) == 0 || len(rec.Addrs) > maxRecordAddrs {
		return sealedRecord{}, fmt.Errorf("%w: %d addresses", ErrRecord, len(rec.Addrs))
	}
	payload, err := rec.MarshalRecord()
	if err != nil || !bytes.Equal(payload, envelope.RawPayload) {
		return sealedRecord{}, fmt.Errorf("%w: payload is not canonical", ErrRecord)
	}
	again, err := envelope.Marshal()
	if err != nil || !bytes.Equal(again, sealed) {
		return sealedRecord{}, fmt.Errorf("%w: envelope is not canonical", ErrRecord)
	}
	return sealedRecord{
		info: peer.AddrInfo{ID: rec.PeerID, Addrs: rec.Addrs}, at: time.Unix(0, int64(min(rec.Seq, 1<<63-1))),
		sealed: bytes.Clone(sealed),
	}, nil
}

// isFresh reports whether the record was signed less than a day ago and not in the future.
func (r sealedRecord) isFresh(now time.Time) bool {
	return now.Sub(r.at) < maxRecordAge && r.at.Sub(now) < maxRecordFuture
}

// sealRecord signs where we are found, as of now. Addresses that do not fit are left out, those of the loopback
// interface first and public ones last. Without any address there is nothing to say and the result is nil.
func sealRecord(key crypto.PrivKey, id peer.ID, addrs []ma.Multiaddr, now time.Time) ([]byte, error) {
	addrs = slices.Clone(addrs)
	slices.SortStableFunc(addrs, func(a, b ma.Multiaddr) int { return reach(a) - reach(b) })
	for n := min(len(addrs), maxRecordAddrs); n > 0; n-- {
		rec := &peer.PeerRecord{PeerID: id, Addrs: addrs[:n], Seq: uint64(now.UnixNano())}
		envelope, err := record.Seal(rec, key)
		if err != nil {
			return nil, fmt.Errorf("seal peer record: %w", err)
		}
		sealed, err := envelope.Marshal()
		if err != nil {
			return nil, fmt.Errorf("seal peer record: %w", err)
		}
		if len(sealed) <= message.MaxPeerRecord {
			return sealed, nil
		}
	}
	return nil, nil
}

// reach orders addresses by how many can use them: public, private, loopback.
func reach(a ma.Multiaddr) int {
	switch {
	case !isLocal(a):
		return 0
	case !manet.IsIPLoopback(a):
		return 1
	default:
		return 2
	}
}
