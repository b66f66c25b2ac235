package types

import (
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

const (
	// MinName and MaxName bound the length of a network's or token's name, in characters after NFKC.
	MinName = 3
	// MaxName is the longest name, in characters after NFKC.
	MaxName = 32
	// maxNameBytes bounds the work on a name before anything is normalized: 4 bytes a character,
	// and NFKC may take several characters for one.
	maxNameBytes = 512
)

// script is one way of writing and the letters of it that names may use.
type script struct {
	name   string
	ranges [][2]rune
}

// scripts lists every letter a name may contain. The ranges are written out, and hold only
// characters assigned since Unicode 5.2, so that no toolchain's Unicode tables can make two nodes
// disagree: normalization and folding of assigned characters never change. A name keeps to one
// script, which refuses most look-alikes, such as a Cyrillic letter among Latin ones.
var scripts = []script{
	{"Latin", [][2]rune{{'A', 'Z'}, {'a', 'z'}, {0xC0, 0xD6}, {0xD8, 0xF6}, {0xF8, 0x24F}, {0x1E00, 0x1E95}, {0x1E9E, 0x1E9E}, {0x1EA0, 0x1EF9}}},
	{"Greek", [][2]rune{{0x386, 0x386}, {0x388, 0x38A}, {0x38C, 0x38C}, {0x38E, 0x3A1}, {0x3A3, 0x3CE}}},
	{"Cyrillic", [][2]rune{{0x400, 0x481}, {0x48A, 0x523}}},
	{"Armenian", [][2]rune{{0x531, 0x556}, {0x561, 0x586}}},
	{"Hebrew", [][2]rune{{0x5D0, 0x5EA}}},
	{"Arabic", [][2]rune{{0x621, 0x63A}, {0x641, 0x64A}}},
	{"Devanagari", [][2]rune{{0x904, 0x939}, {0x93E, 0x94D}}},
	{"Thai", [][2]rune{{0xE01, 0xE2E}, {0xE30, 0xE32}, {0xE34, 0xE3A}, {0xE40, 0xE4E}}},
	{"Georgian", [][2]rune{{0x10D0, 0x10F0}}},
	{"Chinese and Japanese", [][2]rune{{0x3005, 0x3005}, {0x3041, 0x3096}, {0x30A1, 0x30FA}, {0x30FC, 0x30FC}, {0x4E00, 0x9FA5}}},
	{"Hangul", [][2]rune{{0xAC00, 0xD7A3}}},
}

// NormalName returns the NFKC form of a name, which is what is stored and shown. It returns
// ErrInvalidName unless the name has 3 to 32 characters, starts with a letter, keeps to letters
// of one script, digits 0-9 and single separators (space, '-', '_', '.'), and ends without one.
func NormalName(name string) (string, error) {
	if len(name) > maxNameBytes || !utf8.ValidString(name) {
		return "", ErrInvalidName.Wrapf("a name is valid UTF-8 of at most %d characters", MaxName)
	}
	normal := norm.NFKC.String(name)
	runes := []rune(normal)
	if len(runes) < MinName || len(runes) > MaxName {
		return "", ErrInvalidName.Wrapf("%q has %d characters, a name has %d to %d", normal, len(runes), MinName, MaxName)
	}
	writing, separated := -1, true
	for i, r := range runes {
		switch s := scriptOf(r); {
		case s >= 0 && writing >= 0 && s != writing:
			return "", ErrInvalidName.Wrapf("%q mixes %s and %s letters, a name keeps to one script", normal, scripts[writing].name, scripts[s].name)
		case s >= 0:
			writing, separated = s, false
		case i == 0:
			return "", ErrInvalidName.Wrapf("%q does not start with a letter", normal)
		case r >= '0' && r <= '9':
			separated = false
		case (r == ' ' || r == '-' || r == '_' || r == '.') && !separated:
			separated = true
		default:
			return "", ErrInvalidName.Wrapf("%q may not contain %q there; use letters, digits and single spaces, dots, '-' or '_' between them", normal, r)
		}
	}
	if separated {
		return "", ErrInvalidName.Wrapf("%q ends with a separator", normal)
	}
	return normal, nil
}

// FoldName returns the key under which a name is unique: NFKC, case folding, NFKC again, as in
// Unicode Standard Annex 31, R4. The name must have passed NormalName.
func FoldName(normal string) string {
	return norm.NFKC.String(cases.Fold().String(normal))
}

// scriptOf returns the index in scripts of the script r is a letter of, or -1.
func scriptOf(r rune) int {
	for i, s := range scripts {
		for _, span := range s.ranges {
			if r >= span[0] && r <= span[1] {
				return i
			}
		}
	}
	return -1
}
