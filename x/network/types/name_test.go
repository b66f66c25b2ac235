package types_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/x/network/types"
)

func TestNormalNameAccepts(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"ok: plain", "StorageNet", "StorageNet"},
		{"ok: three characters", "abc", "abc"},
		{"ok: 32 characters", strings.Repeat("a", 32), strings.Repeat("a", 32)},
		{"ok: 32 characters of three bytes", strings.Repeat("网", 32), strings.Repeat("网", 32)},
		{"ok: every separator", "a b-c_d.e", "a b-c_d.e"},
		{"ok: digits after a letter", "n42", "n42"},
		{"ok: digit last", "net 2", "net 2"},
		{"ok: full width", "Ｍｅｓｈ－１", "Mesh-1"},
		{"ok: half width katakana", "ﾒｯｼｭ", "メッシュ"},
		{"ok: ligature", "ﬁre", "fire"},
		{"ok: mathematical letters", "𝐌𝐞𝐬𝐡", "Mesh"},
		{"ok: superscript digit", "m²n", "m2n"},
		{"ok: Roman numeral", "Ⅷab", "VIIIab"},
		{"ok: Kelvin sign", "\u212aite", "Kite"},
		{"ok: combining mark with a composite", "Cafe\u0301", "Café"},
		{"ok: no-break space", "my\u00a0net", "my net"},
		{"ok: conjoining jamo", "\u1112\u1161\u11ab\u1100\u116e\u11a8\u1106\u1161\u11bc", "한국망"},
		{"ok: Greek", "Δίκτυο", "Δίκτυο"},
		{"ok: Cyrillic", "Сеть-1", "Сеть-1"},
		{"ok: Armenian", "Ցանց", "Ցանց"},
		{"ok: Hebrew", "רשת", "רשת"},
		{"ok: Arabic", "شبكة", "شبكة"},
		{"ok: Devanagari", "जाल", "जाल"},
		{"ok: Thai", "ตาข่าย"[:9], "ตาข"},
		{"ok: Georgian", "ქსელი", "ქსელი"},
		{"ok: kana and Chinese", "ネット網の", "ネット網の"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := types.NormalName(c.in)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestNormalNameRefuses(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"fails: empty", "", `"" has 0 characters, a name has 3 to 32`},
		{"fails: two characters", "ab", `"ab" has 2 characters, a name has 3 to 32`},
		{"fails: two characters of six bytes", "网络", `"网络" has 2 characters, a name has 3 to 32`},
		{"fails: three characters that compose to two", "ae\u0301", `"aé" has 2 characters, a name has 3 to 32`},
		{"fails: 33 characters", strings.Repeat("a", 33), `"` + strings.Repeat("a", 33) + `" has 33 characters, a name has 3 to 32`},
		{"fails: 11 characters that become 33", strings.Repeat("ﬃ", 11), `"` + strings.Repeat("ffi", 11) + `" has 33 characters, a name has 3 to 32`},
		{"fails: 513 bytes", strings.Repeat("a", 513), `a name is valid UTF-8 of at most 32 characters`},
		{"fails: invalid UTF-8", "me\xffsh", `a name is valid UTF-8 of at most 32 characters`},
		{"fails: truncated UTF-8", "mesh\xe7\xbd", `a name is valid UTF-8 of at most 32 characters`},
		{"fails: surrogate", "mesh\xed\xa0\x80", `a name is valid UTF-8 of at most 32 characters`},
		{"fails: Cyrillic o among Latin", "st\u043erage", `"stоrage" mixes Latin and Cyrillic letters, a name keeps to one script`},
		{"fails: Greek o among Latin", "st\u03bfrage", `"stοrage" mixes Latin and Greek letters, a name keeps to one script`},
		{"fails: Latin among Chinese", "网络net", `"网络net" mixes Chinese and Japanese and Latin letters, a name keeps to one script`},
		{"fails: leading digit", "1net", `"1net" does not start with a letter`},
		{"fails: leading separator", " net", `" net" does not start with a letter`},
		{"fails: trailing separator", "net.", `"net." ends with a separator`},
		{"fails: two separators", "my  net", forbidden(`"my  net"`, `' '`)},
		{"fails: two different separators", "my-_net", forbidden(`"my-_net"`, `'_'`)},
		{"fails: separator beside a wide one", "my \u3000net", forbidden(`"my  net"`, `' '`)},
		{"fails: zero width space", "mesh\u200bnet", forbidden(`"mesh\u200bnet"`, `'\u200b'`)},
		{"fails: zero width joiner", "mesh\u200dnet", forbidden(`"mesh\u200dnet"`, `'\u200d'`)},
		{"fails: byte order mark", "mesh\ufeffnet", forbidden(`"mesh\ufeffnet"`, `'\ufeff'`)},
		{"fails: soft hyphen", "mesh\u00adnet", forbidden(`"mesh\u00adnet"`, `'\u00ad'`)},
		{"fails: right-to-left override", "mesh\u202enet", forbidden(`"mesh\u202enet"`, `'\u202e'`)},
		{"fails: variation selector", "mesh\ufe0fnet", forbidden("\"mesh\ufe0fnet\"", "'\ufe0f'")},
		{"fails: combining mark without a composite", "mesx\u0301", forbidden(`"mesx́"`, `'́'`)},
		{"fails: Arabic digit", "شبكة٢", forbidden(`"شبكة٢"`, `'٢'`)},
		{"fails: emoji", "mesh🙂", forbidden(`"mesh🙂"`, `'🙂'`)},
		{"fails: control character", "mesh\x00", forbidden(`"mesh\x00"`, `'\x00'`)},
		{"fails: line break", "mesh\nnet", forbidden(`"mesh\nnet"`, `'\n'`)},
		{"fails: slash", "mesh/net", forbidden(`"mesh/net"`, `'/'`)},
		{"fails: replacement character", "mesh\ufffd", forbidden(`"mesh�"`, `'�'`)},
		{"fails: letter of a script that is not listed", "abc\u13a0", forbidden(`"abcᎠ"`, `'Ꭰ'`)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := types.NormalName(c.in)
			require.ErrorIs(t, err, types.ErrInvalidName)
			require.EqualError(t, err, c.want+": invalid name")
			require.Empty(t, got)
		})
	}
}

