package p2p

import (
	"strconv"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/test/seeded"
)

func testTargets(t *testing.T, bootstrap ...string) *targets {
	t.Helper()
	d, err := newDice(newStretch(t))
	require.NoError(t, err)
	cfg := DefaultConfig()
	cfg.Bootstrap = bootstrap
	list, err := newTargets(cfg, d)
	require.NoError(t, err)
	return list
}

// who names the peers or addresses that are to be dialled.
func who(calls []call) []string {
	var list []string
	for _, c := range calls {
		if c.info.ID != "" {
			list = append(list, string(c.info.ID))
		} else {
			list = append(list, c.info.Addrs[0].String())
		}
	}
	return list
}

func infos(ids ...string) []peer.AddrInfo {
	var list []peer.AddrInfo
	for _, id := range ids {
		list = append(list, peer.AddrInfo{ID: peer.ID(id)})
	}
	return list
}

// peers returns n peers that are connected.
func peers(n int) []peer.ID {
	var list []peer.ID
	for i := range n {
		list = append(list, peer.ID("peer"+strconv.Itoa(i)))
	}
	return list
}

func TestWhomToDial(t *testing.T) {
	now := time.Unix(1000, 0)
	cases := []struct {
		name      string
		connected []peer.ID
		want      []string
	}{
		{"ok: alone, everybody", nil, []string{"wanted1", "wanted2", "/ip4/1.2.3.4/tcp/1", "known1", "known2"}},
		{"ok: few peers, everybody", peers(3), []string{"wanted1", "wanted2", "/ip4/1.2.3.4/tcp/1", "known1", "known2"}},
		{"ok: enough peers, no bootstrap", peers(4), []string{"wanted1", "wanted2", "known1", "known2"}},
		{"ok: room for one", peers(23), []string{"wanted1", "wanted2", "known1"}},
		{"ok: no room, but wanted", peers(24), []string{"wanted1", "wanted2"}},
		{"ok: who is here is not dialled", append(peers(3), "wanted1", "known1"), []string{"wanted2", "known2"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			list := testTargets(t, "/ip4/1.2.3.4/tcp/1")
			list.setWanted(infos("wanted2", "wanted1"))
			due, _ := list.take(now, c.connected, infos("wanted1", "known1", "known2"))
			require.Equal(t, c.want, who(due))
			again, wait := list.take(now, c.connected, infos("wanted1", "known1", "known2"))
			require.Empty(t, again, "who is being dialled is not dialled again")
			require.Equal(t, idleWait, wait)
		})
	}
}

func TestDialsAtOnceAreLimited(t *testing.T) {
	list := testTargets(t)
	var ids []string
	for i := range 20 {
		ids = append(ids, strconv.Itoa(100+i))
	}
	now := time.Unix(1000, 0)
	first, _ := list.take(now, nil, infos(ids...))
	require.Len(t, first, maxDials)
	list.done(first[0], "", attemptFailed, now)
	<-list.woken
	second, _ := list.take(now, nil, infos(ids...))
	require.Equal(t, []string{"116"}, who(second))
}

// The wait doubles from RetryMin to RetryMax, but not beyond RetryAlone for a node without peers.
func TestBackoff(t *testing.T) {
	d, err := newDice(newStretch(t))
	require.NoError(t, err)
	timing := DefaultConfig().Timing
	seeded.Property(t, func(t *rapid.T) {
		var b backoff
		now := time.Unix(1000, 0)
		fails := rapid.IntRange(1, 100).Draw(t, "fails")
		for range fails {
			b.failed(timing, d, now)
		}
		wait := min(timing.RetryMax, timing.RetryMin<<min(fails-1, 20))
		require.GreaterOrEqual(t, b.at(false).Sub(now), wait/2)
		require.Less(t, b.at(false).Sub(now), wait)
		alone := min(wait, timing.RetryAlone)
		require.GreaterOrEqual(t, b.at(true).Sub(now), alone/2)
		require.Less(t, b.at(true).Sub(now), alone)
		b.forgive()
		require.Equal(t, b.at(true), b.at(false))
	})
}

func TestBackoffJudgesConnections(t *testing.T) {
	d, err := newDice(newStretch(t))
	require.NoError(t, err)
	timing := DefaultConfig().Timing
	now := time.Unix(1000, 0)
	var b backoff
	require.False(t, now.Before(b.at(true)), "due at once")
	for range 3 {
		b.failed(timing, d, now)
	}
	b.succeeded(now)
	b.lost(timing, d, now.Add(time.Second))
	require.Equal(t, 4, b.fails, "a connection that did not hold is a failure")
	b.succeeded(now)
	b.lost(timing, d, now.Add(steady))
	require.Equal(t, 1, b.fails, "one that did makes the next attempt a first one")
	b.refused(timing, d, now)
	require.GreaterOrEqual(t, b.at(true).Sub(now), timing.RetryMax/2, "who does not want us is not pressed, even by the lonely")
}

