package carrier_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/attest"
	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/offchain/node/carrier"
	"github.com/mesh-protocol/mesh/offchain/p2p"
	"github.com/mesh-protocol/mesh/proof"
)

func keyOf(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func public(n byte) ed25519.PublicKey { return keyOf(n).Public().(ed25519.PublicKey) }

func idOf(t *testing.T, n byte) peer.ID {
	t.Helper()
	k, err := crypto.UnmarshalEd25519PublicKey(public(n))
	require.NoError(t, err)
	id, err := peer.IDFromPublicKey(k)
	require.NoError(t, err)
	return id
}

// wire is the way from host 1 to host 2, whose router answers.
type wire struct {
	t      *testing.T
	router *message.Router
	sent   [][]byte
	// answer, if set, is what comes back.
	answer []byte
}

func (w *wire) Request(ctx context.Context, to peer.ID, protocol string, body []byte) ([]byte, error) {
	require.Equal(w.t, idOf(w.t, 2), to)
	require.Equal(w.t, p2p.ProtocolEvent, protocol)
	w.sent = append(w.sent, body)
	if w.answer != nil {
		return w.answer, nil
	}
	answer, err := w.router.Serve(ctx, idOf(w.t, 1).String(), body)
	if err != nil {
		return nil, message.RefusalOf(err)
	}
	return answer, nil
}

// hearer notes what it hears, or fails.
type hearer struct {
	heard []any
	err   error
}

func (h *hearer) hear(from ed25519.PublicKey, what any) error {
	h.heard = append(h.heard, bytes.Clone(from), what)
	return h.err
}

func (h *hearer) HearSummons(_ context.Context, from ed25519.PublicKey, s attest.Summons) error {
	return h.hear(from, s)
}

func (h *hearer) HearProbe(_ context.Context, from ed25519.PublicKey, p attest.Probe) ([]byte, error) {
	return bytes.Repeat([]byte{7}, 64), h.hear(from, p)
}

func (h *hearer) HearAttestation(_ context.Context, from ed25519.PublicKey, a attest.Attestation) error {
	return h.hear(from, a)
}

func newWire(t *testing.T) (*carrier.Carrier, *wire, *hearer) {
	t.Helper()
	checker := message.Checker{
		Domain: proof.Domain{ChainID: "c", Network: "n"}, Freshness: message.DefaultFreshness(), Height: func() uint64 { return 7 },
	}
	w, h := &wire{t: t, router: message.NewRouter(checker, message.NewReplay(100, time.Minute, time.Now))}, &hearer{}
	require.NoError(t, carrier.Register(w.router, h))
	return carrier.New(w, rand.Reader), w, h
}

// What is said arrives as it was said, from whom it was said, also when it is said again.
func TestCarries(t *testing.T) {
	c, _, h := newWire(t)
	summons := attest.Summons{Epoch: 3, Node: 4, Slots: 1<<63 | 1}
	probe := attest.Probe{Epoch: 3, Slot: 63, Watcher: 4}
	attestation := attest.Attestation{Probe: probe, Sig: bytes.Repeat([]byte{9}, 64)}
	for range 2 {
		h.heard = nil
		require.NoError(t, c.Summon(t.Context(), public(2), summons))
		sig, err := c.Probe(t.Context(), public(2), probe)
		require.NoError(t, err)
		require.Equal(t, bytes.Repeat([]byte{7}, 64), sig)
		require.NoError(t, c.Attest(t.Context(), public(2), attestation))
		from := []byte(public(1))
		require.Equal(t, []any{from, summons, from, probe, from, attestation}, h.heard)
	}
}

// What the other refuses is told with its reason; what went wrong inside is not told.
func TestRefusals(t *testing.T) {
	for _, own := range []error{attest.ErrNotDrawn, attest.ErrNotNow, attest.ErrStranger, proof.ErrSignature} {
		c, _, h := newWire(t)
		h.err = own
		_, errProbe := c.Probe(t.Context(), public(2), attest.Probe{Epoch: 3, Watcher: 4})
		for _, err := range []error{
			c.Summon(t.Context(), public(2), attest.Summons{Epoch: 3, Node: 4, Slots: 1}), errProbe,
			c.Attest(t.Context(), public(2), attest.Attestation{Probe: attest.Probe{Epoch: 3, Watcher: 4}, Sig: make([]byte, 64)}),
		} {
			var r *message.Refusal
			require.ErrorAs(t, err, &r)
			require.Equal(t, message.CodeDeclined, r.Code)
			require.Equal(t, own.Error(), r.Reason)
		}
	}
	c, _, h := newWire(t)
	h.err = errors.New("the disk of /home/ann is full")
	err := c.Summon(t.Context(), public(2), attest.Summons{Epoch: 3, Node: 4, Slots: 1})
	require.EqualError(t, err, "refused: internal: internal error")
}

// What cannot be said is not sent, and what is no answer is none.
func TestWhatIsNotSaid(t *testing.T) {
	c, w, _ := newWire(t)
	require.ErrorIs(t, c.Summon(t.Context(), public(2), attest.Summons{Epoch: 3, Node: 4}), message.ErrInvalid)
	_, err := c.Probe(t.Context(), public(2), attest.Probe{Epoch: 3, Slot: 64, Watcher: 4})
	require.ErrorIs(t, err, message.ErrInvalid)
	require.ErrorIs(t, c.Attest(t.Context(), public(2), attest.Attestation{Probe: attest.Probe{Epoch: 3, Watcher: 4}}), message.ErrInvalid)
	require.Error(t, c.Summon(t.Context(), public(2)[:31], attest.Summons{Epoch: 3, Node: 4, Slots: 1}))
	require.Error(t, carrier.New(w, bytes.NewReader(nil)).Summon(t.Context(), public(2), attest.Summons{Epoch: 3, Node: 4, Slots: 1}))
	require.Empty(t, w.sent)

	wrong, err := message.Seal(message.TypeSummons, &message.Summons{Epoch: 1, Node: 1, Slots: 1, Nonce: make([]byte, 8)})
	require.NoError(t, err)
	b, err := message.Encode(wrong)
	require.NoError(t, err)
	for _, answer := range [][]byte{{1, 2, 3}, {}, b} {
		w.answer = answer
		_, err := c.Probe(t.Context(), public(2), attest.Probe{Epoch: 3, Watcher: 4})
		require.Error(t, err)
	}
}
