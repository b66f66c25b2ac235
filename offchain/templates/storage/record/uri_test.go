package record_test

import (
	"encoding/base32"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// cidText is the cid of a hash of zeros.
const cidText = "bafkr4iaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

func TestCID(t *testing.T) {
	require.Equal(t, cidText, record.CID{}.String())
	seeded.Property(t, func(t *rapid.T) {
		c := record.CID(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash"))
		lower := base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
		require.Equal(t, "b"+lower.EncodeToString(append([]byte{1, 0x55, 0x1e, 32}, c[:]...)), c.String())
		got, err := record.ParseCID(c.String())
		require.NoError(t, err)
		require.Equal(t, c, got)
	})
	// A codec of nine bytes leaves no room for a hash of 32.
	short := append([]byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x1e, 24}, make([]byte, 24)...)
	for name, text := range map[string]string{
		"fails: a short hash": "b" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(short)),
		"fails: empty":        "", "fails: short": cidText[:58], "fails: long": cidText + "a",
		"fails: capital letters": strings.ToUpper(cidText), "fails: capital letters of base32": "B" + cidText[1:],
		"fails: bits left over": cidText[:58] + "b", "fails: SHA-256": "bafkrei" + cidText[7:], "fails: dag-pb": "bafyr4i" + cidText[7:],
		"fails: another base": "z" + cidText[1:], "fails: not base32": cidText[:58] + "1", "fails: blanks": strings.Repeat(" ", 59),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := record.ParseCID(text)
			require.ErrorIs(t, err, record.ErrCID)
		})
	}
}

const (
	uriText  = "mesh://net_0123abcd/" + cidText
	linkText = uriText + "?deal=42#AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAI"
)

func TestURI(t *testing.T) {
	u, err := record.ParseURI(uriText)
	require.NoError(t, err)
	require.Equal(t, record.URI{Network: "net_0123abcd"}, u)
	require.Equal(t, uriText, u.String())
	require.Equal(t, uriText, u.Link())

	u, err = record.ParseURI(linkText)
	require.NoError(t, err)
	require.Equal(t, record.URI{Network: "net_0123abcd", Share: &record.Share{Deal: 42, Key: objectKey}}, u)
	require.Equal(t, linkText, u.Link())
	require.Equal(t, uriText, u.String(), "the key is not shown")
	require.NotContains(t, fmt.Sprintf("%v %+v %#v %v %+v", u, u, u, *u.Share, &u), objectKey.Text())
}

func TestURIRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ text, part string }{
		"fails: empty":                 {"", "scheme"},
		"fails: another scheme":        {"https" + uriText[4:], "scheme"},
		"fails: a capital scheme":      {"MESH" + uriText[4:], "scheme"},
		"fails: a blank before":        {" " + uriText, "scheme"},
		"fails: no network":            {"mesh:///" + cidText, "network"},
		"fails: a short network":       {"mesh://net_0123abc/" + cidText, "network"},
		"fails: capital digits":        {"mesh://net_0123ABCD/" + cidText, "network"},
		"fails: another prefix":        {"mesh://NET_0123abcd/" + cidText, "network"},
		"fails: a user":                {"mesh://a@net_0123abcd/" + cidText, "network"},
		"fails: no cid":                {"mesh://net_0123abcd", "cid"},
		"fails: an empty cid":          {"mesh://net_0123abcd/", "cid"},
		"fails: a path":                {uriText + "/", "cid"},
		"fails: an escape":             {strings.Replace(uriText, "bafk", "%62afk", 1), "cid"},
		"fails: an empty query":        {uriText + "?", "deal"},
		"fails: a key without a deal":  {uriText + "#" + objectKey.Text(), "deal"},
		"fails: something else":        {strings.Replace(linkText, "deal", "Deal", 1), "deal"},
		"fails: deal 0":                {strings.Replace(linkText, "42", "0", 1), "deal"},
		"fails: a deal with a zero":    {strings.Replace(linkText, "42", "042", 1), "deal"},
		"fails: a deal with a sign":    {strings.Replace(linkText, "42", "+42", 1), "deal"},
		"fails: a deal beyond 64 bits": {strings.Replace(linkText, "42", "18446744073709551616", 1), "deal"},
		"fails: more in the query":     {strings.Replace(linkText, "42", "42&a=b", 1), "deal"},
		"fails: a deal without a key":  {uriText + "?deal=42", "key"},
		"fails: an empty key":          {uriText + "?deal=42#", "key"},
		"fails: a short key":           {linkText[:len(linkText)-1], "key"},
		"fails: two keys":              {linkText + "#" + objectKey.Text(), "key"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := record.ParseURI(tt.text)
			var bad *record.URIError
			require.ErrorAs(t, err, &bad)
			require.ErrorIs(t, err, record.ErrURI)
			require.Equal(t, tt.part, bad.Part)
			require.NotContains(t, err.Error(), objectKey.Text()[:20])
		})
	}
}
