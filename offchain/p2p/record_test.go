package p2p

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/record"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// forgeKey makes a key from a source of random bytes.
func forgeKey(t testing.TB, source io.Reader) (crypto.PrivKey, peer.ID) {
	t.Helper()
	seed := make([]byte, ed25519.SeedSize)
	_, err := io.ReadFull(source, seed)
	require.NoError(t, err)
	key, err := crypto.UnmarshalEd25519PrivateKey(ed25519.NewKeyFromSeed(seed))
	require.NoError(t, err)
	id, err := peer.IDFromPrivateKey(key)
	require.NoError(t, err)
	return key, id
}

// forgePeer makes the record of a peer that does not exist.
func forgePeer(t testing.TB, source io.Reader, at time.Time) sealedRecord {
	t.Helper()
	key, id := forgeKey(t, source)
	sealed, err := sealRecord(key, id, []ma.Multiaddr{ma.StringCast("/ip4/127.0.0.1/tcp/9")}, at)
	require.NoError(t, err)
	r, err := openRecord(sealed)
	require.NoError(t, err)
	return r
}

func TestRecordRoundTrips(t *testing.T) {
	key, id := forgeKey(t, newStretch(t))
	now := time.Unix(1_700_000_000, 5)
	addrs := []ma.Multiaddr{ma.StringCast("/ip4/127.0.0.1/tcp/1"), ma.StringCast("/ip4/10.0.0.1/tcp/1"), ma.StringCast("/ip4/1.2.3.4/tcp/1")}
	sealed, err := sealRecord(key, id, addrs, now)
	require.NoError(t, err)
	r, err := openRecord(sealed)
	require.NoError(t, err)
	require.Equal(t, id, r.info.ID)
	require.Equal(t, []ma.Multiaddr{addrs[2], addrs[1], addrs[0]}, r.info.Addrs, "those that most can use first")
	require.True(t, now.Equal(r.at))
	require.Equal(t, sealed, r.sealed)
}

func TestRecordFitsAlways(t *testing.T) {
	key, id := forgeKey(t, newStretch(t))
	sealed, err := sealRecord(key, id, nil, time.Unix(0, 1))
	require.NoError(t, err)
	require.Nil(t, sealed, "nothing to say")
	var many []ma.Multiaddr
	for i := range 40 {
		many = append(many, ma.StringCast(fmt.Sprintf("/ip4/1.2.3.4/tcp/%d", i+1)))
	}
	sealed, err = sealRecord(key, id, many, time.Unix(0, 1))
	require.NoError(t, err)
	r, err := openRecord(sealed)
	require.NoError(t, err)
	require.Equal(t, many[:maxRecordAddrs], r.info.Addrs)
	var long []ma.Multiaddr
	for i := range 10 {
		long = append(long, ma.StringCast(fmt.Sprintf("/dns/%s/tcp/%d", strings.Repeat("a", 200), i+1)))
	}
	sealed, err = sealRecord(key, id, long, time.Unix(0, 1))
	require.NoError(t, err)
	require.LessOrEqual(t, len(sealed), message.MaxPeerRecord)
	r, err = openRecord(sealed)
	require.NoError(t, err)
	require.Equal(t, long[:4], r.info.Addrs)
	sealed, err = sealRecord(key, id, []ma.Multiaddr{ma.StringCast("/dns/" + strings.Repeat("a", 1000) + "/tcp/1")}, time.Unix(0, 1))
	require.NoError(t, err)
	require.Nil(t, sealed)
}

