package types_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/rangetable"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// TestEveryCharacter asks about every character there is, alone: what is accepted is a letter or a
// vowel sign older than Unicode 5.2, in its normal form, folds to something that folds to itself,
// and is shown on a screen. The numbers are part of consensus: a name that one node accepts and
// another refuses splits the chain.
func TestEveryCharacter(t *testing.T) {
	old := rangetable.Assigned("5.2.0")
	reached := map[string]int{}
	for r := rune(0); r <= 0xE0FFF; r++ {
		if r == 0x40000 {
			r = 0xE0000 // no character is assigned in the planes between
		}
		normal, err := types.NormalName(strings.Repeat(string(r), 3))
		if err != nil {
			continue
		}
		requireNormal(t, normal)
		requireFoldStable(t, normal)
		if script := types.ScriptOf(r); script != "" {
			reached[script]++
			require.True(t, unicode.In(r, unicode.L, unicode.Mn, unicode.Mc), "%U is no letter", r)
			require.True(t, unicode.Is(old, r), "%U is newer than Unicode 5.2", r)
			require.False(t, unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r), "%U is not shown", r)
		}
	}
	require.Equal(t, map[string]int{
		"Latin": 688, "Greek": 69, "Cyrillic": 284, "Armenian": 76, "Hebrew": 27, "Arabic": 36, "Devanagari": 70,
		"Thai": 71, "Georgian": 33, "Chinese and Japanese": 21_080, "Hangul": 11_172,
	}, reached)
	require.Len(t, reached, len(types.Scripts()))
}

func TestNormalNameIsIdempotent(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		normal, err := types.NormalName(anyName().Draw(t, "name"))
		if err != nil {
			require.ErrorIs(t, err, types.ErrInvalidName)
			return
		}
		requireNormal(t, normal)
		requireFoldStable(t, normal)
	})
}

// TestSpellingDoesNotMatter draws a valid name and spells it differently, letter by letter.
func TestSpellingDoesNotMatter(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z][a-z0-9]{1,10}([ ._-][a-z0-9]{1,5}){0,3}`).Draw(t, "name")
		var other strings.Builder
		for _, r := range name {
			switch rapid.IntRange(0, 3).Draw(t, "spelling") {
			case 0:
				r = unicode.ToUpper(r)
			case 1:
				r = wide(r)
			case 2:
				r = wide(unicode.ToUpper(r))
			}
			other.WriteRune(r)
		}
		if utf8.RuneCountInString(name) < types.MinName {
			return
		}
		require.Equal(t, name, fold(t, other.String()))
	})
}

// TestOneForeignLetterIsRefused puts a letter of another script into a name.
func TestOneForeignLetterIsRefused(t *testing.T) {
	foreign := []rune("аеорсухіјѕοανκאبअกა网한")
	seeded.Property(t, func(t *rapid.T) {
		name := []rune(rapid.StringMatching(`[a-z]{3,20}`).Draw(t, "name"))
		at := rapid.IntRange(0, len(name)).Draw(t, "at")
		mixed := string(name[:at]) + string(rapid.SampledFrom(foreign).Draw(t, "letter")) + string(name[at:])
		_, err := types.NormalName(mixed)
		require.ErrorIs(t, err, types.ErrInvalidName)
		require.ErrorContains(t, err, "a name keeps to one script")
	})
}

func FuzzNormalName(f *testing.F) {
	for _, s := range []string{"", "abc", "StorageNet", "Ｍｅｓｈ－１", "Cafe\u0301", "st\u043erage", "mesh\u200bnet", "me\xffsh", "my  net",
		strings.Repeat("ﷺ", 170), strings.Repeat("a", 33), "\u1112\u1161\u11ab", "İİİ", "जाल"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		normal, err := types.NormalName(name)
		if err != nil {
			require.ErrorIs(t, err, types.ErrInvalidName)
			require.Empty(t, normal)
			return
		}
		requireNormal(t, normal)
		requireFoldStable(t, normal)
	})
}

// anyName draws strings that are names often enough.
func anyName() *rapid.Generator[string] {
	letters := rapid.SampledFrom([]rune("abzABZßẞéÉİıſKﬃ²Ⅷ αςσΣΆ абЯё կևא ب अाक กา ქ 网ネｯ한ᄒ ᅡ 019 -_.\u00a0\u3000\u200b\u0301"))
	return rapid.OneOf(
		rapid.String(),
		rapid.StringMatching(`[A-Za-z][A-Za-z0-9]{0,15}([ ._-][A-Za-z0-9]{1,8}){0,2}`),
		rapid.Map(rapid.SliceOfN(letters, 0, 40), func(r []rune) string { return string(r) }),
	)
}

// wide returns the full width form of a printable ASCII character.
func wide(r rune) rune {
	if r == ' ' {
		return '\u3000'
	}
	return r - '!' + '\uff01'
}

// requireNormal checks what NormalName promises of its result.
func requireNormal(t require.TestingT, normal string) {
	again, err := types.NormalName(normal)
	require.NoError(t, err)
	require.Equal(t, normal, again)
	require.True(t, norm.NFKC.IsNormalString(normal))
	n := utf8.RuneCountInString(normal)
	require.GreaterOrEqual(t, n, types.MinName)
	require.LessOrEqual(t, n, types.MaxName)
}

// requireFoldStable checks that the key of a name is its own key.
func requireFoldStable(t require.TestingT, normal string) {
	key := types.FoldName(normal)
	require.Equal(t, key, types.FoldName(key), "%q", normal)
}
