package message_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/message"
)

func TestValidateEnvelope(t *testing.T) {
	cases := []struct {
		name   string
		change func(*message.Envelope)
		err    error
	}{
		{"ok: signed event", func(*message.Envelope) {}, nil},
		{"ok: unsigned", func(e *message.Envelope) { e.Signer, e.Sig = nil, nil }, nil},
		{"ok: type of a later version", func(e *message.Envelope) { e.Type, e.Schema = 99, nil }, nil},
		{"fails: later version", func(e *message.Envelope) { e.V = 2 }, message.ErrVersion},
		{"fails: no type", func(e *message.Envelope) { e.Type = message.TypeUnspecified }, message.ErrInvalid},
		{"fails: negative type", func(e *message.Envelope) { e.Type = -1 }, message.ErrInvalid},
		{"fails: body changed", func(e *message.Envelope) { e.Body[0] ^= 1 }, message.ErrInvalid},
		{"fails: short id", func(e *message.Envelope) { e.Id = e.Id[:15] }, message.ErrInvalid},
		{"fails: short schema", func(e *message.Envelope) { e.Schema = e.Schema[:31] }, message.ErrInvalid},
		{"fails: schema on a task", func(e *message.Envelope) { e.Type = message.TypeTaskRequest }, message.ErrInvalid},
		{"fails: signer without signature", func(e *message.Envelope) { e.Sig = nil }, message.ErrInvalid},
		{"fails: signature without signer", func(e *message.Envelope) { e.Signer = nil }, message.ErrInvalid},
		{"fails: short signature", func(e *message.Envelope) { e.Sig = e.Sig[:63] }, message.ErrInvalid},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := signed(t)
			c.change(e)
			require.ErrorIs(t, e.Validate(), c.err)
		})
	}
}

func TestValidateHello(t *testing.T) {
	cases := []struct {
		name   string
		change func(*message.Hello)
		ok     bool
	}{
		{"ok: all fields", func(*message.Hello) {}, true},
		{"ok: client", func(h *message.Hello) {
			*h = message.Hello{ChainId: "a", Genesis: make([]byte, 32)}
		}, true},
		{"ok: long address", func(h *message.Hello) { h.Operator = make([]byte, 32) }, true},
		{"fails: no chain", func(h *message.Hello) { h.ChainId = "" }, false},
		{"fails: long chain", func(h *message.Hello) { h.ChainId = strings.Repeat("a", 51) }, false},
		{"fails: chain that would spoil a terminal", func(h *message.Hello) { h.ChainId = "a\x1b[2J" }, false},
		{"fails: genesis", func(h *message.Hello) { h.Genesis = h.Genesis[:31] }, false},
		{"fails: app hash", func(h *message.Hello) { h.AppHash = h.AppHash[:31] }, false},
		{"fails: nine roles", func(h *message.Hello) { h.Roles = strings.Split("a b c d e f g h i", " ") }, false},
		{"fails: role", func(h *message.Hello) { h.Roles = []string{"Storage"} }, false},
		{"fails: empty role", func(h *message.Hello) { h.Roles = []string{""} }, false},
		{"fails: order of roles", func(h *message.Hello) { h.Roles = []string{"b", "a"} }, false},
		{"fails: role twice", func(h *message.Hello) { h.Roles = []string{"a", "a"} }, false},
		{"fails: operator", func(h *message.Hello) { h.Operator = make([]byte, 21) }, false},
		{"ok: no binding", func(h *message.Hello) { h.BindingSig = nil }, true},
		{"fails: long binding", func(h *message.Hello) { h.BindingSig = make([]byte, 98) }, false},
		{"fails: short binding", func(h *message.Hello) { h.BindingSig = make([]byte, 96) }, false},
		{"fails: long agent", func(h *message.Hello) { h.Agent = strings.Repeat("a", 65) }, false},
		{"fails: agent that is not ASCII", func(h *message.Hello) { h.Agent = "mäsh" }, false},
		{"fails: region", func(h *message.Hello) { h.Region = "EU" }, false},
		{"fails: peer record", func(h *message.Hello) { h.PeerRecord = make([]byte, 1025) }, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := hello()
			c.change(h)
			if c.ok {
				require.NoError(t, h.Validate())
			} else {
				require.ErrorIs(t, h.Validate(), message.ErrInvalid)
			}
		})
	}
}

