package p2p

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"

	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/message"
)

func TestGreetingTellsWhoTheOtherIs(t *testing.T) {
	about := &message.Hello{
		Roles: []string{"storage"}, Operator: bytes.Repeat([]byte{7}, 20), BindingSig: bytes.Repeat([]byte{8}, message.BindingSize),
		AppHash: bytes.Repeat([]byte{9}, 32), UplinkBps: 1e7, Region: "eu",
	}
	a := start(t, testConfig(t), Deps{Hello: func() *message.Hello { return about }, Height: func() uint64 { return 77 }})
	var asked peer.ID
	cfg := testConfig(t)
	cfg.Agent = "mesh/test"
	b := start(t, cfg, Deps{Welcome: func(_ context.Context, from peer.ID, h *message.Hello) error {
		asked = from
		require.Equal(t, uint64(77), h.Height)
		return nil
	}})
	require.NoError(t, b.Connect(within(t), a.info()))
	a.await(PeerConnected, b.ID())

	require.Equal(t, a.ID(), asked)
	got := b.Peers()[0]
	require.Equal(t, a.ID(), got.ID)
	require.False(t, got.Inbound)
	require.Equal(t, uint64(77), got.Height)
	record, err := openRecord(got.Hello.PeerRecord)
	require.NoError(t, err)
	require.Equal(t, a.ID(), record.info.ID)
	want := *about
	want.ChainId, want.Genesis, want.Height, want.Agent = "mesh-test-1", append([]byte{1}, make([]byte, 31)...), 77, "mesh"
	want.PeerRecord = got.Hello.PeerRecord
	require.Equal(t, &want, got.Hello)
	require.True(t, a.Peers()[0].Inbound)
	require.Equal(t, "mesh/test", a.Peers()[0].Hello.Agent)
	require.Equal(t, &message.Hello{
		Roles: []string{"storage"}, Operator: bytes.Repeat([]byte{7}, 20), BindingSig: bytes.Repeat([]byte{8}, message.BindingSize),
		AppHash: bytes.Repeat([]byte{9}, 32), UplinkBps: 1e7, Region: "eu",
	}, about, "what Deps.Hello returned is not changed")
}

func TestConnectionIsTLSOverTCPWithYamux(t *testing.T) {
	a, b := start(t, testConfig(t), Deps{}), start(t, testConfig(t), Deps{})
	require.NoError(t, b.Connect(within(t), a.info())) // QUIC is on offer too
	state := b.host.Network().ConnsToPeer(a.ID())[0].ConnState()
	require.Equal(t, "tcp", state.Transport)
	require.Equal(t, "/tls/1.0.0", string(state.Security))
	require.Equal(t, "/yamux/1.0.0", string(state.StreamMultiplexer))
}

func TestRefusedPeerReadsTheReason(t *testing.T) {
	no := func(err error) Deps {
		return Deps{Welcome: func(context.Context, peer.ID, *message.Hello) error { return err }}
	}
	cases := []struct {
		name    string
		dialled Deps
		dialler Deps
		change  func(*Config) // of the dialler
		code    message.Code
		reason  string
	}{
		{"fails: another chain", Deps{}, Deps{}, func(c *Config) { c.ChainID = "mesh-test-2" },
			message.CodeWrongChain, "this node is on chain mesh-test-1, not on mesh-test-2"},
		{"fails: another genesis", Deps{}, Deps{}, func(c *Config) { c.Genesis = [32]byte{2} },
			message.CodeWrongChain, "chain mesh-test-1 has another genesis here: 0100000000000000"},
		{"fails: another network", Deps{}, Deps{}, func(c *Config) { c.Network = "net_00000002" },
			message.CodeWrongNetwork, "this node is of network net_00000001, not of net_00000002"},
		{"fails: not welcome, with a reason", no(message.Refuse(message.CodeNotWelcome, "no bond")), Deps{}, nil,
			message.CodeNotWelcome, "no bond"},
		{"fails: not welcome, and nobody says why", no(errors.New("database is broken")), Deps{}, nil,
			message.CodeNotWelcome, "not welcome"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := start(t, testConfig(t), c.dialled)
			cfg := testConfig(t)
			if c.change != nil {
				c.change(&cfg)
			}
			b := start(t, cfg, c.dialler)
			r := refusal(t, b.Connect(within(t), a.info()))
			require.Equal(t, c.code, r.Code)
			require.Equal(t, c.reason, r.Reason)
			require.Contains(t, a.await(PeerRefused, b.ID()).Reason, c.reason)
			require.Contains(t, b.await(PeerRefused, a.ID()).Reason, c.reason)
			b.until("closed", func() bool { return len(b.host.Network().ConnsToPeer(a.ID())) == 0 })
			require.Empty(t, a.Peers())
			require.Empty(t, b.Peers())
			require.Len(t, b.Status().Refused, 1)
			require.Zero(t, b.Status().Known, "who refuses us is not remembered")
		})
	}
}

