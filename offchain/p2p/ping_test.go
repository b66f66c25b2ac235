package p2p

import (
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/message"
)

func TestPingsCarryTheHeight(t *testing.T) {
	cfg := testConfig(t)
	cfg.Timing.Ping = 10 * time.Millisecond
	heights := make(chan uint64, 1)
	heights <- 1
	a := start(t, testConfig(t), Deps{Height: func() uint64 {
		h := <-heights
		heights <- h + 1
		return h
	}})
	b := start(t, cfg, Deps{})
	require.NoError(t, b.Connect(within(t), a.info()))
	b.until("height", func() bool { return b.Peers()[0].Height > 5 })
	require.Positive(t, b.Peers()[0].RTT)
	streams := 0
	for _, s := range b.host.Network().ConnsToPeer(a.ID())[0].GetStreams() {
		if s.Protocol() == protocolID(cfg.Network, ProtocolPing) {
			streams++
		}
	}
	require.Equal(t, 1, streams, "one stream serves for all")
}

func TestHostilePings(t *testing.T) {
	a := start(t, testConfig(t), Deps{})
	ping, err := message.Encode(&message.Ping{Nonce: 1, TSend: 1})
	require.NoError(t, err)
	cases := []struct {
		name    string
		wire    []byte
		answers int // pongs before the refusal
		code    message.Code
	}{
		{"fails: no ping", frame(t, []byte{0xff}), 0, message.CodeMalformed},
		{"fails: too long", []byte{65}, 0, message.CodeTooLarge},
		{"fails: too many", flood(frame(t, ping), pingBurst+1), pingBurst, message.CodeRateLimited},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newStranger(t)
			s.connects(a)
			raw := s.opens(a, protocolID(a.cfg.Network, ProtocolPing))
			_, err := raw.Write(c.wire)
			require.NoError(t, err)
			for range c.answers {
				_, err := message.ReadBody(raw, message.MaxControlFrame)
				require.NoError(t, err)
			}
			_, err = message.ReadBody(raw, message.MaxControlFrame)
			require.Equal(t, c.code, refusal(t, err).Code)
		})
	}
}

func flood(b []byte, n int) []byte {
	var list []byte
	for range n {
		list = append(list, b...)
	}
	return list
}

// A peer that answers pings with nonsense is as good as silent.
func TestPongOfAnotherPingDoesNotCount(t *testing.T) {
	cfg := testConfig(t)
	cfg.Timing.Ping, cfg.Timing.Silent = 20*time.Millisecond, 300*time.Millisecond
	a := start(t, cfg, Deps{})
	s := newStranger(t)
	s.serveGreeting(a)
	s.SetStreamHandler(protocolID(cfg.Network, ProtocolPing), func(raw network.Stream) {
		defer raw.Close()
		if _, err := message.ReadBody(raw, message.MaxControlFrame); err != nil {
			return
		}
		if b, err := message.Encode(&message.Pong{Nonce: 1}); err == nil {
			_ = message.WriteBody(raw, b, message.MaxControlFrame)
		}
	})
	require.NoError(t, a.knows(within(t), s))
	a.await(PeerConnected, s.ID())
	a.await(PeerLost, s.ID())
}