func TestSameChain(t *testing.T) {
	require.Nil(t, message.SameChain(hello(), hello()))
	other := hello()
	other.ChainId = "mesh-test-2"
	r := message.SameChain(hello(), other)
	require.Equal(t, message.CodeWrongChain, r.Code)
	require.Equal(t, "this node is on chain mesh-test-1, not on mesh-test-2", r.Reason)
	other = hello()
	other.Genesis[0] = 9
	r = message.SameChain(hello(), other)
	require.Equal(t, message.CodeWrongChain, r.Code)
	require.Equal(t, "chain mesh-test-1 has another genesis here: 0101010101010101", r.Reason)
}

func TestValidateSmallMessages(t *testing.T) {
	records := func(n, size int) [][]byte {
		list := make([][]byte, n)
		for i := range list {
			list[i] = make([]byte, size)
		}
		return list
	}
	nonce := func(n int) []byte { return bytes.Repeat([]byte{1}, n) }
	cases := []struct {
		name string
		m    message.Body
		ok   bool
	}{
		{"ok: request", &message.RequestPeers{Nonce: nonce(8), Max: 1}, true},
		{"fails: request with a short nonce", &message.RequestPeers{Nonce: nonce(7), Max: 1}, false},
		{"fails: request with a long nonce", &message.RequestPeers{Nonce: nonce(17), Max: 1}, false},
		{"fails: request for none", &message.RequestPeers{Nonce: nonce(8)}, false},
		{"fails: request for too many", &message.RequestPeers{Nonce: nonce(8), Max: 33}, false},
		{"fails: request with a long record", &message.RequestPeers{Nonce: nonce(8), Max: 1, PeerRecord: make([]byte, 1025)}, false},
		{"ok: most peers", &message.KnownPeers{SealedPeerRecords: records(32, 1024), RequestNonce: nonce(16)}, true},
		{"ok: no peers", &message.KnownPeers{RequestNonce: nonce(8)}, true},
		{"fails: too many peers", &message.KnownPeers{SealedPeerRecords: records(33, 1), RequestNonce: nonce(8)}, false},
		{"fails: long record", &message.KnownPeers{SealedPeerRecords: records(1, 1025), RequestNonce: nonce(8)}, false},
		{"fails: empty record", &message.KnownPeers{SealedPeerRecords: records(1, 0), RequestNonce: nonce(8)}, false},
		{"fails: peers without nonce", &message.KnownPeers{}, false},
		{"ok: event", &message.Event{Name: strings.Repeat("a", 64), Nonce: nonce(16)}, true},
		{"fails: event without name", &message.Event{}, false},
		{"fails: long name", &message.Event{Name: strings.Repeat("a", 65)}, false},
		{"fails: name with a space", &message.Event{Name: "a b"}, false},
		{"fails: long event nonce", &message.Event{Name: "a", Nonce: nonce(17)}, false},
		{"fails: frame without content", &message.Frame{}, false},
		{"fails: frame with a bad refusal", &message.Frame{Content: &message.Frame_Refusal{Refusal: &message.Refusal{}}}, false},
		{"fails: refusal without code", &message.Refusal{Reason: "a"}, false},
		{"fails: long reason", &message.Refusal{Code: message.CodeBusy, Reason: strings.Repeat("a", 257)}, false},
		{"fails: reason that would spoil a terminal", &message.Refusal{Code: message.CodeBusy, Reason: "\x1b[2J"}, false},
		{"fails: reason that is not UTF-8", &message.Refusal{Code: message.CodeBusy, Reason: "\xff"}, false},
		{"ok: longest wait", &message.Refusal{Code: message.CodeBusy, RetryAfterMs: 600_000}, true},
		{"fails: endless wait", &message.Refusal{Code: message.CodeBusy, RetryAfterMs: 1 << 63}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.ok {
				require.NoError(t, c.m.Validate())
				require.NoError(t, message.Decode(encode(t, c.m), empty(c.m)))
			} else {
				require.ErrorIs(t, c.m.Validate(), message.ErrInvalid)
			}
		})
	}
}