func TestDiallerMayRefuseToo(t *testing.T) {
	a := start(t, testConfig(t), Deps{})
	b := start(t, testConfig(t), Deps{Welcome: func(context.Context, peer.ID, *message.Hello) error {
		return message.Refuse(message.CodeNotWelcome, "not one of mine")
	}})
	r := refusal(t, b.Connect(within(t), a.info()))
	require.Equal(t, "not one of mine", r.Reason)
	require.Equal(t, "wait for consent: connection ended before hello\nread answer: refused: not_welcome: not one of mine",
		a.await(PeerRefused, b.ID()).Reason)
	require.Empty(t, a.Peers(), "the dialled side waits for the dialler's consent")
}

func TestConnectionWithoutHelloIsClosed(t *testing.T) {
	cfg := testConfig(t)
	cfg.Timing.Hello = 100 * time.Millisecond
	a := start(t, cfg, Deps{})
	s := newStranger(t)
	s.connects(a)
	a.until("closed", func() bool { return len(s.Network().ConnsToPeer(a.ID())) == 0 })
	require.Empty(t, a.Peers())
}

func TestNothingIsServedBeforeHelloButPing(t *testing.T) {
	a := newStoppable(t)
	s := newStranger(t)
	s.connects(a)
	for _, name := range []string{ProtocolEvent, ProtocolPeers} {
		_, err := s.asks(a, name, frame(t, []byte("x")))
		require.Equal(t, message.CodeHelloRequired, refusal(t, err).Code, name)
	}
	b, err := message.Encode(&message.Ping{Nonce: 5, TSend: 6})
	require.NoError(t, err)
	answer, err := s.asks(a, ProtocolPing, frame(t, b))
	require.NoError(t, err)
	var pong message.Pong
	require.NoError(t, message.Decode(answer, &pong))
	require.Equal(t, uint64(5), pong.Nonce)

	_, err = s.saysHello(a, s.greeting(a))
	require.NoError(t, err)
	answer, err = s.asks(a, ProtocolEvent, frame(t, []byte("x")))
	require.NoError(t, err)
	require.Equal(t, []byte("x"), answer)
}

// newStoppable runs a member that echoes events.
func newStoppable(t *testing.T) *member {
	t.Helper()
	o, err := New(testConfig(t), Deps{})
	require.NoError(t, err)
	limits, err := DefaultLimits(ProtocolEvent)
	require.NoError(t, err)
	require.NoError(t, o.Handle(ProtocolEvent, limits, func(_ context.Context, _ peer.ID, b []byte) ([]byte, error) { return b, nil }))
	return launch(t, o)
}