func TestOpenRecordRefuses(t *testing.T) {
	source := newStretch(t)
	key, id := forgeKey(t, source)
	otherKey, otherID := forgeKey(t, source)
	addr := ma.StringCast("/ip4/1.2.3.4/tcp/1")
	seal := func(k crypto.PrivKey, r record.Record) []byte {
		envelope, err := record.Seal(r, k)
		require.NoError(t, err)
		b, err := envelope.Marshal()
		require.NoError(t, err)
		return b
	}
	good := seal(key, &peer.PeerRecord{PeerID: id, Addrs: []ma.Multiaddr{addr}, Seq: 1})
	ecdsa, _, err := crypto.GenerateECDSAKeyPair(rand.Reader)
	require.NoError(t, err)
	ecdsaID, err := peer.IDFromPrivateKey(ecdsa)
	require.NoError(t, err)
	flipped := bytes.Clone(good)
	flipped[len(flipped)-1] ^= 1
	cases := []struct {
		name string
		in   []byte
		ok   bool
	}{
		{"ok: signed by its peer", good, true},
		{"fails: nothing", nil, false},
		{"fails: garbage", []byte{1, 2, 3}, false},
		{"fails: cut off", good[:len(good)-1], false},
		{"fails: signature", flipped, false},
		{"fails: more behind it", append(bytes.Clone(good), 0x50, 0x01), false},
		{"fails: signed by another", seal(otherKey, &peer.PeerRecord{PeerID: id, Addrs: []ma.Multiaddr{addr}, Seq: 1}), false},
		{"fails: of another", seal(key, &peer.PeerRecord{PeerID: otherID, Addrs: []ma.Multiaddr{addr}, Seq: 1}), false},
		{"fails: no addresses", seal(key, &peer.PeerRecord{PeerID: id, Seq: 1}), false},
		{"fails: too many addresses", seal(key, &peer.PeerRecord{PeerID: id, Addrs: slicesOf(addr, 17), Seq: 1}), false},
		{"fails: another kind of key", seal(ecdsa, &peer.PeerRecord{PeerID: ecdsaID, Addrs: []ma.Multiaddr{addr}, Seq: 1}), false},
		{"fails: another kind of record", seal(key, strange{}), false},
		{"fails: too long", append(bytes.Clone(good), make([]byte, message.MaxPeerRecord)...), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := openRecord(c.in)
			if c.ok {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, ErrRecord)
			}
		})
	}
}

func slicesOf(a ma.Multiaddr, n int) []ma.Multiaddr {
	list := make([]ma.Multiaddr, n)
	for i := range list {
		list[i] = a
	}
	return list
}

// strange is a record that is not a peer record.
type strange struct{}

func (strange) Domain() string                 { return peer.PeerRecordEnvelopeDomain }
func (strange) Codec() []byte                  { return []byte{9, 9} }
func (strange) MarshalRecord() ([]byte, error) { return []byte{1}, nil }
func (strange) UnmarshalRecord([]byte) error   { return nil }

func TestRecordAge(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	for _, c := range []struct {
		name  string
		at    time.Time
		fresh bool
	}{
		{"ok: now", now, true},
		{"ok: almost a day old", now.Add(-24*time.Hour + 1), true},
		{"fails: a day old", now.Add(-24 * time.Hour), false},
		{"ok: a clock that is ahead", now.Add(10*time.Minute - 1), true},
		{"fails: from the future", now.Add(10 * time.Minute), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.fresh, forgePeer(t, newStretch(t), c.at).isFresh(now))
		})
	}
	require.False(t, sealedRecord{at: time.Unix(0, 1<<63-1)}.isFresh(now))
}

func FuzzOpenRecord(f *testing.F) {
	key, id := forgeKey(f, bytes.NewReader(make([]byte, 32)))
	good, err := sealRecord(key, id, []ma.Multiaddr{ma.StringCast("/ip4/1.2.3.4/tcp/1"), ma.StringCast("/dns/a/tcp/1/ws")}, time.Unix(1, 0))
	require.NoError(f, err)
	f.Add(good)
	f.Add(good[:40])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := openRecord(in)
		if err != nil {
			require.ErrorIs(t, err, ErrRecord)
			return
		}
		require.Equal(t, in, r.sealed)
		require.NotEmpty(t, r.info.Addrs)
		r.isFresh(time.Unix(0, 0))
		dialable(r.info.Addrs, true)
	})
}
