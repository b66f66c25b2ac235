package record_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"lukechampine.com/blake3"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// manifest returns one of an object of two segments.
func manifest() *record.Manifest {
	return &record.Manifest{
		Name: "holiday.jpg", Size: segment.MaxPlain + 1, Hash: hashOf(0), Segments: [][32]byte{hashOf(1), hashOf(2)},
		Modified: 1_700_000_000, Type: "image/jpeg",
	}
}

// wireManifest returns the same one as it is encoded.
func wireManifest() wire.Manifest {
	m := manifest()
	return wire.Manifest{
		V: 1, Name: m.Name, Size_: m.Size, Hash: m.Hash[:], Segments: append(m.Segments[0][:], m.Segments[1][:]...),
		Modified: m.Modified, Type: m.Type,
	}
}

func marshal(t testing.TB, w wire.Manifest) []byte {
	t.Helper()
	b, err := w.Marshal()
	require.NoError(t, err)
	return b
}

func TestManifestFormat(t *testing.T) {
	b, err := manifest().Encode()
	require.NoError(t, err)
	require.Equal(t, marshal(t, wireManifest()), b)
	m, err := record.DecodeManifest(b)
	require.NoError(t, err)
	require.Equal(t, manifest(), m)
}

func TestManifestRoundTrip(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		m := &record.Manifest{
			Name: rapid.StringN(0, -1, record.MaxName).Draw(t, "name"), Size: rapid.Uint64Range(0, 20*segment.MaxPlain).Draw(t, "size"),
			Hash: hashOf(rapid.Int().Draw(t, "hash")), Modified: rapid.Int64Min(0).Draw(t, "modified"),
			Type: rapid.StringMatching(`[ -~]{0,255}`).Draw(t, "type"),
		}
		m.Segments = make([][32]byte, segment.Count(m.Size))
		for i := range m.Segments {
			m.Segments[i] = hashOf(i)
		}
		content, id, err := m.Seal(objectKey)
		require.NoError(t, err)
		require.Equal(t, record.CID(blake3.Sum256(content)), id)
		got, err := record.OpenManifest(content, id, objectKey)
		require.NoError(t, err)
		require.Equal(t, m, got)
	})
}

func TestManifestValidates(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(m *record.Manifest)
		ok     bool
	}{
		"ok: no name":                 {func(m *record.Manifest) { m.Name = "" }, true},
		"ok: the longest name":        {func(m *record.Manifest) { m.Name = strings.Repeat("é", 512) }, true},
		"ok: an empty object":         {func(m *record.Manifest) { m.Size, m.Segments = 0, nil }, true},
		"ok: the longest type":        {func(m *record.Manifest) { m.Type = strings.Repeat("~", 255) }, true},
		"fails: too long a name":      {func(m *record.Manifest) { m.Name = strings.Repeat("é", 512) + "e" }, false},
		"fails: a name not in UTF-8":  {func(m *record.Manifest) { m.Name = "a\xff" }, false},
		"fails: a segment too few":    {func(m *record.Manifest) { m.Segments = m.Segments[1:] }, false},
		"fails: a segment too many":   {func(m *record.Manifest) { m.Size = segment.MaxPlain }, false},
		"fails: segments of nothing":  {func(m *record.Manifest) { m.Size = 0 }, false},
		"fails: an enormous size":     {func(m *record.Manifest) { m.Size = math.MaxUint64 }, false},
		"fails: modified before 1970": {func(m *record.Manifest) { m.Modified = -1 }, false},
		"fails: too long a type":      {func(m *record.Manifest) { m.Type = strings.Repeat("a", 256) }, false},
		"fails: a type with a line":   {func(m *record.Manifest) { m.Type = "a\nb" }, false},
		"fails: a type not in ASCII":  {func(m *record.Manifest) { m.Type = "é" }, false},
		"fails: larger than a segment": {func(m *record.Manifest) {
			m.Segments = make([][32]byte, segment.MaxPlain/32)
			m.Size = uint64(len(m.Segments)) * segment.MaxPlain
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := manifest()
			tt.change(m)
			b, err := m.Encode()
			if !tt.ok {
				require.ErrorIs(t, err, record.ErrManifest)
				_, _, err := m.Seal(objectKey)
				require.ErrorIs(t, err, record.ErrManifest)
				return
			}
			require.NoError(t, err)
			_, err = record.DecodeManifest(b)
			require.NoError(t, err)
		})
	}
}

// TestManifestRefuses decodes what others may have encoded.
func TestManifestRefuses(t *testing.T) {
	change := func(do func(w *wire.Manifest)) []byte {
		w := wireManifest()
		do(&w)
		return marshal(t, w)
	}
	good := marshal(t, wireManifest())
	for name, b := range map[string][]byte{
		"fails: empty":                 {},
		"fails: another version":       change(func(w *wire.Manifest) { w.V = 2 }),
		"fails: a short hash":          change(func(w *wire.Manifest) { w.Hash = w.Hash[1:] }),
		"fails: no hash":               change(func(w *wire.Manifest) { w.Hash = nil }),
		"fails: an id cut off":         change(func(w *wire.Manifest) { w.Segments = w.Segments[1:] }),
		"fails: no segments":           change(func(w *wire.Manifest) { w.Segments = nil }),
		"fails: a name not in UTF-8":   change(func(w *wire.Manifest) { w.Name = "\xff" }),
		"fails: a negative time":       change(func(w *wire.Manifest) { w.Modified = -1 }),
		"fails: an unknown field":      change(func(w *wire.Manifest) { w.XXX_unrecognized = []byte{0x40, 1} }),
		"fails: the version twice":     append(bytes.Clone(good), 0x08, 0x01),
		"fails: a zero that is spelt":  append(change(func(w *wire.Manifest) { w.Type = "" }), 0x3a, 0),
		"fails: out of order":          append(bytes.Clone(good[2:]), good[:2]...),
		"fails: a varint in long form": append([]byte{0x08, 0x81, 0x00}, good[2:]...),
		"fails: cut off":               good[:len(good)-1],
		"fails: larger than a segment": make([]byte, segment.MaxPlain+1),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := record.DecodeManifest(b)
			require.ErrorIs(t, err, record.ErrManifest)
		})
	}
}

func TestOpenManifest(t *testing.T) {
	content, id, err := manifest().Seal(objectKey)
	require.NoError(t, err)
	_, err = record.OpenManifest(content, id, segment.Key{})
	require.ErrorIs(t, err, segment.ErrSealed)
	content[0] ^= 1
	_, err = record.OpenManifest(content, id, objectKey)
	require.ErrorIs(t, err, record.ErrMismatch)
	_, err = record.OpenManifest(content, blake3.Sum256(content), objectKey)
	require.ErrorIs(t, err, segment.ErrSealed)
	_, err = record.OpenManifest(nil, blake3.Sum256(nil), objectKey)
	require.ErrorIs(t, err, segment.ErrLength)

	// Somebody who has the key seals what is no manifest.
	cipher, err := objectKey.Manifest()
	require.NoError(t, err)
	content, err = cipher.Seal(nil, []byte("hello"))
	require.NoError(t, err)
	_, err = record.OpenManifest(content, blake3.Sum256(content), objectKey)
	require.ErrorIs(t, err, record.ErrManifest)
}
