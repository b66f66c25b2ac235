package main

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shownName is a name as a terminal may get it: as it is, or quoted where it holds what cannot be seen, such as what moves the
// cursor or turns the direction of writing.
func shownName(name string) string {
	odd := func(r rune) bool { return !unicode.IsPrint(r) && !joins(r) }
	if utf8.ValidString(name) && !strings.ContainsFunc(name, odd) {
		return name
	}
	return strconv.Quote(name)
}

// joins tells whether a rune that is not seen is part of a letter or a picture.
func joins(r rune) bool { return r == 0x200c || r == 0x200d }
