package p2p

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/connmgr"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/p2p/host/peerstore/pstoremem"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	connmanager "github.com/libp2p/go-libp2p/p2p/net/connmgr"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	libp2pquic "github.com/libp2p/go-libp2p/p2p/transport/quic"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/libp2p/go-libp2p/p2p/transport/websocket"
	ma "github.com/multiformats/go-multiaddr"
)

const (
	dialTimeout = 5 * time.Second
	// gracePeriod is how long a new connection is safe from the connection manager.
	gracePeriod = 20 * time.Second
	// The address book of libp2p holds so many addresses of peers that are not connected, and so many protocols of each.
	maxAddrs     = 10_000
	maxProtocols = 64
)

// newHost makes the libp2p host. It does not listen yet. Options given last win; tests put a simulated network in place
// of the sockets.
func newHost(cfg Config, key crypto.PrivKey, gate connmgr.ConnectionGater, seams ...libp2p.Option) (host.Host, error) {
	resources, err := newResources(cfg.Network, cfg.HighPeers)
	if err != nil {
		return nil, err
	}
	manager, err := connmanager.NewConnManager(cfg.LowPeers, cfg.HighPeers, connmanager.WithGracePeriod(gracePeriod))
	if err != nil {
		return nil, fmt.Errorf("make connection manager: %w", err)
	}
	store, err := pstoremem.NewPeerstore(pstoremem.WithMaxAddresses(maxAddrs), pstoremem.WithMaxProtocols(maxProtocols))
	if err != nil {
		return nil, fmt.Errorf("make peerstore: %w", err)
	}
	announce, err := parseMultiaddrs(cfg.Announce)
	if err != nil {
		return nil, err
	}
	options := []libp2p.Option{
		libp2p.Identity(key), libp2p.UserAgent(cfg.Agent), libp2p.ProtocolVersion("/mesh/" + cfg.Network + "/1.0.0"),
		// AES-GCM costs less than ChaCha20 on machines that have it in hardware.
		libp2p.Security(libp2ptls.ID, newSecureTransport), libp2p.Security(noise.ID, noise.New),
		libp2p.Muxer(yamux.ID, yamux.DefaultTransport),
		// With reuse of ports two nodes could listen on one port, and each would get half of the other's connections.
		libp2p.Transport(tcp.NewTCPTransport, tcp.DisableReuseport()), libp2p.Transport(libp2pquic.NewTransport), libp2p.Transport(websocket.New),
		libp2p.NoListenAddrs, libp2p.AddrsFactory(func(a []ma.Multiaddr) []ma.Multiaddr { return slices.Concat(a, announce) }),
		libp2p.ResourceManager(resources), libp2p.ConnectionManager(manager), libp2p.Peerstore(store), libp2p.ConnectionGater(gate),
		libp2p.SwarmOpts(swarm.WithDialRanker(tcpFirst)), libp2p.WithDialTimeout(dialTimeout),
		// These would stop dialling a transport after many failures, which a night without network is enough for.
		libp2p.UDPBlackHoleSuccessCounter(nil), libp2p.IPv6BlackHoleSuccessCounter(nil),
		// Whether others reach us is not measured yet; this keeps libp2p's first, unverified way of asking them off.
		libp2p.DisableRelay(), libp2p.ForceReachabilityPublic(),
		libp2p.Ping(false), libp2p.DisableMetrics(),
	}
	h, err := libp2p.New(append(options, seams...)...)
	if err != nil {
		return nil, fmt.Errorf("make host: %w", err)
	}
	return h, nil
}

// listen opens the sockets. A machine without IPv6 is no error as long as it was asked to listen on all interfaces.
func listen(h host.Host, list []string) error {
	addrs, err := parseMultiaddrs(list)
	if err != nil {
		return err
	}
	var spared error
	for _, a := range addrs {
		err := h.Network().Listen(a)
		if err != nil && strings.HasPrefix(a.String(), "/ip6/::/") {
			spared = errors.Join(spared, err)
			continue
		}
		if err != nil {
			return fmt.Errorf("listen on %s: %w", a, err)
		}
	}
	if len(addrs) > 0 && len(h.Network().ListenAddresses()) == 0 {
		return fmt.Errorf("listen: %w", spared)
	}
	return nil
}
