package p2p

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/test/seeded"
)

func TestBuckets(t *testing.T) {
	clock := &fakeTime{time.Unix(1000, 0)}
	b := newBuckets(time.Second, 3, clock.Now)
	require.True(t, b.take("a", 2))
	require.False(t, b.take("a", 2), "all or nothing")
	require.True(t, b.take("a", 1))
	require.False(t, b.take("a", 1))
	require.True(t, b.take("b", 3), "everybody has their own")
	clock.now = clock.now.Add(time.Second)
	require.True(t, b.take("a", 1))
	require.False(t, b.take("a", 1))
	clock.now = clock.now.Add(time.Hour)
	require.True(t, b.take("a", 3))
	require.False(t, b.take("a", 1), "a pause fills it once")
}

func TestBucketsAreBounded(t *testing.T) {
	clock := &fakeTime{time.Unix(1000, 0)}
	b := newBuckets(time.Minute, 2, clock.Now)
	require.True(t, b.take("busy", 2))
	for i := range maxBuckets - 1 {
		b.take(peer.ID(strconv.Itoa(i)), 1)
	}
	require.Len(t, b.of, maxBuckets)
	clock.now = clock.now.Add(time.Minute) // all but one are full again
	require.True(t, b.take("new", 1))
	require.Len(t, b.of, 2)
	require.True(t, b.take("busy", 1))
	require.False(t, b.take("busy", 1), "who is busy is not forgotten")
	for i := range 2 * maxBuckets {
		require.True(t, b.take(peer.ID(strconv.Itoa(i)), 1), "a flood of ids shuts nobody out")
		require.LessOrEqual(t, len(b.of), maxBuckets)
	}
}

func TestSlots(t *testing.T) {
	s := newSlots(2, 3)
	require.True(t, s.take("a"))
	require.True(t, s.take("a"))
	require.False(t, s.take("a"))
	require.True(t, s.take("b"))
	require.False(t, s.take("c"))
	s.give("a")
	require.True(t, s.take("c"))
	s.give("a")
	s.give("b")
	s.give("c")
	require.Zero(t, s.used)
	require.Empty(t, s.of)
}

func TestBansEnd(t *testing.T) {
	clock := &fakeTime{time.Unix(1000, 0)}
	g := newGate(clock.Now)
	g.ban("a", time.Minute)
	require.True(t, g.isBanned("a"))
	require.False(t, g.InterceptPeerDial("a"))
	require.False(t, g.isBanned("b"))
	require.True(t, g.InterceptPeerDial("b"))
	clock.now = clock.now.Add(time.Minute - 1)
	require.True(t, g.isBanned("a"))
	clock.now = clock.now.Add(1)
	require.False(t, g.isBanned("a"))
	for i := range 2 * maxBans {
		g.ban(peer.ID(strconv.Itoa(i)), time.Hour)
		require.LessOrEqual(t, len(g.banned), maxBans)
	}
}

func TestGateIsShutUntilRunAndAfterIt(t *testing.T) {
	o, err := New(testConfig(t), Deps{})
	require.NoError(t, err)
	shut := func(m *member) {
		s := newStranger(t)
		if s.Connect(within(t), m.info()) == nil { // the dialler of QUIC learns of it when it reads
			require.Eventually(t, func() bool { return s.Network().Connectedness(m.ID()) != network.Connected }, patience, time.Millisecond)
		}
		require.Empty(t, m.host.Network().ConnsToPeer(s.ID()))
	}
	shut(&member{Overlay: o, t: t})
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error)
	go func() { ran <- o.Run(ctx) }()
	m := &member{Overlay: o, t: t, events: o.Subscribe(10)}
	m.until("running", func() bool { return o.Status().Running })
	newStranger(t).connects(m)
	cancel()
	require.NoError(t, <-ran)
	shut(m)
	require.ErrorIs(t, o.Run(t.Context()), ErrRunning)
	require.NoError(t, o.Close())
}

func TestSubscriptions(t *testing.T) {
	e := newEvents()
	a, b := e.subscribe(2), e.subscribe(0)
	for i := range 3 {
		e.emit(Event{Kind: PeerLost, Peer: peer.ID(strconv.Itoa(i))})
	}
	require.Equal(t, peer.ID("0"), (<-a.C()).Peer)
	require.Equal(t, peer.ID("1"), (<-a.C()).Peer)
	require.Empty(t, a.C())
	require.Equal(t, uint64(1), a.Dropped(), "the newest is dropped")
	require.Equal(t, peer.ID("0"), (<-b.C()).Peer)
	require.Equal(t, uint64(2), b.Dropped())
	b.Close()
	b.Close()
	_, open := <-b.C()
	require.False(t, open)
	e.emit(Event{Kind: PeerRefused, Peer: "x"})
	require.Equal(t, PeerRefused, (<-a.C()).Kind)
	for i := range 2 * maxRefusals {
		e.emit(Event{Kind: PeerRefused, Peer: peer.ID(strconv.Itoa(i))})
	}
	last := e.refusals()
	require.Len(t, last, maxRefusals)
	require.Equal(t, peer.ID(strconv.Itoa(2*maxRefusals-1)), last[maxRefusals-1].Peer)
	e.close()
	for range a.C() { // what was buffered, then the end
		require.NotNil(t, a)
	}
	_, open = <-e.subscribe(1).C()
	require.False(t, open, "closed for good")
	require.Equal(t, []string{"connected", "lost", "refused", "unknown"},
		[]string{PeerConnected.String(), PeerLost.String(), PeerRefused.String(), EventKind(0).String()})
}

func TestDiceStayInBounds(t *testing.T) {
	d, err := newDice(newStretch(t))
	require.NoError(t, err)
	seeded.Property(t, func(t *rapid.T) {
		wait := time.Duration(rapid.Int64Range(2, int64(time.Hour)).Draw(t, "wait"))
		got := d.jitter(wait)
		require.GreaterOrEqual(t, got, wait/2)
		require.Less(t, got, wait)
	})
	nonce, number := d.nonce(16), d.number()
	require.Len(t, nonce, 16)
	require.NotEqual(t, nonce, d.nonce(16))
	require.NotEqual(t, number, d.number())
}

// The resource manager knows the table, with room to say no, and leaves no protocol of ours to libp2p's defaults.
func TestResourceManagerKnowsTheTable(t *testing.T) {
	m, err := newResources("net_00000001", 160)
	require.NoError(t, err)
	defer m.Close()
	for _, p := range protocolLimits {
		conns := make([]network.StreamManagementScope, 0, 3*p.limits.PerPeer)
		var opened int
		for range 3 * p.limits.PerPeer {
			s, err := m.OpenStream("somebody", network.DirInbound)
			require.NoError(t, err)
			conns = append(conns, s)
			if s.SetProtocol(protocolID("net_00000001", p.name)) == nil {
				opened++
			}
		}
		require.Equal(t, headroom*p.limits.PerPeer, opened, p.name)
		for _, s := range conns {
			s.Done()
		}
	}
}
