package p2p

import (
	"strings"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// envelope returns the encoded envelope of a body.
func envelope(t *testing.T, typ message.Type, body message.Body) []byte {
	t.Helper()
	e, err := message.Seal(typ, body)
	require.NoError(t, err)
	b, err := message.Encode(e)
	require.NoError(t, err)
	return b
}

func TestRequestForPeersIsAnswered(t *testing.T) {
	a := start(t, testConfig(t), Deps{})
	b := start(t, testConfig(t), Deps{})
	require.NoError(t, b.Connect(within(t), a.info()))
	a.until("book", func() bool { return len(a.book.addrs(b.ID())) > 0 })
	s := newStranger(t)
	s.joins(a)
	req := &message.RequestPeers{Nonce: []byte("12345678"), Max: 32, PeerRecord: s.record(a)}
	answer, err := s.asks(a, ProtocolPeers, frame(t, envelope(t, message.TypeRequestPeers, req)))
	require.NoError(t, err)
	known, err := openKnownPeers(answer, req.Nonce)
	require.NoError(t, err)
	var ids []peer.ID
	for _, sealed := range known.SealedPeerRecords {
		r, err := openRecord(sealed)
		require.NoError(t, err)
		ids = append(ids, r.info.ID)
	}
	require.Equal(t, []peer.ID{a.ID(), b.ID()}, ids, "itself, and whom it has met but the one who asks")
	require.NotEmpty(t, a.book.addrs(s.ID()), "who asks tells where it is")
	a.idle(ProtocolPeers)

	// Programs that run for a moment, as clients do, come again and again with one key.
	limits, err := DefaultLimits(ProtocolPeers)
	require.NoError(t, err)
	for range limits.Burst - 1 {
		_, err = s.asks(a, ProtocolPeers, frame(t, envelope(t, message.TypeRequestPeers, req)))
		require.NoError(t, err)
		a.idle(ProtocolPeers)
	}
	_, err = s.asks(a, ProtocolPeers, frame(t, envelope(t, message.TypeRequestPeers, req)))
	require.Equal(t, message.CodeRateLimited, refusal(t, err).Code)
	require.Equal(t, time.Minute, refusal(t, err).RetryAfter())
}

func TestUnsolicitedPeersAreIgnoredAndPunished(t *testing.T) {
	a := start(t, testConfig(t), Deps{})
	s, third := newStranger(t), newStranger(t)
	s.joins(a)
	flood := envelope(t, message.TypeKnownPeers, &message.KnownPeers{SealedPeerRecords: [][]byte{third.record(a)}, RequestNonce: make([]byte, 8)})
	_, err := s.asks(a, ProtocolPeers, frame(t, flood))
	require.Equal(t, message.CodeDeclined, refusal(t, err).Code)
	require.InDelta(t, creditSize-20, a.creditOf(s.ID()), 1)
	require.Zero(t, a.book.len())
	for range 5 {
		_, err = a.answerPeers(t.Context(), s.ID(), flood)
		require.Error(t, err)
	}
	require.Equal(t, "banned: unsolicited peers", a.await(PeerRefused, s.ID()).Reason)
	require.Zero(t, a.book.len())
	if s.Connect(within(t), a.info()) == nil { // the dialler of TLS learns of it when it reads
		a.until("closed", func() bool { return s.Network().Connectedness(a.ID()) != network.Connected })
	}
	require.Empty(t, a.host.Network().ConnsToPeer(s.ID()), "the door is closed")
}

func TestHostileRequestsForPeers(t *testing.T) {
	a := start(t, testConfig(t), Deps{})
	other := newStranger(t)
	cases := []struct {
		name string
		body func(s *stranger) []byte
		code message.Code
		cost float64
	}{
		{"fails: no envelope", func(*stranger) []byte { return []byte{1, 2, 3} }, message.CodeMalformed, 10},
		{"fails: another type", func(*stranger) []byte { return envelope(t, message.TypePing, &message.Ping{}) }, message.CodeUnsupported, 0},
		{"fails: another body", func(*stranger) []byte { return envelope(t, message.TypeRequestPeers, &message.Ping{}) }, message.CodeMalformed, 10},
		{"ok: somebody else's record is not believed", func(*stranger) []byte {
			return envelope(t, message.TypeRequestPeers, &message.RequestPeers{Nonce: make([]byte, 8), Max: 1, PeerRecord: other.record(a)})
		}, 0, 10},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newStranger(t)
			s.joins(a)
			_, err := s.asks(a, ProtocolPeers, frame(t, c.body(s)))
			if c.code != 0 {
				require.Equal(t, c.code, refusal(t, err).Code)
			} else {
				require.NoError(t, err)
			}
			require.InDelta(t, creditSize-c.cost, a.creditOf(s.ID()), 1)
			require.Zero(t, a.book.len())
		})
	}
}

