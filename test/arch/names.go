package arch

import (
	"slices"
	"strings"
)

// bucketNames say nothing about what is inside, so everything ends up there.
var bucketNames = []string{"utils", "common", "helpers", "shared", "pkg", "core", "base", "manager"}

// checkNames refuses directories of Go code and package clauses that are called after a bucket.
func checkNames(t *Tree) []Finding {
	const why = "a name that fits everything is searched by nobody; code lives beside its one user"
	var found []Finding
	var last string // directory reported before
	for _, f := range t.Go {
		clause := strings.TrimSuffix(f.ast.Name.Name, "_test")
		if slices.Contains(bucketNames, clause) {
			found = append(found, t.finding(f, f.ast.Name.Pos(), why, "package %s is a bucket", clause))
		}
		for _, segment := range strings.Split(f.Dir, "/") {
			if slices.Contains(bucketNames, segment) && f.Dir != last {
				found = append(found, Finding{File: f.Dir, What: "directory " + segment + " is a bucket", Why: why})
				last = f.Dir
			}
		}
	}
	return found
}
