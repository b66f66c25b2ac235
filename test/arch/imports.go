package arch

import (
	"path"
	"slices"
	"strings"
)

// moduleOrder lists the modules of the chain from left to right: a module may know those left of it.
var moduleOrder = []string{"beacon", "network", "tasks", "rewards", "gov"}

// place says which of our packages a package may import besides those it shares its place with. The
// first row that fits a package holds; a package without a row is an error.
type place struct {
	where string
	may   []string // patterns; {self} is the module of the importer, {left} any module left of it
	why   string
}

// places is the import law.
var places = []place{
	{"proof/**", nil, "proof is what both halves agree on, so it knows neither"},
	{"x/*/types/**", []string{"proof/**"}, "mesh links every module's types, which know no other module"},
	{"x/*/keeper/**", []string{"proof/**", "x/{self}/types/**", "x/{self}/internal/**", "x/{left}/types/**"}, "arrows between modules point left, to types only"},
	{"x/*/**", []string{"proof/**", "x/{self}/**", "x/{left}/types/**"}, "arrows between modules point left, to types only"},
	{"app/**", []string{"proof/**", "x/**"}, "on chain, nothing knows that off chain exists"},
	{"cmd/meshd/**", []string{"proof/**", "x/**", "app/**"}, "on chain, nothing knows that off chain exists"},

	{"offchain", nil, "the package is the map of this half and holds no code"},
	{"offchain/work/**", []string{"proof/**"}, "work is the domain of this half: every package speaks it, it speaks to none"},
	{"offchain/chain/**", []string{"proof/**", "offchain/work/**", "x/*/types/**"}, "the one door to the chain opens on types and work only"},
	{"offchain/message/**", []string{"proof/**"}, "a message is bytes with a signature; who moves or reads it is not its business"},
	{"offchain/p2p/**", []string{"proof/**", "offchain/message/**"}, "p2p moves envelopes and understands none"},
	{"offchain/attest/**", []string{"proof/**", "offchain/work/**", "offchain/message/**"}, "siblings meet in offchain/node only"},
	{"offchain/channel/**", []string{"proof/**", "offchain/work/**"}, "siblings meet in offchain/node only"},
	{"offchain/journal/**", []string{"proof/**", "offchain/work/**", "offchain/message/**", "offchain/dirlock/**"}, "siblings meet in offchain/node only"},
	{"offchain/piece/**", []string{"proof/**", "offchain/work/**", "offchain/message/**", "offchain/dirlock/**"}, "siblings meet in offchain/node only"},
	{"offchain/logic", []string{"proof/**", "offchain/work/**", "offchain/message/**"}, "the interface does not know its engines"},
	{"offchain/logic/*/**", []string{"proof/**", "offchain/work/**", "offchain/message/**", "offchain/logic"}, "engines are replaceable and do not know each other"},
	{"offchain/templates/*/**", []string{"proof/**", "offchain/work/**", "offchain/logic", "offchain/dirlock/**"}, "a template is written against work, as a founder's own would be"},
	{"offchain/gateway/**", []string{"proof/**", "offchain/work/**", "offchain/message/**", "web/**"}, "the gateway translates and decides nothing"},
	{"offchain/devnet/**", []string{"offchain/dirlock/**"}, "a devnet runs processes and knows neither the chain nor what it runs"},
	{"offchain/lifecycle/**", nil, "the group runs anything and knows nothing"},
	{"offchain/dirlock/**", nil, "a lock knows a directory and nothing else"},
	{"offchain/node/**", []string{"proof/**", "offchain/**", "web/**"}, "node is the only place that sees its siblings, and the chain through its door"},
	{"cmd/mesh/**", []string{"proof/**", "offchain/**"}, "the binary is a thin edge over offchain/node; the chain is behind its door"},

	{"web/**", nil, "web embeds files"},
	{"examples/**", []string{"proof/**", "offchain/**"}, "an example does what a founder can do"},
	{"tool/**", nil, "tools are pinned, not written, here"},
	{"test/arch/**", nil, "what judges the code depends on none of it"},
	{"test/e2e/**", nil, "e2e drives the built binaries as a user does"},
	{"test/**", []string{"**"}, "tests see everything; nothing sees them"},
}

// testPlaces says what the _test.go files of a package may import besides: their module's packages,
// and networks, adversaries and seeds of test. Every row that fits counts.
var testPlaces = []place{
	{where: "proof/**", may: []string{"test/seeded/**"}},
	{where: "x/**", may: []string{"x/{self}/**", "test/**"}},
	{where: "app/**", may: []string{"test/**"}},
	{where: "offchain/**", may: []string{"test/**"}},
	{where: "cmd/**", may: []string{"test/**"}},
	{where: "examples/**", may: []string{"test/**"}},
}

// checkImports holds every import of ours, generated files too, against places.
func checkImports(t *Tree) []Finding {
	var found []Finding
	packages := t.packages()
	for _, dir := range packages.dirs {
		row, named, ok := placeOf(dir)
		if what := unplaced(dir, ok); what != "" {
			found = append(found, Finding{
				File: dir, What: what, Why: "what has no place in the law may import anything",
				Do: "put the code where it belongs, or give it a place in test/arch/imports.go",
			})
			continue
		}
		for _, f := range packages.files[dir] {
			for _, spec := range f.ast.Imports {
				if other, ok := ours(importPath(spec)); ok && !mayImport(f, row, named, other) {
					found = append(found, t.finding(f, spec.Pos(), row.why, "%s may not import %s", dir, other))
				}
			}
		}
	}
	return found
}

// unplaced says what the law lacks to judge a directory, "" if it has a row and its module an order.
func unplaced(dir string, hasRow bool) string {
	module, ok := moduleOf(dir)
	switch {
	case !hasRow:
		return "no row of places fits " + dir
	case ok && !slices.Contains(moduleOrder, module):
		return "x/" + module + " has no place in the order of modules"
	}
	return ""
}

func placeOf(dir string) (row place, named string, ok bool) {
	for _, row := range places {
		if named, ok := match(row.where, dir); ok {
			return row, named, true
		}
	}
	return place{}, "", false
}

// mayImport reports whether a file may import one of our directories: those of its own place always,
// as long as no row of their own says otherwise.
func mayImport(f *File, row place, named, dir string) bool {
	other, _, _ := placeOf(dir)
	if under(named, dir) && other.where == row.where {
		return true
	}
	if matchAny(expand(row.may, f.Dir), dir) {
		return true
	}
	return f.Test && slices.ContainsFunc(testPlaces, func(row place) bool {
		_, fits := match(row.where, f.Dir)
		return fits && matchAny(expand(row.may, f.Dir), dir)
	})
}

// expand puts the importer's module and those left of it into patterns.
func expand(patterns []string, importer string) []string {
	self, _ := moduleOf(importer)
	left := moduleOrder[:max(0, slices.Index(moduleOrder, self))]
	var list []string
	for _, p := range patterns {
		if !strings.Contains(p, "{left}") {
			list = append(list, strings.ReplaceAll(p, "{self}", self))
			continue
		}
		for _, module := range left {
			list = append(list, strings.ReplaceAll(p, "{left}", module))
		}
	}
	return list
}

// moduleOf returns the chain module that a directory belongs to.
func moduleOf(dir string) (name string, ok bool) {
	named, ok := match("x/*/**", dir)
	return path.Base(named), ok
}