func TestAnswersToRequestsForPeersAreChecked(t *testing.T) {
	cfg := testConfig(t)
	cfg.FewPeers, cfg.TargetPeers = 1, 1 // one neighbour is enough: only the test asks
	a := start(t, cfg, Deps{})
	third := newStranger(t)
	cases := []struct {
		name   string
		answer func(s *stranger, nonce []byte) []byte
		cost   float64
		known  int
		ok     bool
	}{
		{"ok: a peer", func(s *stranger, nonce []byte) []byte {
			return envelope(t, message.TypeKnownPeers, &message.KnownPeers{SealedPeerRecords: [][]byte{third.record(a)}, RequestNonce: nonce})
		}, 0, 1, true},
		{"fails: another nonce", func(s *stranger, nonce []byte) []byte {
			nonce[0] ^= 1
			return envelope(t, message.TypeKnownPeers, &message.KnownPeers{SealedPeerRecords: [][]byte{third.record(a)}, RequestNonce: nonce})
		}, 20, 0, false},
		{"fails: another type", func(*stranger, []byte) []byte { return envelope(t, message.TypePing, &message.Ping{}) }, 20, 0, false},
		{"fails: no envelope", func(*stranger, []byte) []byte { return []byte{1} }, 20, 0, false},
		{"fails: bad records cost once, and the good one is kept", func(s *stranger, nonce []byte) []byte {
			return envelope(t, message.TypeKnownPeers, &message.KnownPeers{
				SealedPeerRecords: [][]byte{{1}, {2}, third.record(a), {3}}, RequestNonce: nonce,
			})
		}, 10, 1, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			defer a.book.forget(third.ID(), true)
			s := newStranger(t)
			s.SetStreamHandler(protocolID(a.cfg.Network, ProtocolPeers), func(raw network.Stream) {
				defer raw.Close()
				b, err := message.ReadBody(raw, message.MaxControlFrame)
				if err != nil {
					return
				}
				var e message.Envelope
				var req message.RequestPeers
				if message.Decode(b, &e) == nil && message.Decode(e.Body, &req) == nil {
					_ = message.WriteBody(raw, c.answer(s, req.Nonce), message.MaxControlFrame)
				}
			})
			s.serveGreeting(a)
			require.NoError(t, a.knows(within(t), s))
			err := a.askPeers(within(t), s.ID())
			require.Equal(t, c.ok, err == nil, "%v", err)
			require.InDelta(t, creditSize-c.cost, a.creditOf(s.ID()), 1)
			require.Equal(t, c.known, a.book.len())
			require.NoError(t, s.Network().ClosePeer(a.ID()))
		})
	}
}

func TestSampleIsSmallRandomAndFresh(t *testing.T) {
	source := newStretch(t)
	cfg := testConfig(t)
	a := start(t, cfg, Deps{Rand: source})
	now := a.clock.Now()
	old := forgePeer(t, source, now.Add(-25*time.Hour))
	a.book.meet(old, old.info.Addrs)
	heard := forgePeer(t, source, now)
	a.book.hear(heard, heard.info.Addrs)
	met := make(map[peer.ID]bool)
	for range 60 {
		r := forgePeer(t, source, now)
		a.book.meet(r, r.info.Addrs)
		met[r.info.ID] = true
	}
	first, err := a.sample("", message.MaxKnownPeers)
	require.NoError(t, err)
	second, err := a.sample("", message.MaxKnownPeers)
	require.NoError(t, err)
	require.Len(t, first, message.MaxKnownPeers)
	require.NotEqual(t, first[1:], second[1:], "another choice each time")
	for i, sealed := range first {
		r, err := openRecord(sealed)
		require.NoError(t, err)
		if i == 0 {
			require.Equal(t, a.ID(), r.info.ID)
		} else {
			require.True(t, met[r.info.ID], "only those it has met lately")
		}
	}
	one, err := a.sample("", 1)
	require.NoError(t, err)
	require.Len(t, one, 1)
}

