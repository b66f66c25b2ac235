package p2p

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// fakeConn is a connection to a peer that carries nothing.
type fakeConn struct {
	network.Conn
	peer peer.ID
}

func (c *fakeConn) RemotePeer() peer.ID { return c.peer }

func newTestTable(clock *fakeTime) (*table, *Subscription) {
	e := newEvents()
	return newTable(e, clock.Now), e.subscribe(1000)
}

// next returns the events that have happened since the last call.
func next(s *Subscription) []string {
	var list []string
	for {
		select {
		case e := <-s.C():
			list = append(list, e.Kind.String()+" "+string(e.Peer))
		default:
			return list
		}
	}
}

func TestTableTellsOfPeers(t *testing.T) {
	clock := &fakeTime{time.Unix(1000, 0)}
	table, events := newTestTable(clock)
	first, second := &fakeConn{peer: "a"}, &fakeConn{peer: "a"}
	require.ErrorIs(t, table.await(t.Context(), "a", clock.now), ErrNoGreeting, "not connected")
	require.False(t, table.admit("a", new(message.Hello)), "nor to be admitted")
	table.add(first)
	table.add(second)
	<-table.woken
	require.Equal(t, []network.Conn{first, second}, table.takeFresh())
	require.Empty(t, table.takeFresh())
	require.False(t, table.hasBegun("a"))
	table.begin("a")
	require.True(t, table.hasBegun("a"))
	require.Empty(t, next(events), "a connection is no peer yet")

	require.True(t, table.admit("a", &message.Hello{Height: 5}))
	require.False(t, table.admit("a", &message.Hello{Height: 6}), "the first time only")
	require.NoError(t, table.await(t.Context(), "a", clock.now))
	require.Equal(t, []string{"connected a"}, next(events))
	require.Equal(t, uint64(6), table.peers["a"].height)
	require.False(t, table.remove(first), "one connection is left")
	require.Empty(t, next(events))
	require.True(t, table.remove(second))
	require.False(t, table.remove(second))
	require.Equal(t, []string{"lost a"}, next(events))

	no := errors.New("no")
	table.add(first)
	table.refuse("a", no)
	require.ErrorIs(t, table.await(t.Context(), "a", clock.now), no)
	require.False(t, table.admit("a", new(message.Hello)), "who was refused stays out")
	require.False(t, table.isAdmitted("a"))
	require.False(t, table.remove(first))
	require.Equal(t, []string{"refused a"}, next(events))
	require.ErrorIs(t, table.await(t.Context(), "a", clock.now), no, "the reason outlives the connection")
	require.ErrorIs(t, table.await(t.Context(), "a", clock.now.Add(1)), ErrNoGreeting, "but not for the next one")
	require.ErrorIs(t, table.await(t.Context(), "b", clock.now), ErrNoGreeting)
	for range 2 * maxRefusals {
		table.refuse("c", no)
	}
	require.Len(t, table.gone, maxRefusals)
	next(events)

	table.add(first)
	require.True(t, table.admit("a", new(message.Hello)))
	table.refuse("a", no)
	require.False(t, table.isAdmitted("a"))
	require.Equal(t, []string{"connected a", "lost a", "refused a"}, next(events), "a greeting again may end badly")
	require.ErrorIs(t, table.await(t.Context(), "a", clock.now), no)
	require.False(t, table.admit("a", new(message.Hello)), "and then no other helps")
	require.False(t, table.isAdmitted("a"))
}

func TestTableAwaits(t *testing.T) {
	clock := &fakeTime{time.Unix(1000, 0)}
	table, _ := newTestTable(clock)
	table.add(&fakeConn{peer: "a"})
	gone := &fakeConn{peer: "b"}
	table.add(gone)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, table.await(ended, "a", clock.now), context.Canceled)
	results := make(chan error, 2)
	for _, id := range []peer.ID{"a", "b"} {
		go func() { results <- table.await(t.Context(), id, clock.now) }()
	}
	table.admit("a", new(message.Hello))
	require.NoError(t, <-results)
	table.remove(gone)
	require.ErrorIs(t, <-results, ErrNoGreeting)
}

func TestTableKnowsWhatIsOverdue(t *testing.T) {
	clock := &fakeTime{time.Unix(1000, 0)}
	table, _ := newTestTable(clock)
	conns := make(map[string]*fakeConn)
	for _, name := range []string{"stranger", "refused", "silent", "pinging", "ponging"} {
		conns[name] = &fakeConn{peer: peer.ID(name)}
		table.add(conns[name])
	}
	for _, name := range []string{"silent", "pinging", "ponging"} {
		table.admit(peer.ID(name), new(message.Hello))
	}
	table.refuse("refused", errors.New("no"))
	overdue := func() []string {
		var list []string
		for _, c := range table.overdue(9*time.Second, 10*time.Second) {
			list = append(list, string(c.RemotePeer()))
		}
		slices.Sort(list)
		return list
	}
	pass := func(d time.Duration) {
		clock.now = clock.now.Add(d)
		table.heard(conns["pinging"])
		table.heard(conns["stranger"])
		table.ponged(conns["ponging"], time.Millisecond, 7)
	}
	require.Empty(t, overdue())
	pass(farewell)
	require.Equal(t, []string{"refused"}, overdue())
	table.remove(conns["refused"])
	pass(9*time.Second - farewell)
	require.Equal(t, []string{"silent"}, overdue())
	table.remove(conns["silent"])
	pass(time.Second)
	require.Equal(t, []string{"stranger"}, overdue(), "pings do not replace a hello")
	require.Equal(t, time.Millisecond, table.peers["ponging"].rtt)
	require.Equal(t, uint64(7), table.peers["ponging"].height)
	table.heard(conns["silent"]) // is gone: nothing happens
	table.ponged(conns["silent"], 0, 0)
	require.Len(t, table.peers, 3)
}

// Whatever happens in whatever order: connected and lost take turns for each peer, and what the table says of it agrees
// with the last of them.
func TestTableEventsTakeTurns(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		table, events := newTestTable(&fakeTime{time.Unix(1000, 0)})
		conns := make(map[peer.ID][]*fakeConn)
		here := make(map[string]bool)
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			id := peer.ID(strconv.Itoa(rapid.IntRange(0, 2).Draw(t, "peer")))
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				c := &fakeConn{peer: id}
				conns[id] = append(conns[id], c)
				table.add(c)
			case 1:
				if len(conns[id]) > 0 {
					table.remove(conns[id][0])
					conns[id] = conns[id][1:]
				}
			case 2:
				table.admit(id, new(message.Hello))
			default:
				table.refuse(id, errors.New("no"))
			}
			for _, e := range next(events) {
				switch kind, who := e[:len(e)-2], e[len(e)-1:]; kind {
				case "connected":
					require.False(t, here[who], "connected twice")
					here[who] = true
				case "lost":
					require.True(t, here[who], "lost before it was connected")
					here[who] = false
				}
			}
			for _, who := range []string{"0", "1", "2"} {
				require.Equal(t, here[who], table.isAdmitted(peer.ID(who)))
				require.Equal(t, here[who], slices.Contains(table.admitted(), peer.ID(who)))
				require.Len(t, table.connections(peer.ID(who)), len(conns[peer.ID(who)]))
			}
		}
	})
}
