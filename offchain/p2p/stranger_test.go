package p2p

import (
	"context"
	"crypto/rand"
	"testing"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// stranger is a bare libp2p host that does as a test tells it, whatever honest nodes would do.
type stranger struct {
	host.Host
	t *testing.T
}

func newStranger(t *testing.T) *stranger {
	t.Helper()
	key, _, err := crypto.GenerateEd25519Key(rand.Reader)
	require.NoError(t, err)
	return newStrangerWith(t, key)
}

// newStrangerWith is a stranger with a key of any kind.
func newStrangerWith(t *testing.T, key crypto.PrivKey) *stranger {
	t.Helper()
	h, err := libp2p.New(
		libp2p.Identity(key), libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"), libp2p.DisableMetrics(),
		libp2p.ResourceManager(&network.NullResourceManager{}),
	)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.Close()) })
	return &stranger{Host: h, t: t}
}

// key is the stranger's private key.
func (s *stranger) key() crypto.PrivKey { return s.Peerstore().PrivKey(s.ID()) }

// connects opens a connection to a member.
func (s *stranger) connects(m *member) {
	s.t.Helper()
	require.NoError(s.t, s.Connect(within(s.t), m.info()))
}

// opens opens a stream to a member.
func (s *stranger) opens(m *member, id protocol.ID) network.Stream {
	s.t.Helper()
	raw, err := s.NewStream(within(s.t), m.ID(), id)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = raw.Reset() })
	return raw
}

// greeting is what an honest node of the member's network says.
func (s *stranger) greeting(m *member) *message.Hello {
	return &message.Hello{ChainId: m.cfg.ChainID, Genesis: m.cfg.Genesis[:]}
}

// saysHello greets a member as an honest node does, and returns what comes back.
func (s *stranger) saysHello(m *member, h *message.Hello) ([]byte, error) {
	s.t.Helper()
	raw := s.opens(m, protocolID(m.cfg.Network, ProtocolHello))
	b, err := message.Encode(h)
	require.NoError(s.t, err)
	require.NoError(s.t, message.WriteBody(raw, b, message.MaxControlFrame))
	answer, err := message.ReadBody(raw, message.MaxControlFrame)
	_ = raw.Close() // who is refused may find it closed
	return answer, err
}

// joins connects to a member and is admitted.
func (s *stranger) joins(m *member) {
	s.t.Helper()
	s.connects(m)
	_, err := s.saysHello(m, s.greeting(m))
	require.NoError(s.t, err)
	m.await(PeerConnected, s.ID())
}

// asks sends bare bytes to a protocol of a member and reads the answer.
func (s *stranger) asks(m *member, name string, wire []byte) ([]byte, error) {
	s.t.Helper()
	raw := s.opens(m, protocolID(m.cfg.Network, name))
	_, err := raw.Write(wire)
	require.NoError(s.t, err)
	_ = raw.CloseWrite() // who is refused may find it closed
	return message.ReadBody(raw, message.MaxControlFrame)
}

// frame returns the wire bytes of a control frame.
func frame(t *testing.T, body []byte) []byte {
	t.Helper()
	var w wire
	require.NoError(t, message.WriteBody(&w, body, message.MaxControlFrame))
	return w
}

type wire []byte

func (w *wire) Write(b []byte) (int, error) {
	*w = append(*w, b...)
	return len(b), nil
}

// record is a signed peer record of the stranger.
func (s *stranger) record(m *member) []byte {
	s.t.Helper()
	sealed, err := sealRecord(s.key(), s.ID(), s.Addrs(), m.clock.Now())
	require.NoError(s.t, err)
	return sealed
}

// serveGreeting makes the stranger answer a greeting as an honest node does.
func (s *stranger) serveGreeting(m *member) {
	s.SetStreamHandler(protocolID(m.cfg.Network, ProtocolHello), func(raw network.Stream) {
		defer raw.Close()
		if _, err := message.ReadBody(raw, message.MaxControlFrame); err != nil {
			return
		}
		if b, err := message.Encode(s.greeting(m)); err == nil {
			_ = message.WriteBody(raw, b, message.MaxControlFrame)
		}
	})
}

// knows makes a member dial a stranger.
func (m *member) knows(ctx context.Context, s *stranger) error {
	return m.Connect(ctx, peer.AddrInfo{ID: s.ID(), Addrs: s.Addrs()})
}