// The largest answer there can be fits into a frame.
func TestLargestAnswerArrives(t *testing.T) {
	a, b := start(t, testConfig(t), Deps{}), start(t, testConfig(t), Deps{})
	source := newStretch(t)
	var addrs []ma.Multiaddr
	for range 4 {
		addrs = append(addrs, ma.StringCast("/dns/"+strings.Repeat("a", 200)+"/tcp/65535"))
	}
	for range message.MaxKnownPeers {
		key, id := forgeKey(t, source)
		sealed, err := sealRecord(key, id, addrs, a.clock.Now())
		require.NoError(t, err)
		require.Greater(t, len(sealed), message.MaxPeerRecord-50)
		r, err := openRecord(sealed)
		require.NoError(t, err)
		a.book.meet(r, addrs)
	}
	require.NoError(t, b.Connect(within(t), a.info())) // asks by itself
	b.until("peers", func() bool { return b.book.len() == message.MaxKnownPeers })
}

// Whom to ask: everybody once while there are few, else the one who was not asked for the longest time.
func TestWhomToAsk(t *testing.T) {
	x := newExchange()
	now := time.Unix(1000, 0)
	a, b, c := peer.ID("a"), peer.ID("b"), peer.ID("c")
	require.Equal(t, []peer.ID{a, b}, x.due(now, []peer.ID{a, b}, true))
	require.Empty(t, x.due(now.Add(time.Minute), []peer.ID{a, b}, true), "not again within a minute")
	require.Equal(t, []peer.ID{c}, x.due(now.Add(time.Minute), []peer.ID{a, b, c}, true))
	now = now.Add(time.Hour)
	require.Equal(t, []peer.ID{a}, x.due(now, []peer.ID{a, b, c}, false))
	require.Equal(t, []peer.ID{b}, x.due(now, []peer.ID{a, b, c}, false))
	require.Equal(t, []peer.ID{c}, x.due(now, []peer.ID{a, b, c}, false))
	require.Empty(t, x.due(now, []peer.ID{a, b, c}, false))
	require.Empty(t, x.due(now, nil, true))
	require.Equal(t, []peer.ID{a}, x.due(now, []peer.ID{a}, true), "who was gone is new")
}

func TestDialable(t *testing.T) {
	cases := []struct {
		name, addr      string
		public, private bool // whether it is dialled on the word of a peer there
	}{
		{"ok: public TCP", "/ip4/1.2.3.4/tcp/4001", true, true},
		{"ok: public QUIC", "/ip4/1.2.3.4/udp/4001/quic-v1", true, true},
		{"ok: public IPv6", "/ip6/2001:4860::1/tcp/4001", true, true},
		{"ok: WebSocket by name", "/dns/example.com/tcp/443/tls/ws", true, true},
		{"ok: private address from a private network", "/ip4/10.0.0.1/tcp/4001", false, true},
		{"ok: loopback from a loopback", "/ip4/127.0.0.1/tcp/4001", false, true},
		{"ok: link-local from a private network", "/ip6/fe80::1/tcp/4001", false, true},
		{"ok: local name from a private network", "/dns/printer.local/tcp/80/ws", false, true},
		{"fails: any address", "/ip4/0.0.0.0/tcp/4001", false, false},
		{"fails: relay", "/ip4/1.2.3.4/tcp/4001/p2p/12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo/p2p-circuit", false, false},
		{"fails: WebTransport", "/ip4/1.2.3.4/udp/4001/quic-v1/webtransport", false, false},
		{"fails: bare UDP", "/ip4/1.2.3.4/udp/4001", false, false},
		{"fails: no port", "/ip4/1.2.3.4", false, false},
		{"fails: Unix socket", "/unix/tmp/x", false, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			list := []ma.Multiaddr{ma.StringCast(c.addr)}
			require.Equal(t, c.public, len(dialable(list, false)) == 1)
			require.Equal(t, c.private, len(dialable(list, true)) == 1)
		})
	}
}
