package p2p

import (
	"strings"
	"testing"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/stretchr/testify/require"
)

const somebody = "12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo"

func TestParseAddress(t *testing.T) {
	cases := []struct {
		name, in string
		addr     string // "" = error
		id       string
	}{
		{"ok: the whitepaper's", "ws://bootstrap.example.com:8080", "/dns/bootstrap.example.com/tcp/8080/ws", ""},
		{"ok: with a slash", "ws://bootstrap.example.com:8080/", "/dns/bootstrap.example.com/tcp/8080/ws", ""},
		{"ok: IPv4", "ws://127.0.0.1:8080", "/ip4/127.0.0.1/tcp/8080/ws", ""},
		{"ok: IPv6", "ws://[::1]:8080", "/ip6/::1/tcp/8080/ws", ""},
		{"ok: default port", "ws://example.com", "/dns/example.com/tcp/80/ws", ""},
		{"ok: TLS", "wss://example.com", "/dns/example.com/tcp/443/tls/ws", ""},
		{"ok: TLS and port", "wss://example.com:8443", "/dns/example.com/tcp/8443/tls/ws", ""},
		{"ok: with the peer", "ws://example.com:8080/p2p/" + somebody, "/dns/example.com/tcp/8080/ws", somebody},
		{"ok: multiaddr", "/ip4/1.2.3.4/tcp/4001", "/ip4/1.2.3.4/tcp/4001", ""},
		{"ok: multiaddr with the peer", "/ip4/1.2.3.4/udp/4001/quic-v1/p2p/" + somebody, "/ip4/1.2.3.4/udp/4001/quic-v1", somebody},
		{"fails: empty", "", "", ""},
		{"fails: no scheme", "example.com:8080", "", ""},
		{"fails: http", "http://example.com:8080", "", ""},
		{"fails: no host", "ws://:8080", "", ""},
		{"fails: port zero", "ws://example.com:0", "", ""},
		{"fails: port too high", "ws://example.com:65536", "", ""},
		{"fails: path", "ws://example.com/socket", "", ""},
		{"fails: query", "ws://example.com/?a=b", "", ""},
		{"fails: fragment", "ws://example.com/#a", "", ""},
		{"fails: password", "ws://me:secret@example.com", "", ""},
		{"fails: no peer id", "ws://example.com/p2p/nobody", "", ""},
		{"fails: slash in the name", "ws://a%2Fb", "", ""},
		{"fails: only a peer", "/p2p/" + somebody, "", ""},
		{"fails: no multiaddr", "/ip4/1.2.3", "", ""},
		{"fails: too long", "ws://" + strings.Repeat("a", 600), "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			info, err := ParseAddress(c.in)
			if c.addr == "" {
				require.ErrorIs(t, err, ErrAddress)
				return
			}
			require.NoError(t, err)
			require.Equal(t, []ma.Multiaddr{ma.StringCast(c.addr)}, info.Addrs)
			if c.id == "" {
				require.Empty(t, info.ID)
			} else {
				require.Equal(t, c.id, info.ID.String())
			}
		})
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"ws://example.com:8080", "wss://[::1]", "/ip4/1.2.3.4/tcp/1/p2p/" + somebody, "ws://a/p2p/" + somebody, "//"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		info, err := ParseAddress(in)
		if err != nil {
			require.ErrorIs(t, err, ErrAddress)
			return
		}
		require.Len(t, info.Addrs, 1)
		again, err := ParseAddress(info.Addrs[0].String())
		require.NoError(t, err)
		require.Equal(t, info.Addrs, again.Addrs)
	})
}

func TestListenAddresses(t *testing.T) {
	require.Equal(t, []string{"/ip4/0.0.0.0/tcp/4001", "/ip4/0.0.0.0/udp/4001/quic-v1"}, ListenOn("0.0.0.0", 4001))
	require.Equal(t, []string{"/ip6/::/tcp/0", "/ip6/::/udp/0/quic-v1"}, ListenOn("::", 0))
	require.Equal(t, "/ip4/0.0.0.0/tcp/8080/ws", ListenWebSocket("0.0.0.0", 8080))
}

