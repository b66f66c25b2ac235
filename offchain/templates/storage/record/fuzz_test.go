package record_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// Every decoder accepts only what its encoder writes.

func FuzzParseURI(f *testing.F) {
	f.Add(uriText)
	f.Add(linkText)
	f.Add(uriText + "?deal=42")
	f.Add("mesh://")
	f.Fuzz(func(t *testing.T, text string) {
		u, err := record.ParseURI(text)
		if err != nil {
			require.ErrorIs(t, err, record.ErrURI)
			return
		}
		require.Equal(t, text, u.Link())
	})
}

func FuzzParseCID(f *testing.F) {
	f.Add(cidText)
	f.Add(cidText[1:] + "\n")
	f.Add("z" + cidText[1:])
	f.Fuzz(func(t *testing.T, text string) {
		c, err := record.ParseCID(text)
		if err != nil {
			require.ErrorIs(t, err, record.ErrCID)
			return
		}
		require.Equal(t, text, c.String())
	})
}

func FuzzDecodeManifest(f *testing.F) {
	f.Add(marshal(f, wireManifest()))
	f.Add([]byte{8, 1})
	f.Add([]byte{0x2a, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := record.DecodeManifest(b)
		if err != nil {
			require.ErrorIs(t, err, record.ErrManifest)
			return
		}
		require.Len(t, m.Segments, int(segment.Count(m.Size)))
		again, err := m.Encode()
		require.NoError(t, err)
		require.Equal(t, b, again)
	})
}

func FuzzDecodeList(f *testing.F) {
	f.Add(listOf(f, 2, upTo(6)...).Encode(), 1000)
	f.Add(listOf(f, 256, 0, 1).Encode(), 1<<20)
	f.Add([]byte{1, 2, 0xff, 0xff, 0xff, 0xff, 0x0f}, 100)
	f.Fuzz(func(t *testing.T, b []byte, limit int) {
		l, err := record.DecodeList(b, limit)
		if len(b) > limit {
			require.ErrorIs(t, err, record.ErrTooLarge)
			return
		}
		if err != nil {
			require.ErrorIs(t, err, record.ErrList)
			return
		}
		require.Equal(t, b, l.Encode())
	})
}
