package p2p

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/stretchr/testify/require"
)

func TestRestartedNodeFindsOthersWithoutBootstrap(t *testing.T) {
	boot := start(t, testConfig(t), Deps{})
	cfgB, cfgC := testConfig(t), testConfig(t)
	cfgB.Bootstrap, cfgC.Bootstrap = boot.addresses(), boot.addresses()
	b, c := start(t, cfgB, Deps{}), start(t, cfgC, Deps{})
	together(boot, b, c)
	c.until("saved", func() bool {
		file, err := os.ReadFile(cfgC.PeersFile)
		saved := newBook(time.Now)
		return err == nil && saved.decode(file) == nil && saved.addrs(b.ID()) != nil
	})
	boot.stop()
	c.stop()
	b.await(PeerLost, c.ID())
	again := start(t, cfgC, Deps{})
	require.Equal(t, c.ID(), again.ID())
	again.await(PeerConnected, b.ID())

	cfgD := testConfig(t)
	cfgD.Bootstrap = b.addresses() // a newcomer that knows an old node
	d := start(t, cfgD, Deps{})
	together(b, again, d)
}

func TestClosedConnectionIsNoticedAtOnce(t *testing.T) {
	a, b := start(t, testConfig(t), Deps{}), start(t, testConfig(t), Deps{})
	require.NoError(t, b.Connect(within(t), a.info()))
	a.await(PeerConnected, b.ID())
	closed := time.Now()
	b.stop()
	lost := a.await(PeerLost, b.ID()).At.Sub(closed)
	t.Logf("noticed after %v", lost)
	require.Less(t, lost, 3*time.Second)
}

func TestWantedPeerIsReconnected(t *testing.T) {
	cfg, cfgB := testConfig(t), testConfig(t)
	cfgB.Listen = nil // so that a cannot dial b, and there is one connection at most
	a, b := start(t, cfg, Deps{}), start(t, cfgB, Deps{})
	require.NoError(t, b.SetWanted([]peer.AddrInfo{a.info()}))
	for range 3 {
		b.await(PeerConnected, a.ID())
		require.NoError(t, b.host.Network().ClosePeer(a.ID()))
		b.await(PeerLost, a.ID())
	}
	b.await(PeerConnected, a.ID())
	cfg.Listen = []string{a.host.Addrs()[0].String()}
	a.stop()
	b.await(PeerLost, a.ID())
	a = start(t, cfg, Deps{})
	b.await(PeerConnected, a.ID())
}

func TestSetWantedRefuses(t *testing.T) {
	a, b := start(t, testConfig(t), Deps{}), start(t, testConfig(t), Deps{})
	require.NoError(t, b.SetWanted([]peer.AddrInfo{a.info()}))
	require.ErrorIs(t, b.SetWanted([]peer.AddrInfo{{ID: "x"}}), ErrInvalid)
	require.ErrorIs(t, b.SetWanted([]peer.AddrInfo{b.info()}), ErrInvalid)
	require.Equal(t, 1, b.Status().Wanted, "nothing is changed")
}

// A wanted peer of which only the id is known, or that has moved, is found through those who know it.
func TestWantedPeerIsFoundInTheDHT(t *testing.T) {
	gone := []ma.Multiaddr{ma.StringCast("/ip4/127.0.0.1/tcp/1")}
	t.Run("ok: without address", func(t *testing.T) { findWanted(t, nil) })
	t.Run("ok: with an old address", func(t *testing.T) { findWanted(t, gone) })
}

func findWanted(t *testing.T, addrs []ma.Multiaddr) {
	t.Helper()
	alone := func() Config {
		cfg := testConfig(t)
		cfg.FewPeers, cfg.TargetPeers = 1, 1 // peers are not exchanged beyond the first
		return cfg
	}
	a := start(t, testConfig(t), Deps{})
	b, c := start(t, alone(), Deps{}), start(t, alone(), Deps{})
	require.NoError(t, b.Connect(within(t), a.info()))
	require.NoError(t, c.Connect(within(t), a.info()))
	for _, m := range []*member{a, b, c} {
		m.until("routing", func() bool { return m.Status().Routing > 0 })
	}
	require.Empty(t, c.book.addrs(b.ID()))
	require.NoError(t, c.SetWanted([]peer.AddrInfo{{ID: b.ID(), Addrs: addrs}}))
	c.await(PeerConnected, b.ID())
}

// finder finds one peer, again and again.
type finder struct {
	peer  peer.AddrInfo
	err   error
	found chan struct{}
}

func (f *finder) Run(ctx context.Context, _ host.Host, found func(peer.AddrInfo)) error {
	found(f.peer)
	found(f.peer)
	close(f.found)
	if f.err != nil {
		return f.err
	}
	<-ctx.Done()
	return ctx.Err()
}

func TestFoundPeerIsDialled(t *testing.T) {
	a := start(t, testConfig(t), Deps{})
	f := &finder{peer: a.info(), found: make(chan struct{})}
	b := start(t, testConfig(t), Deps{Finders: []Finder{f}})
	<-f.found
	require.Len(t, b.Peers(), 1)
}

func TestFinderThatFailsIsDoneWithout(t *testing.T) {
	a := start(t, testConfig(t), Deps{})
	f := &finder{peer: a.info(), err: errors.New("no multicast"), found: make(chan struct{})}
	var log bytes.Buffer
	b := start(t, testConfig(t), Deps{Finders: []Finder{f}, Log: slog.New(slog.NewTextHandler(&log, nil))})
	<-f.found
	require.Len(t, b.Peers(), 1)
	b.stop()
	require.Contains(t, log.String(), `msg="finder stopped" error="no multicast"`)
}

// Nothing is left running: neither ours, nor libp2p's.
func TestNothingRunsAfterClose(t *testing.T) {
	none := func() {
		t.Helper()
		var left []string
		require.Eventually(t, func() bool {
			left = goroutines()
			return len(left) == 0
		}, patience, 20*time.Millisecond)
		require.Empty(t, left)
	}
	none() // what other tests have left behind has ended
	a := start(t, testConfig(t), Deps{})
	cfgB, cfgC := testConfig(t), testConfig(t)
	cfgB.Bootstrap, cfgC.Bootstrap = a.addresses(), a.addresses()
	b, c := start(t, cfgB, Deps{}), start(t, cfgC, Deps{})
	together(a, b, c)
	require.NotEmpty(t, goroutines())
	a.join("gov", TopicOptions{})
	for _, m := range []*member{a, b, c} {
		m.stop()
	}
	none()
}
