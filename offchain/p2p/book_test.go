package p2p

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/stretchr/testify/require"
)

// fakeTime is a clock that a test moves.
type fakeTime struct{ now time.Time }

func (f *fakeTime) Now() time.Time { return f.now }

func TestBookPrefersWhatIsNewer(t *testing.T) {
	key, id := forgeKey(t, newStretch(t))
	clock := &fakeTime{time.Unix(1_700_000_000, 0)}
	at := func(d time.Duration, port string) sealedRecord {
		sealed, err := sealRecord(key, id, []ma.Multiaddr{ma.StringCast("/ip4/1.2.3.4/tcp/" + port)}, clock.now.Add(d))
		require.NoError(t, err)
		r, err := openRecord(sealed)
		require.NoError(t, err)
		return r
	}
	b := newBook(clock.Now)
	middle, older, newer := at(0, "2"), at(-time.Hour, "1"), at(time.Minute, "3")
	b.hear(middle, middle.info.Addrs)
	b.hear(older, older.info.Addrs)
	require.Equal(t, middle.info.Addrs, b.addrs(id), "an old record does not replace a new one")
	require.Empty(t, b.shareable(""), "hearsay is not passed on")
	b.meet(older, older.info.Addrs)
	require.Equal(t, [][]byte{middle.sealed}, b.shareable(""), "but the peer was met")
	b.hear(newer, newer.info.Addrs)
	require.Equal(t, newer.info.Addrs, b.addrs(id))
	require.Equal(t, [][]byte{newer.sealed}, b.shareable(""))
	require.Empty(t, b.shareable(id), "nobody is told of itself")
	b.forget(id, false)
	require.Equal(t, 1, b.len(), "a peer that was met stays")
	b.forget(id, true)
	require.Zero(t, b.len())
	require.Nil(t, b.addrs(id))
}

func TestBookIsBounded(t *testing.T) {
	source := newStretch(t)
	clock := &fakeTime{time.Unix(1_700_000_000, 0)}
	b := newBook(clock.Now)
	var met, heard []peer.ID
	for i := range max(maxMet, maxHeard) + 10 {
		clock.now = clock.now.Add(time.Second)
		m, h := forgePeer(t, source, clock.now), forgePeer(t, source, clock.now)
		b.meet(m, m.info.Addrs)
		b.hear(h, h.info.Addrs)
		met, heard = append(met, m.info.ID), append(heard, h.info.ID)
		require.LessOrEqual(t, b.len(), maxMet+maxHeard, i)
	}
	require.Equal(t, maxMet+maxHeard, b.len())
	for i := range 10 {
		require.Nil(t, b.addrs(met[i]), "the one not met for the longest time goes first")
		require.Nil(t, b.addrs(heard[i]))
	}
	require.NotNil(t, b.addrs(met[10]))
	known := b.known()
	require.Equal(t, met[len(met)-1], known[0].ID, "the one met last comes first")
	require.Equal(t, met[10], known[maxMet-1].ID)

	for range 10 { // who was heard of and is met then takes a place among those met
		r := forgePeer(t, source, clock.now)
		b.hear(r, r.info.Addrs)
		b.meet(r, r.info.Addrs)
	}
	require.Len(t, b.shareable(""), maxMet)
}

func TestBookSurvivesItsFile(t *testing.T) {
	source := newStretch(t)
	clock := &fakeTime{time.Unix(1_700_000_000, 0)}
	b := newBook(clock.Now)
	for range 5 {
		m, h := forgePeer(t, source, clock.now), forgePeer(t, source, clock.now)
		b.meet(m, m.info.Addrs)
		b.hear(h, h.info.Addrs)
	}
	file, err := b.encode()
	require.NoError(t, err)
	again := newBook(clock.Now)
	require.NoError(t, again.decode(file))
	require.Equal(t, b.known(), again.known())
	require.Equal(t, b.shareable(""), again.shareable(""))
	same, err := again.encode()
	require.NoError(t, err)
	require.Equal(t, file, same)
}