// forbidden is what NormalName says about a character, both as %q prints them.
func forbidden(name, r string) string {
	return name + " may not contain " + r + " there; use letters, digits and single spaces, dots, '-' or '_' between them"
}

func TestFoldNameJoinsLookAlikes(t *testing.T) {
	for _, c := range []struct {
		name, a, b string
		same       bool
	}{
		{"ok: case", "StorageNet", "STORAGENET", true},
		{"ok: width", "StorageNet", "ｓｔｏｒａｇｅｎｅｔ", true},
		{"ok: ligature", "office", "Oﬃce", true},
		{"ok: sharp s", "Straße", "STRASSE", true},
		{"ok: capital sharp s", "Straße", "STRAẞE", true},
		{"ok: final sigma", "Δίσκος", "ΔΊΣΚΟΣ", true},
		{"ok: composed and decomposed", "Café", "CAFE\u0301", true},
		{"ok: Kelvin sign", "kite", "\u212aite", true},
		{"ok: long s", "mesh", "me\u017fh", true},
		{"ok: Cyrillic case", "сеть", "СЕТЬ", true},
		{"ok: Armenian ligature", "եւա", "\u0587ա", true},
		{"ok: wide space", "my net", "my\u3000net", true},
		{"fails: another letter", "mesh", "mess", false},
		{"fails: accent", "Cafe", "Café", false},
		{"fails: dotless i", "mint", "m\u0131nt", false},
		{"fails: dotted capital I", "mint", "m\u0130nt", false},
		{"fails: another separator", "my net", "my-net", false},
		{"fails: Cyrillic that looks Latin", "cop", "сор", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.same, fold(t, c.a) == fold(t, c.b), "%q and %q", fold(t, c.a), fold(t, c.b))
		})
	}
}

// fold returns the key of a name that must be valid.
func fold(t require.TestingT, name string) string {
	normal, err := types.NormalName(name)
	require.NoError(t, err)
	return types.FoldName(normal)
}
