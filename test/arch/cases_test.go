package arch_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mesh-protocol/mesh/test/arch"
)

// ruleCase is a small tree with what one rule finds in it. A name starts with ok when that is nothing.
type ruleCase struct {
	name string
	rule string
	tree string   // files, each after a line -- path --; "@/ starts an import path of ours
	want []string // path:line: what, in order; without :line for a finding of a whole file
}

// TestRules proves of each rule that it can fail and that it can pass.
func TestRules(t *testing.T) {
	cases := slices.Concat(
		importCases(), outsideCases(), countCases(), wordCases(), budgetCases(), documentedCases(),
		hygieneCases(), mapCases(), protoCases(), globalCases(), callCases(), todoCases(), loadCases(),
	)
	seen := make(map[string]bool)
	for _, c := range cases {
		ok := strings.HasPrefix(c.name, "ok: ")
		if ok != (len(c.want) == 0) || ok == strings.HasPrefix(c.name, "fails: ") {
			t.Errorf("the name %q does not fit %d findings", c.name, len(c.want))
		}
		if seen[c.rule+c.name] {
			t.Errorf("%s: two cases are called %q", c.rule, c.name)
		}
		seen[c.rule+c.name], seen[c.rule+fmt.Sprint(ok)] = true, true
		t.Run(c.rule+"/"+c.name, func(t *testing.T) {
			equal(t, c.want, findings(t, c.rule, parseTree(c.tree)))
		})
	}
	for _, rule := range arch.Rules() {
		if !seen[rule.Name+"true"] || !seen[rule.Name+"false"] {
			t.Errorf("the rule %s has no case that passes or none that fails", rule.Name)
		}
	}
}

// TestFindingsExplain asks of every finding of the failing cases that it says why and what to do.
func TestFindingsExplain(t *testing.T) {
	for _, c := range slices.Concat(importCases(), outsideCases(), budgetCases(), hygieneCases(), wordCases()) {
		for _, f := range ruleNamed(t, c.rule).Check(load(t, parseTree(c.tree))) {
			if f.Rule != c.rule || f.Why == "" || f.Do == "" {
				t.Errorf("%s: %+v", c.name, f)
			}
		}
	}
}

func TestFindingString(t *testing.T) {
	f := arch.Finding{File: "x/a.go", Line: 7, Rule: "maps", What: "ranges over a map", Why: "order", Do: "sort"}
	equal(t, []string{"x/a.go:7: [maps] ranges over a map", "\twhy: order", "\tdo:  sort"}, strings.Split(f.String(), "\n"))
	f.Line = 0
	equal(t, []string{"x/a.go: [maps] ranges over a map", "\twhy: order", "\tdo:  sort"}, strings.Split(f.String(), "\n"))
}

// findings returns what a rule finds in a tree, in the form of ruleCase.want.
func findings(t *testing.T, rule string, fsys fs.FS) []string {
	t.Helper()
	var list []string
	for _, f := range ruleNamed(t, rule).Check(load(t, fsys)) {
		at := f.File
		if f.Line > 0 {
			at = fmt.Sprintf("%s:%d", f.File, f.Line)
		}
		list = append(list, at+": "+f.What)
	}
	return list
}

func ruleNamed(t *testing.T, name string) arch.Rule {
	t.Helper()
	rules := arch.Rules()
	i := slices.IndexFunc(rules, func(r arch.Rule) bool { return r.Name == name })
	if i < 0 {
		t.Fatalf("there is no rule %q", name)
	}
	return rules[i]
}

func load(t *testing.T, fsys fs.FS) *arch.Tree {
	t.Helper()
	tree, err := arch.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// parseTree reads the form of ruleCase.tree.
func parseTree(text string) fstest.MapFS {
	tree := make(fstest.MapFS)
	text = strings.ReplaceAll(text, `"@/`, `"`+arch.Module+"/")
	text = "\n" + strings.TrimSuffix(strings.TrimPrefix(text, "\n"), "\n")
	for _, part := range strings.Split(text, "\n-- ")[1:] {
		name, body, _ := strings.Cut(part, " --\n")
		tree[name] = &fstest.MapFile{Data: []byte(body + "\n")}
	}
	return tree
}

func equal(t *testing.T, want, got []string) {
	t.Helper()
	if !slices.Equal(want, got) {
		t.Errorf("want\n\t%s\ngot\n\t%s", strings.Join(want, "\n\t"), strings.Join(got, "\n\t"))
	}
}
