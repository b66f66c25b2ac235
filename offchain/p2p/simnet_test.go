package p2p

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/p2p/transport/quicreuse"
	"github.com/marcopolo/simnet"
	"github.com/quic-go/quic-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
)

// simulation is a network in memory with virtual time, inside a synctest bubble.
type simulation struct {
	t       *testing.T
	net     *simnet.Simnet
	rand    *stretch
	members []*simMember
}

// cable joins a node to the simulated network until it is cut: then packets vanish without a word.
type cable struct {
	net.PacketConn
	cut  atomic.Bool
	sent atomic.Int64 // bytes
}

func (c *cable) WriteTo(b []byte, to net.Addr) (int, error) {
	c.sent.Add(int64(len(b)))
	if c.cut.Load() {
		return len(b), nil
	}
	return c.PacketConn.WriteTo(b, to)
}

// simulate runs a test in virtual time on links of 20 ms and 20 Mbit/s.
func simulate(t *testing.T, test func(t *testing.T, s *simulation)) {
	t.Helper()
	source := newStretch(t)
	// All timers of a bubble share one context of the race detector (runtime.synctestBubble.timers), which crashes now and
	// then if two processors run them at once. With one the test is also more like the last time.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	synctest.Test(t, func(t *testing.T) {
		s := &simulation{t: t, rand: source, net: &simnet.Simnet{LatencyFunc: simnet.StaticLatency(20 * time.Millisecond)}}
		s.net.Start()
		defer s.close() // also when the test fails: a bubble does not end before its goroutines
		test(t, s)
	})
}

// simMember is a member of a simulated network.
type simMember struct {
	*member
	cable *cable
	cfg   Config
	deps  Deps
}

// start adds a node with default timing.
func (s *simulation) start(bootstrap ...*simMember) *simMember {
	s.t.Helper()
	return s.startWith(nil, bootstrap...)
}

// startWith adds a node whose configuration a test changes.
func (s *simulation) startWith(change func(*Config), bootstrap ...*simMember) *simMember {
	s.t.Helper()
	dir := s.t.TempDir()
	cfg := DefaultConfig()
	cfg.ChainID, cfg.Network = "mesh-test-1", "net_00000001"
	cfg.KeyFile, cfg.PeersFile = filepath.Join(dir, "node_key"), filepath.Join(dir, "peers.json")
	cfg.Listen = []string{fmt.Sprintf("/ip4/%s/udp/8000/quic-v1", simnet.IntToPublicIPv4(1+len(s.members)))}
	for _, b := range bootstrap {
		cfg.Bootstrap = append(cfg.Bootstrap, b.cfg.Listen[0]+"/p2p/"+b.ID().String())
	}
	if change != nil {
		change(&cfg)
	}
	m := &simMember{cfg: cfg, deps: Deps{Rand: s.rand}}
	s.restart(m)
	s.members = append(s.members, m)
	return m
}

// restart runs a node that has been stopped, or not yet run.
func (s *simulation) restart(m *simMember) {
	s.t.Helper()
	m.cable = new(cable)
	o, err := newOverlay(m.cfg, m.deps, libp2p.DisableIdentifyAddressDiscovery(), s.attach(m.cable))
	require.NoError(s.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- o.Run(ctx) }()
	m.member = &member{Overlay: o, t: s.t, events: o.Subscribe(1024)}
	m.stop = sync.OnceFunc(func() {
		cancel()
		assert.NoError(s.t, <-ran)
		assert.NoError(s.t, o.Close())
	})
	passes(time.Millisecond)
	require.True(s.t, o.Status().Running)
}

// attach makes QUIC use the simulated network.
func (s *simulation) attach(c *cable) libp2p.Option {
	var local atomic.Pointer[net.IP]
	link := simnet.NodeBiDiLinkSettings{
		Downlink: simnet.LinkSettings{BitsPerSecond: 20_000_000}, Uplink: simnet.LinkSettings{BitsPerSecond: 20_000_000},
	}
	return libp2p.QUICReuse(
		func(l fx.Lifecycle, reset quic.StatelessResetKey, token quic.TokenGeneratorKey, opts ...quicreuse.Option) (*quicreuse.ConnManager, error) {
			m, err := quicreuse.NewConnManager(reset, token, opts...)
			if err != nil {
				return nil, err
			}
			l.Append(fx.StopHook(m.Close))
			return m, nil
		},
		quicreuse.OverrideSourceIPSelector(func() (quicreuse.SourceIPSelector, error) { return &sourceIP{&local}, nil }),
		quicreuse.OverrideListenUDP(func(_ string, addr *net.UDPAddr) (net.PacketConn, error) {
			local.Store(&addr.IP)
			c.PacketConn = s.net.NewEndpoint(addr, link)
			return c, nil
		}),
	)
}

type sourceIP struct{ ip *atomic.Pointer[net.IP] }

func (s *sourceIP) PreferredSourceIPForDestination(*net.UDPAddr) (net.IP, error) {
	return *s.ip.Load(), nil
}

// passes lets virtual time pass.
func passes(d time.Duration) { <-time.After(d) }

// close stops all nodes and the network, and lets what libp2p leaves behind run out.
func (s *simulation) close() {
	for _, m := range s.members {
		m.stop()
	}
	passes(time.Minute)
	s.net.Close()
}