// TestBootstrapByURL is the command of the whitepaper: a WebSocket URL, and no peer id.
func TestBootstrapByURL(t *testing.T) {
	cfgA := testConfig(t)
	cfgA.Listen = append(cfgA.Listen, ListenWebSocket("127.0.0.1", 0))
	a := start(t, cfgA, Deps{})
	var port string
	cfgA.Listen = nil
	for _, addr := range a.host.Addrs() {
		cfgA.Listen = append(cfgA.Listen, addr.String())
		if _, err := addr.ValueForProtocol(ma.P_WS); err == nil {
			port, err = addr.ValueForProtocol(ma.P_TCP)
			require.NoError(t, err)
		}
	}
	cfg := testConfig(t)
	cfg.Bootstrap = []string{"ws://localhost:" + port}
	b := start(t, cfg, Deps{})
	together(a, b)
	conn := b.host.Network().ConnsToPeer(a.ID())[0]
	require.Equal(t, "websocket", conn.ConnState().Transport)
	require.Equal(t, "/tls/1.0.0", string(conn.ConnState().Security))

	a.stop()
	b.await(PeerLost, a.ID())
	a = start(t, cfgA, Deps{})
	together(a, b)
}

func TestEveryTransportConnects(t *testing.T) {
	for _, listen := range []string{"/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1", "/ip4/127.0.0.1/tcp/0/ws"} {
		t.Run("ok: "+listen, func(t *testing.T) {
			cfg := testConfig(t)
			cfg.Listen = []string{listen}
			a := start(t, cfg, Deps{})
			addr := a.host.Addrs()[0].String()
			cfg = testConfig(t)
			cfg.Bootstrap = []string{addr} // nobody has told who is there
			b := start(t, cfg, Deps{})
			together(a, b)
			require.Equal(t, addr, b.Peers()[0].Addr.String())
			require.NotContains(t, b.host.Peerstore().PeersWithAddrs(), peer.ID(""))
		})
	}
}

func TestAnnouncedAddressIsTold(t *testing.T) {
	cfg := testConfig(t)
	cfg.Announce = []string{"/ip4/1.2.3.4/tcp/4001"}
	a := start(t, cfg, Deps{})
	require.Contains(t, a.addresses(), "/ip4/1.2.3.4/tcp/4001/p2p/"+a.ID().String())
	b := start(t, testConfig(t), Deps{})
	require.NoError(t, b.Connect(within(t), a.info()))
	r, err := openRecord(b.Peers()[0].Hello.PeerRecord)
	require.NoError(t, err)
	require.Equal(t, "/ip4/1.2.3.4/tcp/4001", r.info.Addrs[0].String())
}

func TestTCPIsDialledFirst(t *testing.T) {
	tcp, quic, ws := ma.StringCast("/ip4/1.2.3.4/tcp/1"), ma.StringCast("/ip4/1.2.3.4/udp/1/quic-v1"), ma.StringCast("/ip4/1.2.3.4/tcp/2/ws")
	require.Equal(t, []network.AddrDelay{{Addr: tcp}, {Addr: quic, Delay: headStart}, {Addr: ws, Delay: 2 * headStart}},
		tcpFirst([]ma.Multiaddr{ws, quic, tcp}))
	require.Equal(t, []network.AddrDelay{{Addr: quic}, {Addr: ws, Delay: headStart}}, tcpFirst([]ma.Multiaddr{ws, quic}),
		"nobody waits for what is not there")
	require.Empty(t, tcpFirst(nil))
}

// A bootstrap node that is given by its address alone is the one that the chain knows there.
func TestNamed(t *testing.T) {
	id, err := peer.Decode(somebody)
	require.NoError(t, err)
	known := []peer.AddrInfo{{ID: id, Addrs: []ma.Multiaddr{ma.StringCast("/ip4/1.2.3.4/tcp/4001"), ma.StringCast("/dns/example.com/tcp/8080/ws")}}}
	given := []string{"ws://example.com:8080", "ws://example.com:8081", "/ip4/1.2.3.4/tcp/4001", "/ip4/1.2.3.4/tcp/4001/p2p/" + somebody, "nonsense"}
	require.Equal(t, []string{
		"/dns/example.com/tcp/8080/ws/p2p/" + somebody, given[1], "/ip4/1.2.3.4/tcp/4001/p2p/" + somebody, given[3], given[4],
	}, Named(given, known))
	require.Equal(t, "ws://example.com:8080", given[0], "what was given stays")
	require.Equal(t, given, Named(given, nil))
}
