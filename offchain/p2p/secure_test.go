package p2p

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/sec"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/net/upgrader"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	"github.com/stretchr/testify/require"
)

// secured makes a handshake between two transports over real sockets.
func secured(t *testing.T, dialler, dialled sec.SecureTransport, expects peer.ID) (out, in sec.SecureConn, err error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	answered := make(chan sec.SecureConn, 1)
	go func() {
		defer close(answered)
		raw, err := l.Accept()
		if err != nil {
			return
		}
		if c, err := dialled.SecureInbound(context.Background(), raw, ""); err == nil {
			answered <- c
		}
	}()
	raw, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	out, err = dialler.SecureOutbound(within(t), raw, expects)
	in = <-answered
	for _, c := range []sec.SecureConn{out, in} {
		if c != nil {
			t.Cleanup(func() { _ = c.Close() })
		}
	}
	return out, in, err
}

// TestCertificatesHoldAtAnyTime: two devices connect however far apart their clocks are.
func TestCertificatesHoldAtAnyTime(t *testing.T) {
	key, id := forgeKey(t, newStretch(t))
	muxers := []upgrader.StreamMuxer{{ID: yamux.ID, Muxer: yamux.DefaultTransport}}
	a, err := newSecureTransport(libp2ptls.ID, key, muxers)
	require.NoError(t, err)
	_, in, err := secured(t, a, a, id)
	require.NoError(t, err)
	shown := in.(*secureConn).Conn.ConnectionState().PeerCertificates
	require.Len(t, shown, 1)
	roots := x509.NewCertPool()
	roots.AddCert(shown[0])
	shown[0].UnhandledCriticalExtensions = nil
	now := time.Now()
	for name, at := range map[string]time.Time{
		"ok: the same clock": now, "ok: an hour behind": now.Add(-time.Hour), "ok: a day behind": now.AddDate(0, 0, -1),
		"ok: no battery": time.Unix(1, 0), "ok: a day ahead": now.AddDate(0, 0, 1), "ok: ages ahead": now.AddDate(1000, 0, 0),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := shown[0].Verify(x509.VerifyOptions{Roots: roots, CurrentTime: at})
			require.NoError(t, err)
		})
	}
}

// TestSecureTransportSpeaksLibp2pTLS: peers that make their certificates as libp2p does are reached and reach us, and who is
// somebody else is noticed.
func TestSecureTransportSpeaksLibp2pTLS(t *testing.T) {
	source := newStretch(t)
	keyA, a := forgeKey(t, source)
	keyB, b := forgeKey(t, source)
	muxers := []upgrader.StreamMuxer{{ID: yamux.ID, Muxer: yamux.DefaultTransport}}
	ours, err := newSecureTransport(libp2ptls.ID, keyA, muxers)
	require.NoError(t, err)
	require.Equal(t, "/tls/1.0.0", string(ours.ID()))
	theirs, err := libp2ptls.New(libp2ptls.ID, keyB, muxers)
	require.NoError(t, err)
	late, err := libp2ptls.New(libp2ptls.ID, keyB, nil) // agrees on the muxer after the handshake
	require.NoError(t, err)

	for name, tc := range map[string]struct {
		dialler, dialled sec.SecureTransport
		expects, from    peer.ID
		muxer            string
	}{
		"ok: we dial":                   {ours, theirs, b, a, "/yamux/1.0.0"},
		"ok: they dial":                 {theirs, ours, a, b, "/yamux/1.0.0"},
		"ok: we dial, muxer later":      {ours, late, b, a, ""},
		"ok: they dial, muxer later":    {late, ours, a, b, ""},
		"ok: we dial whoever it may be": {ours, theirs, "", a, "/yamux/1.0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			out, in, err := secured(t, tc.dialler, tc.dialled, tc.expects)
			require.NoError(t, err)
			require.NotNil(t, in)
			require.Equal(t, tc.from, out.LocalPeer())
			require.Equal(t, tc.from, in.RemotePeer())
			require.Equal(t, in.LocalPeer(), out.RemotePeer())
			require.True(t, out.RemotePeer().MatchesPublicKey(out.RemotePublicKey()))
			require.True(t, in.RemotePeer().MatchesPublicKey(in.RemotePublicKey()))
			for _, c := range []sec.SecureConn{out, in} {
				require.Equal(t, tc.muxer, string(c.ConnState().StreamMultiplexer))
				require.Equal(t, tc.muxer != "", c.ConnState().UsedEarlyMuxerNegotiation)
			}
		})
	}
	t.Run("fails: somebody else is there", func(t *testing.T) {
		_, in, err := secured(t, ours, theirs, a)
		var other sec.ErrPeerIDMismatch
		require.ErrorAs(t, err, &other)
		require.Equal(t, b, other.Actual)
		require.Nil(t, in)
	})
	t.Run("fails: no certificate of libp2p", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer func() { _ = l.Close() }()
		refused := make(chan error, 1)
		go func() {
			raw, err := l.Accept()
			if err == nil {
				_, err = ours.SecureInbound(context.Background(), raw, "")
			}
			refused <- err
		}()
		raw, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13}) //nolint:gosec // it is a stranger
		if err == nil {
			defer func() { _ = raw.Close() }()
		}
		require.ErrorContains(t, <-refused, "certificate")
	})
}

// TestPeerWithAnotherClockIsRemembered: what a peer says of itself counts whatever time it thinks it is, and is not passed on to
// those who could not tell whether it is old.
func TestPeerWithAnotherClockIsRemembered(t *testing.T) {
	for name, offset := range map[string]time.Duration{"ok: an hour ahead": time.Hour, "ok: two days behind": -48 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			m, s := start(t, testConfig(t), Deps{}), newStranger(t)
			sealed, err := sealRecord(s.key(), s.ID(), s.Addrs(), time.Now().Add(offset))
			require.NoError(t, err)
			s.connects(m)
			hello := s.greeting(m)
			hello.PeerRecord = sealed
			_, err = s.saysHello(m, hello)
			require.NoError(t, err)
			m.await(PeerConnected, s.ID())
			require.Equal(t, s.Addrs(), m.book.addrs(s.ID()))
			require.Empty(t, m.book.shareable(""))
			require.NoError(t, m.hear(seededPeer(t), sealed), "it is no offence to pass it on")
		})
	}
}

// seededPeer is a peer that has told of others.
func seededPeer(t *testing.T) peer.ID {
	t.Helper()
	_, id := forgeKey(t, newStretch(t))
	return id
}
