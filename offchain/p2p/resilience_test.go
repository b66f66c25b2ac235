package p2p

import (
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/require"
)

// lostAfter returns how long after a moment a member noticed that it lost a peer.
func (m *simMember) lostAfter(since time.Time, other *simMember) time.Duration {
	m.t.Helper()
	return m.await(PeerLost, other.ID()).At.Sub(since)
}

func TestSilentPeerIsNoticedWithinTenSeconds(t *testing.T) {
	simulate(t, func(t *testing.T, s *simulation) {
		a := s.start()
		b := s.start(a)
		a.await(PeerConnected, b.ID())
		b.await(PeerConnected, a.ID())
		passes(time.Minute)
		require.Len(t, a.Peers(), 1, "an idle connection stays")
		require.Greater(t, b.Peers()[0].RTT, 39*time.Millisecond, "who dialled measures")
		b.cable.cut.Store(true)
		cut := time.Now()
		heard := a.lostAfter(cut, b)
		pinged := b.lostAfter(cut, a)
		t.Logf("noticed by the listener after %v, by the dialler after %v", heard, pinged)
		require.LessOrEqual(t, heard, 10*time.Second)
		require.LessOrEqual(t, pinged, 10*time.Second)
	})
}

func TestNodeReturnsFromTotalIsolation(t *testing.T) {
	for _, away := range []time.Duration{time.Minute, 30 * time.Minute} {
		t.Run("ok: after "+away.String(), func(t *testing.T) {
			simulate(t, func(t *testing.T, s *simulation) {
				a := s.start()
				b, c := s.start(a), s.start(a)
				passes(time.Minute)
				require.Len(t, c.Peers(), 2)
				c.cable.cut.Store(true)
				passes(away)
				require.Empty(t, c.Peers())
				require.Len(t, a.Peers(), 1)
				c.cable.cut.Store(false)
				back := time.Now()
				for len(c.Peers()) < 2 || len(a.Peers()) < 2 || len(b.Peers()) < 2 {
					passes(100 * time.Millisecond)
					require.Less(t, time.Since(back), time.Minute)
				}
				t.Logf("meshed again after %v", time.Since(back))
				require.LessOrEqual(t, time.Since(back), 30*time.Second)
			})
		})
	}
}

func TestNetworkReturnsFromTotalOutage(t *testing.T) {
	simulate(t, func(t *testing.T, s *simulation) {
		members := []*simMember{s.start()}
		for range 3 {
			members = append(members, s.start(members[0]))
		}
		passes(time.Minute)
		for _, m := range members {
			require.Len(t, m.Peers(), 3)
			m.cable.cut.Store(true)
		}
		passes(30 * time.Minute)
		for _, m := range members {
			require.Empty(t, m.Peers())
			m.cable.cut.Store(false)
		}
		back := time.Now()
		meshed := func() bool {
			for _, m := range members {
				if len(m.Peers()) < 3 {
					return false
				}
			}
			return true
		}
		for !meshed() {
			passes(100 * time.Millisecond)
			require.Less(t, time.Since(back), time.Minute)
		}
		t.Logf("meshed again after %v", time.Since(back))
		require.LessOrEqual(t, time.Since(back), 30*time.Second)
	})
}

func TestDeadBootstrapIsNotNeeded(t *testing.T) {
	simulate(t, func(t *testing.T, s *simulation) {
		boot := s.start()
		b, c := s.start(boot), s.start(boot)
		passes(time.Minute)
		require.Len(t, c.Peers(), 2)

		boot.stop()
		c.stop()
		passes(time.Hour)
		require.Empty(t, b.Peers())
		s.restart(c) // knows b from its file only
		passes(30 * time.Second)
		require.Len(t, c.Peers(), 1)
		require.Equal(t, b.ID(), c.Peers()[0].ID)

		d := s.start(c) // a fourth node, which knows an old one
		passes(30 * time.Second)
		require.Len(t, d.Peers(), 2)
	})
}

// Two nodes that dial each other at the same moment have two connections and one greeting that counts.
func TestNodesThatDialEachOtherAtOnce(t *testing.T) {
	simulate(t, func(t *testing.T, s *simulation) {
		a, b := s.start(), s.start()
		dialled := make(chan error, 2)
		go func() { dialled <- a.Connect(t.Context(), b.info()) }()
		go func() { dialled <- b.Connect(t.Context(), a.info()) }()
		require.NoError(t, <-dialled)
		require.NoError(t, <-dialled)
		passes(10 * time.Minute)
		for _, m := range []*simMember{a, b} {
			require.Len(t, m.Peers(), 1)
			require.Len(t, m.events.C(), 1, "connected once, and never lost")
		}
	})
}

// Twelve nodes know one, who dies early. All find all.
func TestNetworkGrowsFromOneNode(t *testing.T) {
	simulate(t, func(t *testing.T, s *simulation) {
		boot := s.start()
		for range 4 {
			s.start(boot)
		}
		passes(time.Minute)
		boot.stop()
		for i := range 7 {
			s.start(s.members[1+i%4], boot) // an old node, and the dead one
		}
		passes(3 * time.Minute)
		for _, m := range s.members[1:] {
			require.Len(t, m.Peers(), 10)
			require.GreaterOrEqual(t, m.Status().Routing, 10, "the DHT may still believe in the dead one")
		}
	})
}

func TestWantedPeersOutliveTheCrowd(t *testing.T) {
	simulate(t, func(t *testing.T, s *simulation) {
		hub := s.startWith(func(c *Config) { c.LowPeers, c.HighPeers, c.FewPeers, c.TargetPeers = 2, 3, 1, 1 })
		wanted := s.start()
		require.NoError(t, hub.SetWanted([]peer.AddrInfo{wanted.info()}))
		passes(time.Minute)
		require.True(t, hub.Peers()[0].Wanted)
		for range 5 {
			s.start(hub)
		}
		passes(2 * time.Minute)
		require.LessOrEqual(t, len(hub.Peers()), 3+3/2+1, "the high mark, the margin above it, and who is wanted")
		require.True(t, hub.peers.isAdmitted(wanted.ID()))
		require.Equal(t, 1, hub.Status().WantedHere)

		// Lost, it is looked for until it is back, however long that takes.
		wanted.cable.cut.Store(true)
		passes(10 * time.Minute)
		require.Zero(t, hub.Status().WantedHere)
		wanted.cable.cut.Store(false)
		passes(DefaultConfig().Timing.RetryMax + attemptTime)
		require.Equal(t, 1, hub.Status().WantedHere)
		require.Equal(t, 1, hub.Status().Wanted)
		require.NoError(t, hub.SetWanted(nil))
		require.Zero(t, hub.Status().Wanted)
	})
}

// The bar for an idle node is 2 kB/s in all.
func TestIdleTraffic(t *testing.T) {
	simulate(t, func(t *testing.T, s *simulation) {
		first := s.start()
		for range 4 {
			s.start(first)
		}
		passes(10 * time.Minute)
		var before []int64
		for _, m := range s.members {
			require.Len(t, m.Peers(), 4)
			before = append(before, m.cable.sent.Load())
		}
		const window = 20 * time.Minute
		passes(window)
		for i, m := range s.members {
			rate := (m.cable.sent.Load() - before[i]) / int64(window/time.Second)
			t.Logf("node %d with 4 peers sends %d B/s", i, rate)
			require.Less(t, rate, int64(4*60), "60 B/s for each peer, and as much comes in: 16 peers keep the bar")
		}
	})
}