func TestHostileGreetings(t *testing.T) {
	a := start(t, testConfig(t), Deps{})
	good := func(s *stranger) []byte {
		b, err := message.Encode(s.greeting(a))
		require.NoError(t, err)
		return b
	}
	cases := []struct {
		name string
		wire func(s *stranger) []byte
		code message.Code
	}{
		{"fails: nothing", func(*stranger) []byte { return nil }, message.CodeMalformed},
		{"fails: no frame", func(*stranger) []byte { return []byte{3, 1, 2, 3} }, message.CodeMalformed},
		{"fails: no hello", func(*stranger) []byte { return frame(t, []byte{0xff}) }, message.CodeMalformed},
		{"fails: empty hello", func(*stranger) []byte { return frame(t, nil) }, message.CodeMalformed},
		{"fails: half a hello", func(s *stranger) []byte { return frame(t, good(s))[:20] }, message.CodeMalformed},
		{"fails: too long", func(*stranger) []byte { return []byte{0xff, 0xff, 0x03} }, message.CodeTooLarge},
	}
	for _, c := range cases {
		s := newStranger(t) // outlives its case: it does not leave by itself
		t.Run(c.name, func(t *testing.T) {
			s.connects(a)
			_, err := s.asks(a, ProtocolHello, c.wire(s))
			require.Equal(t, c.code, refusal(t, err).Code)
			a.await(PeerRefused, s.ID())
		})
	}
	require.Empty(t, a.Peers())
	a.until("closed", func() bool { return len(a.host.Network().Conns()) == 0 })
}

// A peer that leaves in the middle of a greeting is not admitted.
func TestGreetingThatBreaksOff(t *testing.T) {
	a := start(t, testConfig(t), Deps{})
	s := newStranger(t)
	s.connects(a)
	raw := s.opens(a, protocolID(a.cfg.Network, ProtocolHello))
	b, err := message.Encode(s.greeting(a))
	require.NoError(t, err)
	require.NoError(t, message.WriteBody(raw, b, message.MaxControlFrame))
	_, err = message.ReadBody(raw, message.MaxControlFrame)
	require.NoError(t, err)
	require.NoError(t, raw.Reset())
	a.await(PeerRefused, s.ID())
	require.Empty(t, a.Peers())
}

// Greetings again and again, over one connection, change nothing.
func TestGreetingTwice(t *testing.T) {
	a := start(t, testConfig(t), Deps{})
	s := newStranger(t)
	s.joins(a)
	h := s.greeting(a)
	h.Height = 12
	_, err := s.saysHello(a, h)
	require.NoError(t, err)
	a.until("new height", func() bool { return a.Peers()[0].Height == 12 })
	require.Len(t, a.Peers(), 1)
	require.Empty(t, a.events.C(), "no second event")
}

func TestPeerThatIsNotEd25519IsRefused(t *testing.T) {
	a := start(t, testConfig(t), Deps{})
	key, _, err := crypto.GenerateECDSAKeyPair(rand.Reader)
	require.NoError(t, err)
	s := newStrangerWith(t, key)
	if s.Connect(within(t), a.info()) == nil { // the dialler of TLS learns of it when it reads
		a.until("closed", func() bool { return s.Network().Connectedness(a.ID()) != network.Connected })
	}
	require.Empty(t, a.host.Network().ConnsToPeer(s.ID()))
}

func TestNetworkOf(t *testing.T) {
	cases := []struct {
		name, id, want string
	}{
		{"ok: ours", "/mesh/net_00000001/hello/1.0.0", "net_00000001"},
		{"fails: another protocol", "/mesh/net_00000001/ping/1.0.0", ""},
		{"fails: another version", "/mesh/net_00000001/hello/2.0.0", ""},
		{"fails: no network", "/mesh//hello/1.0.0", ""},
		{"fails: something else", "/ipfs/id/1.0.0", ""},
		{"fails: longer", "/mesh/a/hello/1.0.0/x", ""},
		{"fails: strange name", "/mesh/a b/hello/1.0.0", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, networkOf(protocol.ID(c.id)))
		})
	}
}
