package arch

import (
	"path"
	"slices"
	"strings"
)

// match reports whether a directory fits a pattern, and the part of it that the pattern names. Patterns
// are compared segment by segment as path.Match does; a last segment ** stands for any number of
// segments, also none, and is not part of what the pattern names: x/*/types/** names x/tasks/types
// in x/tasks/types/internal.
func match(pattern, dir string) (named string, ok bool) {
	want, have := strings.Split(pattern, "/"), strings.Split(dir, "/")
	if want[len(want)-1] == "**" {
		want = want[:len(want)-1]
		if len(have) < len(want) {
			return "", false
		}
		have = have[:len(want)]
	}
	if len(want) != len(have) {
		return "", false
	}
	for i := range want {
		if ok, err := path.Match(want[i], have[i]); err != nil || !ok {
			return "", false
		}
	}
	return strings.Join(have, "/"), true
}

// matchAny reports whether a directory fits one of the patterns.
func matchAny(patterns []string, dir string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		_, ok := match(p, dir)
		return ok
	})
}

// under reports whether a path is the root or lies below it.
func under(root, p string) bool {
	return p == root || strings.HasPrefix(p, root+"/")
}

// underAny reports whether a path is one of the roots or lies below one.
func underAny(roots []string, p string) bool {
	return slices.ContainsFunc(roots, func(root string) bool { return under(root, p) })
}
