package p2p

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// patience is the one deadline of every wait.
const patience = 30 * time.Second

// testConfig is the configuration of a node on the loopback interface that is quick to retry.
func testConfig(t *testing.T) Config {
	t.Helper()
	dir := t.TempDir()
	c := DefaultConfig()
	c.ChainID, c.Genesis, c.Network = "mesh-test-1", [32]byte{1}, "net_00000001"
	c.KeyFile, c.PeersFile = filepath.Join(dir, "node_key"), filepath.Join(dir, "peers.json")
	c.Listen = ListenOn("127.0.0.1", 0)
	c.Timing.RetryMin, c.Timing.RetryAlone = 50*time.Millisecond, 500*time.Millisecond
	c.Timing.Save = 10 * time.Millisecond
	return c
}

// member is an overlay that a test can stop and start again.
type member struct {
	*Overlay
	t      *testing.T
	events *Subscription
	stop   func()
}

// start runs an overlay until the test ends.
func start(t *testing.T, cfg Config, deps Deps, seams ...libp2p.Option) *member {
	t.Helper()
	o, err := newOverlay(cfg, deps, seams...)
	require.NoError(t, err)
	return launch(t, o)
}

// launch runs an overlay that a test has made.
func launch(t *testing.T, o *Overlay) *member {
	t.Helper()
	m := &member{Overlay: o, t: t, events: o.Subscribe(1024)}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- o.Run(ctx) }()
	m.stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-ran)
		require.NoError(t, o.Close())
	})
	t.Cleanup(m.stop)
	m.until("running", func() bool { return o.Status().Running })
	return m
}

// addresses is where the member listens, as others are configured with it.
func (m *member) addresses() []string {
	var list []string
	for _, a := range m.Addrs() {
		list = append(list, a.String())
	}
	return list
}

// info is where the member is found.
func (m *member) info() peer.AddrInfo { return peer.AddrInfo{ID: m.ID(), Addrs: m.host.Addrs()} }

// until waits for a condition.
func (m *member) until(what string, ok func() bool) {
	m.t.Helper()
	require.Eventually(m.t, ok, patience, 5*time.Millisecond, what)
}

// await waits for an event of a kind about a peer and returns it.
func (m *member) await(kind EventKind, id peer.ID) Event {
	m.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case e := <-m.events.C():
			if e.Kind == kind && e.Peer == id {
				return e
			}
		case <-deadline:
			require.FailNow(m.t, "no event", "%s %s; status %+v", kind, id, m.Status())
		}
	}
}

// sees waits until exactly these peers are admitted.
func (m *member) sees(others ...*member) {
	m.t.Helper()
	m.until("peers", func() bool {
		here := m.Peers()
		if len(here) != len(others) {
			return false
		}
		for _, o := range others {
			if !m.peers.isAdmitted(o.ID()) {
				return false
			}
		}
		return true
	})
}

// together waits until each member sees all others.
func together(members ...*member) {
	for i, m := range members {
		m.t.Helper()
		m.sees(append(append([]*member(nil), members[:i]...), members[i+1:]...)...)
	}
}

// creditOf is how much credit a peer has left.
func (m *member) creditOf(id peer.ID) float64 {
	m.credit.mu.Lock()
	defer m.credit.mu.Unlock()
	if l, ok := m.credit.of[id]; ok {
		return l.TokensAt(m.clock.Now())
	}
	return creditSize
}

// idle waits until no stream of a protocol is being served: an answer arrives a moment before its slot is free.
func (m *member) idle(protocol string) {
	m.t.Helper()
	s := m.services[protocol].slots
	m.until("idle", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.used == 0
	})
}

// within returns a context that ends with the test's patience.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// refusal returns the refusal inside an error.
func refusal(t *testing.T, err error) *message.Refusal {
	t.Helper()
	var r *message.Refusal
	require.ErrorAs(t, err, &r)
	return r
}

// newStretch is a source of random bytes of the seed.
func newStretch(t *testing.T) *stretch {
	t.Helper()
	return &stretch{state: sha256.Sum256(binary.BigEndian.AppendUint64(nil, seeded.Seed(t)))}
}

// stretch turns a seed into bytes without end.
type stretch struct {
	mu    sync.Mutex
	state [32]byte
}

func (s *stretch) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := 0; n < len(b); {
		s.state = sha256.Sum256(s.state[:])
		n += copy(b[n:], s.state[:])
	}
	return len(b), nil
}

// goroutines returns the stacks of those that run code of libp2p, of gossip, or of an overlay.
func goroutines() []string {
	buf := make([]byte, 16<<20)
	var list []string
	for _, stack := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(stack, "libp2p") || strings.Contains(stack, "quic-go") || strings.Contains(stack, "p2p.(*Overlay)") {
			list = append(list, stack)
		}
	}
	return list
}
