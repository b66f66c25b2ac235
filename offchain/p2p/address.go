package p2p

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"
)

// maxAddress bounds an address as text, in bytes.
const maxAddress = 512

// ListenOn returns the multiaddrs to listen on for TCP and QUIC at one IP address and port; port 0 lets the kernel
// choose.
func ListenOn(ip string, port int) []string {
	return []string{
		fmt.Sprintf("/%s/%s/tcp/%d", family(ip), ip, port),
		fmt.Sprintf("/%s/%s/udp/%d/quic-v1", family(ip), ip, port),
	}
}

// ListenWebSocket returns the multiaddr to listen on for WebSocket connections, as bootstrap nodes do.
func ListenWebSocket(ip string, port int) string {
	return fmt.Sprintf("/%s/%s/tcp/%d/ws", family(ip), ip, port)
}

func family(ip string) string {
	if strings.Contains(ip, ":") {
		return "ip6"
	}
	return "ip4"
}

// ParseAddress reads where a peer is found: a multiaddr, with or without /p2p/<peer id> at its end, or a URL
// ws://host[:port] or wss://host[:port], with or without /p2p/<peer id> as its path. Without a peer id, ID is empty:
// whoever answers there is taken for the peer. Its error wraps ErrAddress.
func ParseAddress(s string) (peer.AddrInfo, error) {
	if len(s) > maxAddress {
		return peer.AddrInfo{}, fmt.Errorf("%w: %d bytes", ErrAddress, len(s))
	}
	text := s
	if !strings.HasPrefix(s, "/") {
		var err error
		if text, err = urlToMultiaddr(s); err != nil {
			return peer.AddrInfo{}, err
		}
	}
	addr, err := ma.NewMultiaddr(text)
	if err != nil {
		return peer.AddrInfo{}, fmt.Errorf("%w: %q: %w", ErrAddress, s, err)
	}
	transport, id := peer.SplitAddr(addr)
	if len(transport) == 0 {
		return peer.AddrInfo{}, fmt.Errorf("%w: %q leads nowhere", ErrAddress, s)
	}
	return peer.AddrInfo{ID: id, Addrs: []ma.Multiaddr{transport}}, nil
}

// Named returns addresses as ParseAddress reads them, with the peer ids of those that name none and are known to be a peer's:
// then nobody else who answers there is taken for it.
func Named(addresses []string, known []peer.AddrInfo) []string {
	list := slices.Clone(addresses)
	for i, s := range list {
		info, err := ParseAddress(s)
		if err != nil || info.ID != "" {
			continue
		}
		for _, k := range known {
			if slices.ContainsFunc(k.Addrs, info.Addrs[0].Equal) {
				list[i] = info.Addrs[0].String() + "/p2p/" + k.ID.String()
				break
			}
		}
	}
	return list
}

// urlToMultiaddr spells a WebSocket URL as a multiaddr.
func urlToMultiaddr(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrAddress, err)
	}
	kind, port := "ws", "80"
	if u.Scheme == "wss" {
		kind, port = "tls/ws", "443"
	}
	if u.Scheme != "ws" && u.Scheme != "wss" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("%w: %q is not ws://host:port or wss://host:port", ErrAddress, s)
	}
	if u.Port() != "" {
		port = u.Port()
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", fmt.Errorf("%w: %q has no valid port", ErrAddress, s)
	}
	path := strings.TrimSuffix(u.Path, "/")
	if path != "" && !strings.HasPrefix(path, "/p2p/") {
		return "", fmt.Errorf("%w: %q has a path that names no peer", ErrAddress, s)
	}
	host := "dns/" + u.Hostname()
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		host = family(ip.String()) + "/" + ip.String()
	}
	return "/" + host + "/tcp/" + port + "/" + kind + path, nil
}

// parseMultiaddrs reads a list of multiaddrs; its error wraps ErrAddress.
func parseMultiaddrs(list []string) ([]ma.Multiaddr, error) {
	addrs := make([]ma.Multiaddr, 0, len(list))
	for _, s := range list {
		a, err := ma.NewMultiaddr(s)
		if err != nil {
			return nil, fmt.Errorf("%w: %q: %w", ErrAddress, s, err)
		}
		addrs = append(addrs, a)
	}
	return addrs, nil
}

// dialable returns those of a peer's addresses that may be dialled on the word of somebody else: over a transport we
// have, and into a private or loopback network only if the word came from there, or else any stranger could make us
// knock at the doors of our own network.
func dialable(addrs []ma.Multiaddr, private bool) []ma.Multiaddr {
	var list []ma.Multiaddr
	for _, a := range addrs {
		if hasTransport(a) && !manet.IsIPUnspecified(a) && (private || !isLocal(a)) {
			list = append(list, a)
		}
	}
	return list
}

// hasTransport reports whether an address is plain TCP, QUIC or WebSocket, without a relay.
func hasTransport(a ma.Multiaddr) bool {
	last := -1
	for _, c := range a {
		switch c.Protocol().Code {
		case ma.P_IP4, ma.P_IP6, ma.P_DNS, ma.P_DNS4, ma.P_DNS6, ma.P_TCP, ma.P_UDP, ma.P_QUIC_V1, ma.P_WS, ma.P_WSS, ma.P_TLS, ma.P_SNI:
			last = c.Protocol().Code
		default:
			return false
		}
	}
	return last == ma.P_TCP || last == ma.P_QUIC_V1 || last == ma.P_WS || last == ma.P_WSS
}

// isLocal reports whether an address is not on the public Internet: an IP address outside of it, or a name, which may
// stand for anything, that is not a public one by its form.
func isLocal(a ma.Multiaddr) bool {
	if ip, err := manet.ToIP(a); err == nil {
		return !isPublicIP(ip)
	}
	return !manet.IsPublicAddr(a)
}

func isPublicIP(ip net.IP) bool {
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !ip.IsLoopback() && !ip.IsLinkLocalUnicast()
}