// While a node was alone all attempts failed. The first connection shows that the fault was its own.
func TestEndOfIsolationForgives(t *testing.T) {
	list := testTargets(t)
	known := infos("a", "b")
	now := time.Unix(1000, 0)
	for range 20 {
		due, _ := list.take(now, nil, known)
		for _, c := range due {
			list.done(c, "", attemptFailed, now)
		}
		now = now.Add(list.timing.RetryAlone)
	}
	due, _ := list.take(now, nil, known)
	list.done(due[0], "", attemptSucceeded, now)
	list.done(due[1], "", attemptFailed, now)
	due, wait := list.take(now, []peer.ID{"a"}, known)
	require.Empty(t, due)
	require.Less(t, wait, list.timing.RetryAlone)
	due, _ = list.take(now.Add(wait), []peer.ID{"a"}, known)
	require.Equal(t, []string{"b"}, who(due))
}

func TestBootstrapIsKnownByItsID(t *testing.T) {
	list := testTargets(t, "ws://example.com:8080")
	now := time.Unix(1000, 0)
	due, _ := list.take(now, nil, nil)
	require.Equal(t, []string{"/dns/example.com/tcp/8080/ws"}, who(due))
	list.done(due[0], "boot", attemptSucceeded, now)
	due, _ = list.take(now, []peer.ID{"boot"}, infos("boot"))
	require.Empty(t, due)
	now = now.Add(steady)
	due, wait := list.take(now, nil, infos("boot"))
	require.Empty(t, due, "lost: dialled once, after a moment")
	due, _ = list.take(now.Add(wait), nil, infos("boot"))
	require.Equal(t, []string{"boot"}, who(due))
	require.Equal(t, bootstrapPeer, due[0].kind)
}

// Whatever fails, succeeds and is lost: nobody is dialled twice at once, no more than maxDials are, and whoever is
// missing is dialled again before RetryMax is over.
func TestTargetsNeverGiveUp(t *testing.T) {
	d, err := newDice(newStretch(t))
	require.NoError(t, err)
	seeded.Property(t, func(t *rapid.T) {
		cfg := DefaultConfig()
		cfg.Bootstrap = []string{"/ip4/1.2.3.4/tcp/1", "/ip4/1.2.3.5/tcp/1/p2p/" + somebody}
		list, err := newTargets(cfg, d)
		require.NoError(t, err)
		list.setWanted(infos("wanted1", "wanted2"))
		known := infos("known1", "known2", "known3")
		everybody := []string{"wanted1", "wanted2", "boot", "known1", "known2", "known3"}
		now := time.Unix(1000, 0)
		connected := make(map[string]bool)
		tried := make(map[string]time.Time)
		for _, who := range everybody {
			tried[who] = now
		}
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			var here []peer.ID
			for _, who := range everybody {
				if connected[who] {
					here = append(here, peer.ID(who))
				}
			}
			calls, wait := list.take(now, here, known)
			require.LessOrEqual(t, len(calls), maxDials)
			require.Positive(t, wait)
			dialled := make(map[string]bool)
			for _, c := range calls {
				who := string(c.info.ID)
				if c.kind == bootstrapPeer && (who == "" || who == "boot") {
					who = "boot"
				} else if c.kind == bootstrapPeer {
					list.done(c, c.info.ID, attemptFailed, now) // the other one is dead for good
					continue
				}
				require.False(t, connected[who], "is here")
				require.False(t, dialled[who], "twice at once")
				dialled[who], tried[who] = true, now
				outcome := attempt(rapid.IntRange(int(attemptSucceeded), int(attemptFailed)).Draw(t, "outcome"))
				connected[who] = outcome == attemptSucceeded
				list.done(c, peer.ID(who), outcome, now)
			}
			for _, who := range everybody {
				if connected[who] {
					tried[who] = now
					connected[who] = rapid.IntRange(0, 9).Draw(t, "lost") > 0
				}
				if who != "boot" || len(here) < cfg.FewPeers {
					require.LessOrEqual(t, now.Sub(tried[who]), cfg.Timing.RetryMax+idleWait, who)
				} else {
					tried[who] = now // not needed
				}
			}
			now = now.Add(min(wait, time.Duration(rapid.IntRange(1, 60).Draw(t, "seconds"))*time.Second))
		}
	})
}
