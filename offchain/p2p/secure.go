package p2p

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/core/sec"
	"github.com/libp2p/go-libp2p/p2p/net/upgrader"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
)

// secureTransport is libp2p's TLS (https://github.com/libp2p/specs/blob/master/tls/tls.md) with certificates that hold at any
// time. Those that libp2p makes by itself begin an hour before the device's clock at the start, so that a peer whose clock is
// further behind would refuse them. Their dates protect nothing: what counts is that the host's key has signed the key of the
// certificate, and that signature has no date.
type secureTransport struct {
	id       protocol.ID
	local    peer.ID
	identity *libp2ptls.Identity
	next     []string // muxers, and the word for none, as TLS offers them
}

// newSecureTransport is a constructor as libp2p.Security takes it.
func newSecureTransport(id protocol.ID, key crypto.PrivKey, muxers []upgrader.StreamMuxer) (*secureTransport, error) {
	local, err := peer.IDFromPrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("make peer id: %w", err)
	}
	identity, err := libp2ptls.NewIdentity(key, libp2ptls.WithCertTemplate(timelessCertificate()))
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	t := &secureTransport{id: id, local: local, identity: identity}
	for _, m := range muxers {
		t.next = append(t.next, string(m.ID))
	}
	t.next = append(t.next, noMuxer)
	return t, nil
}

// noMuxer is what a peer chooses that agrees on the muxer after the handshake.
const noMuxer = "libp2p"

// timelessCertificate is what a certificate is made from. Its key is made for it alone, so that one number does.
func timelessCertificate() *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{SerialNumber: "1"},                     // X.509 asks for an issuer, and it is its own
		NotBefore:    time.Unix(0, 0),                                  // where the clock of a device without a battery begins
		NotAfter:     time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), // X.509's word for never
	}
}

// ID implements sec.SecureTransport.
func (t *secureTransport) ID() protocol.ID { return t.id }

// SecureInbound implements sec.SecureTransport: it answers a handshake. Any peer may come if p is empty.
func (t *secureTransport) SecureInbound(ctx context.Context, raw net.Conn, p peer.ID) (sec.SecureConn, error) {
	return t.secure(ctx, raw, p, tls.Server)
}

// SecureOutbound implements sec.SecureTransport: it begins a handshake. A peer that does not take our certificate says so only
// after it, to the first who reads.
func (t *secureTransport) SecureOutbound(ctx context.Context, raw net.Conn, p peer.ID) (sec.SecureConn, error) {
	return t.secure(ctx, raw, p, tls.Client)
}

func (t *secureTransport) secure(ctx context.Context, raw net.Conn, p peer.ID, side func(net.Conn, *tls.Config) *tls.Conn) (sec.SecureConn, error) {
	config, key := t.identity.ConfigForPeer(p)
	config.NextProtos = t.next
	conn := side(raw, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	var remote crypto.PubKey
	select {
	case remote = <-key: // the handshake has put it there
	default:
		return nil, errors.Join(errors.New("the handshake has not shown a key"), raw.Close())
	}
	id, err := peer.IDFromPublicKey(remote)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read peer id: %w", err), raw.Close())
	}
	c := &secureConn{Conn: conn, local: t.local, remote: id, key: remote}
	if muxer := conn.ConnectionState().NegotiatedProtocol; muxer != noMuxer {
		c.state = network.ConnectionState{StreamMultiplexer: protocol.ID(muxer), UsedEarlyMuxerNegotiation: muxer != ""}
	}
	return c, nil
}

// secureConn is a connection after the handshake.
type secureConn struct {
	*tls.Conn
	local, remote peer.ID
	key           crypto.PubKey // of the remote peer
	state         network.ConnectionState
}

// LocalPeer implements network.ConnSecurity.
func (c *secureConn) LocalPeer() peer.ID { return c.local }

// RemotePeer implements network.ConnSecurity.
func (c *secureConn) RemotePeer() peer.ID { return c.remote }

// RemotePublicKey implements network.ConnSecurity.
func (c *secureConn) RemotePublicKey() crypto.PubKey { return c.key }

// ConnState implements network.ConnSecurity.
func (c *secureConn) ConnState() network.ConnectionState { return c.state }
