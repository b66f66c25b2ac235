package door_test

import (
	"crypto/ed25519"
	"errors"
	"testing"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/offchain/node/door"
	"github.com/mesh-protocol/mesh/offchain/p2p"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
)

// TestStrangersAtTheDoor is a program over real sockets that says to be a node and is none that the chain knows as it is: it
// reads why, no piece is asked for, and the node that it came to has nobody more than before.
func TestStrangersAtTheDoor(t *testing.T) {
	hello := func(t *testing.T, m door.Member) *message.Hello {
		return newVisitor(t).hello(t, m, domain)
	}
	for name, tc := range map[string]struct {
		scene func(t *testing.T, h *hall, id peer.ID, m door.Member) *message.Hello
		says  string // "" = it is let in
	}{
		"ok: registered": {func(t *testing.T, h *hall, id peer.ID, m door.Member) *message.Hello {
			h.members[id] = m
			return hello(t, m)
		}, ""},
		"fails: not registered": {func(t *testing.T, _ *hall, _ peer.ID, m door.Member) *message.Hello {
			return hello(t, m)
		}, "is no node of network net_00000001"},
		"fails: has left": {func(t *testing.T, h *hall, id peer.ID, m door.Member) *message.Hello {
			left := m
			left.Left = true
			h.members[id] = left
			return hello(t, m)
		}, "has left network net_00000001"},
		"fails: registered by another operator": {func(t *testing.T, h *hall, id peer.ID, m door.Member) *message.Hello {
			other := m
			other.Operator = newAccount(7).address()
			h.members[id] = other
			return hello(t, m)
		}, "the node has another operator"},
		"fails: binding of another peer": {func(t *testing.T, h *hall, id peer.ID, m door.Member) *message.Hello {
			h.members[id] = m
			other := m
			other.PeerKey[0]++
			return hello(t, other)
		}, "the operator has not signed that this peer is its node"},
		"fails: the chain does not answer": {func(t *testing.T, h *hall, _ peer.ID, m door.Member) *message.Hello {
			h.down = errors.New("no chain")
			return hello(t, m)
		}, "the chain cannot be asked whether this peer is a node"},
	} {
		t.Run(name, func(t *testing.T) {
			w, at, h := opens(t)
			greeting := new(message.Hello)
			o, _ := listens(t, p2p.Deps{Hello: func() *message.Hello { return greeting }}, func(o *p2p.Overlay, key ed25519.PrivateKey) {
				m := newVisitor(t).member()
				m.PeerKey = keyOf(key)
				greeting = tc.scene(t, h, o.ID(), m)
			})
			before := w.kept()
			err := o.Connect(within(t), peer.AddrInfo{ID: at.ID(), Addrs: transports(t, at)})
			far, failed := remote.New(remote.DefaultConfig(holdertest.Domain()), dialer{o})
			require.NoError(t, failed)
			if tc.says == "" {
				require.NoError(t, err)
				stream, err := far.Open(within(t), w.at)
				require.NoError(t, err)
				require.NoError(t, stream.Close())
				return
			}
			var refusal *message.Refusal
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, message.CodeNotWelcome, refusal.Code)
			require.ErrorContains(t, err, tc.says)
			require.Empty(t, at.Peers())
			_, err = far.Open(within(t), w.at)
			require.ErrorContains(t, err, tc.says)
			require.Equal(t, before, w.kept())
		})
	}
}
