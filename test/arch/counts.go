package arch

import (
	"fmt"
	"path"
	"slices"
)

// countRow limits how many test binaries may link something, also through packages of ours.
type countRow struct {
	root  string // import path; everything below it counts
	limit int
	why   string
}

// countRows holds the limits; each such test binary costs a link of over 100 MB on every run.
var countRows = []countRow{
	{Module + "/app", 3, "the whole chain is linked into each of them"},
	{sdk, 12, "the fast tests have 15 minutes on two cores"},
}

// checkCounts counts the directories with tests whose test binary links too much.
func checkCounts(t *Tree) []Finding {
	packages := t.packages()
	var tested []string
	for _, dir := range packages.dirs {
		if slices.ContainsFunc(packages.files[dir], func(f *File) bool { return f.Test }) {
			tested = append(tested, dir)
		}
	}
	var found []Finding
	for _, row := range countRows {
		var linking []string
		for _, dir := range tested {
			if slices.ContainsFunc(packages.linked(dir), func(p string) bool { return under(row.root, p) }) {
				linking = append(linking, dir)
			}
		}
		if len(linking) > row.limit {
			what := fmt.Sprintf("%d test packages link %s, limit %d: %v", len(linking), row.root, row.limit, linking)
			found = append(found, Finding{File: linking[len(linking)-1], What: what, Why: row.why})
		}
	}
	return found
}

// packageSet is the tree by directory.
type packageSet struct {
	dirs  []string // in order
	files map[string][]*File
}

func (t *Tree) packages() packageSet {
	set := packageSet{files: make(map[string][]*File)}
	for _, f := range t.Go {
		if set.files[f.Dir] == nil {
			set.dirs = append(set.dirs, f.Dir)
		}
		set.files[f.Dir] = append(set.files[f.Dir], f)
	}
	slices.Sort(set.dirs)
	return set
}

// linked returns the import paths that the test binary of a directory links as far as our files tell:
// what its own files import, its tests included, and what the files of our packages among them do.
func (s packageSet) linked(dir string) []string {
	seen := make(map[string]bool)
	var list []string
	var walk func(files []*File, tests bool)
	walk = func(files []*File, tests bool) {
		for _, f := range files {
			if f.Test && !tests {
				continue
			}
			for _, spec := range f.ast.Imports {
				p := importPath(spec)
				if seen[p] {
					continue
				}
				seen[p] = true
				list = append(list, p)
				if dir, own := ours(p); own {
					walk(s.files[dir], false)
				}
			}
		}
	}
	walk(s.files[dir], true)
	// A package's own tests link the package, whether or not they import it.
	return append(list, path.Join(Module, dir))
}