func TestFullBookFitsItsFile(t *testing.T) {
	b := newBook(time.Now)
	key, id := forgeKey(t, newStretch(t))
	var addrs []ma.Multiaddr
	for range 4 {
		addrs = append(addrs, ma.StringCast("/dns/"+strings.Repeat("a", 200)+"/tcp/65535"))
	}
	sealed, err := sealRecord(key, id, addrs, time.Now())
	require.NoError(t, err)
	r, err := openRecord(sealed)
	require.NoError(t, err)
	b.meet(r, r.info.Addrs)
	one, err := b.encode()
	require.NoError(t, err)
	require.Less(t, len(one)*(maxMet+maxHeard), maxBookFile)
}

func TestDamagedBookFile(t *testing.T) {
	r := forgePeer(t, newStretch(t), time.Now())
	line := func(l bookLine) []byte {
		b, err := json.Marshal(bookFile{Schema: bookSchema, Peers: []bookLine{l}})
		require.NoError(t, err)
		return b
	}
	good := line(bookLine{Record: r.sealed, Addrs: []string{r.info.Addrs[0].String()}, Met: 5})
	cases := []struct {
		name string
		in   []byte
		ok   bool
	}{
		{"ok: a peer", good, true},
		{"ok: no peers", []byte(`{"schema":1,"peers":null}`), true},
		{"fails: empty", nil, false},
		{"fails: cut off", good[:len(good)-2], false},
		{"fails: more behind it", append(bytes.Clone(good), good...), false},
		{"fails: later schema", []byte(`{"schema":2,"peers":[]}`), false},
		{"fails: unknown field", []byte(`{"schema":1,"peers":[],"x":1}`), false},
		{"fails: bad record", line(bookLine{Record: []byte{1}}), false},
		{"fails: bad address", line(bookLine{Record: r.sealed, Addrs: []string{"x"}}), false},
		{"fails: address that the peer did not sign", line(bookLine{Record: r.sealed, Addrs: []string{"/ip4/1.1.1.1/tcp/1"}}), false},
		{"fails: too long", make([]byte, maxBookFile+1), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBook(time.Now)
			err := b.decode(c.in)
			if c.ok {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, ErrBookFile)
			require.Zero(t, b.len())
		})
	}
}

// A damaged file keeps nobody from starting, and is replaced.
func TestNodeStartsWithDamagedBook(t *testing.T) {
	cfg := testConfig(t)
	require.NoError(t, os.WriteFile(cfg.PeersFile, []byte("{"), 0o600))
	a, b := start(t, cfg, Deps{}), start(t, testConfig(t), Deps{})
	require.Zero(t, a.Status().Known)
	require.NoError(t, a.Connect(within(t), b.info()))
	a.until("saved", func() bool {
		file, err := os.ReadFile(cfg.PeersFile)
		return err == nil && newBook(time.Now).decode(file) == nil && len(file) > 100
	})
	a.stop()
	info, err := os.Stat(cfg.PeersFile)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
	names, err := os.ReadDir(strings.TrimSuffix(cfg.PeersFile, "peers.json"))
	require.NoError(t, err)
	require.Len(t, names, 2, "no temporary files: %v", names)
}

func FuzzBookFile(f *testing.F) {
	r := forgePeer(f, bytes.NewReader(make([]byte, 32)), time.Unix(1, 0))
	b := newBook(time.Now)
	b.meet(r, r.info.Addrs)
	good, err := b.encode()
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte(`{"schema":1,"peers":null}`))
	f.Add(good[:len(good)/2])
	f.Fuzz(func(t *testing.T, in []byte) {
		b := newBook(time.Now)
		if b.decode(in) != nil {
			require.Zero(t, b.len())
			return
		}
		file, err := b.encode()
		require.NoError(t, err)
		again := newBook(time.Now)
		require.NoError(t, again.decode(file))
		require.Equal(t, b.known(), again.known())
	})
}
