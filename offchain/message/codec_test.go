package message_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// bodies returns one valid message of each type, each with every field set.
func bodies(t testing.TB) []message.Body {
	t.Helper()
	return []message.Body{
		signed(t), &message.Event{Name: "a", Payload: []byte("{}"), Nonce: []byte{1}},
		&message.Frame{Content: &message.Frame_Body{Body: []byte("x")}},
		&message.Frame{Content: &message.Frame_Refusal{Refusal: message.RefuseUntil(message.CodeBusy, "later", 1e9)}},
		message.Refuse(message.CodeTimeout, "late"), hello(), &message.Ping{Nonce: 1, TSend: 2}, &message.Pong{Nonce: 1, TRecv: 2, Height: 3},
		&message.RequestPeers{Nonce: make([]byte, 8), Max: 32, PeerRecord: []byte{1}},
		&message.KnownPeers{SealedPeerRecords: [][]byte{{1}, {2}}, RequestNonce: make([]byte, 16)},
	}
}

// empty returns an empty message of the same type.
func empty(m message.Body) message.Body {
	switch m.(type) {
	case *message.Envelope:
		return new(message.Envelope)
	case *message.Event:
		return new(message.Event)
	case *message.Frame:
		return new(message.Frame)
	case *message.Refusal:
		return new(message.Refusal)
	case *message.Hello:
		return new(message.Hello)
	case *message.Ping:
		return new(message.Ping)
	case *message.Pong:
		return new(message.Pong)
	case *message.RequestPeers:
		return new(message.RequestPeers)
	default:
		return new(message.KnownPeers)
	}
}

func TestEveryMessageRoundTrips(t *testing.T) {
	for _, m := range bodies(t) {
		b := encode(t, m)
		got := empty(m)
		require.NoError(t, message.Decode(b, got))
		require.Equal(t, m, got)
		require.Equal(t, b, encode(t, got))
	}
}

func TestDecodedMessageSharesNoMemory(t *testing.T) {
	b := encode(t, signed(t))
	var e message.Envelope
	require.NoError(t, message.Decode(b, &e))
	clear(b)
	require.Equal(t, signed(t), &e)
}

func TestDecodeRefuses(t *testing.T) {
	ping := encode(t, &message.Ping{Nonce: 1, TSend: 2})
	field := func(n protowire.Number, v uint64) []byte {
		return protowire.AppendVarint(protowire.AppendTag(nil, n, protowire.VarintType), v)
	}
	cases := []struct {
		name string
		in   []byte
		err  error
	}{
		{"ok: as encoded", ping, nil},
		{"ok: unknown field at the end", append(bytes.Clone(ping), field(100, 5)...), nil},
		{"fails: unknown field in front", append(field(100, 5), ping...), message.ErrNotCanonical},
		{"fails: fields in another order", append(field(2, 2), field(1, 1)...), message.ErrNotCanonical},
		{"fails: field twice", append(field(1, 1), field(1, 1)...), message.ErrNotCanonical},
		{"fails: zero written", field(1, 0), message.ErrNotCanonical},
		{"fails: long varint", []byte{0x08, 0x81, 0x00}, message.ErrNotCanonical},
		{"fails: tag ends early", []byte{0x80}, message.ErrMalformed},
		{"fails: value ends early", []byte{0x08}, message.ErrMalformed},
		{"fails: another wire type", protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), nil), message.ErrMalformed},
		{"fails: group", []byte{0xa3, 0x06, 0xa4, 0x06}, message.ErrMalformed},
		{"fails: end of a group", []byte{0xa4, 0x06}, message.ErrMalformed},
		{"fails: field number zero", []byte{0x00, 0x01}, message.ErrMalformed},
		{"fails: too many fields", bytes.Repeat(field(100, 1), message.MaxFields+1), message.ErrTooLarge},
		{"ok: as many fields as allowed", bytes.Repeat(field(100, 1), message.MaxFields), nil},
		{"fails: too many bytes", make([]byte, message.MaxControlFrame+1), message.ErrTooLarge},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.ErrorIs(t, message.Decode(c.in, new(message.Ping)), c.err)
		})
	}
}

func TestEncodeRefuses(t *testing.T) {
	_, err := message.Encode(new(message.Hello))
	require.ErrorIs(t, err, message.ErrInvalid)
	_, err = message.Encode(message.NewEnvelope(message.TypeCustom, make([]byte, message.MaxControlFrame)))
	require.ErrorIs(t, err, message.ErrTooLarge)
}

// What a later version adds survives being read and written by this one, and so does its signature.
func TestUnknownFieldsArePassedOn(t *testing.T) {
	e := signed(t)
	e.XXX_unrecognized = protowire.AppendString(protowire.AppendTag(nil, 10, protowire.BytesType), "from the future")
	require.NoError(t, e.Sign(key(1), home))
	var got message.Envelope
	require.NoError(t, message.Decode(encode(t, e), &got))
	require.Equal(t, e, &got)
	require.NoError(t, got.Verify(home))
}

// fuzz checks that whatever is accepted is encoded back to the same bytes.
func fuzz(f *testing.F, seed message.Body) {
	f.Helper()
	good := encode(f, seed)
	f.Add(good)
	f.Add([]byte{})
	f.Add(good[:len(good)/2])
	f.Add(append(bytes.Clone(good), 0xa0, 0x06, 0x01))
	f.Add(bytes.Repeat([]byte{0x0a, 0x00}, 100))
	f.Fuzz(func(t *testing.T, in []byte) {
		m := empty(seed)
		if message.Decode(in, m) != nil {
			return
		}
		require.NoError(t, m.Validate())
		require.Equal(t, in, encode(t, m))
	})
}

func FuzzEnvelope(f *testing.F) { fuzz(f, signed(f)) }

func FuzzEvent(f *testing.F) {
	fuzz(f, &message.Event{Name: "a", Payload: []byte("{}"), Nonce: []byte{1}})
}

func FuzzFrame(f *testing.F) {
	fuzz(f, &message.Frame{Content: &message.Frame_Refusal{Refusal: message.Refuse(message.CodeBusy, "later")}})
}

func FuzzRefusal(f *testing.F) { fuzz(f, message.RefuseUntil(message.CodeBusy, "later", 1e9)) }

func FuzzHello(f *testing.F) { fuzz(f, hello()) }

func FuzzPing(f *testing.F) { fuzz(f, &message.Ping{Nonce: 1, TSend: 2}) }

func FuzzPong(f *testing.F) { fuzz(f, &message.Pong{Nonce: 1, TRecv: 2, Height: 3}) }

func FuzzRequestPeers(f *testing.F) {
	fuzz(f, &message.RequestPeers{Nonce: make([]byte, 8), Max: 32, PeerRecord: []byte{1}})
}

func FuzzKnownPeers(f *testing.F) {
	fuzz(f, &message.KnownPeers{SealedPeerRecords: [][]byte{{1}, {2}}, RequestNonce: make([]byte, 16)})
}
