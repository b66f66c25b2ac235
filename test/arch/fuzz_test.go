package arch_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mesh-protocol/mesh/test/arch"
)

// FuzzRules runs every rule over any source that parses, and over any text as a protobuf definition: a
// rule may be wrong about odd code, but it must not panic in everybody's build.
func FuzzRules(f *testing.F) {
	for _, c := range slices.Concat(mapCases(), hygieneCases(), wordCases(), protoCases(), globalCases(), callCases(), documentedCases()) {
		for name, file := range parseTree(c.tree) {
			f.Add(name, string(file.Data))
		}
	}
	f.Fuzz(func(t *testing.T, name, source string) {
		suffix := ".go"
		if strings.HasSuffix(name, "_test.go") {
			suffix = "_test.go"
		}
		tree, err := arch.Load(fstest.MapFS{
			"x/tasks/keeper/a" + suffix:   {Data: []byte(source)},
			"offchain/work/a" + suffix:    {Data: []byte(source)},
			"proto/mesh/tasks/v1/a.proto": {Data: []byte(source)},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, rule := range arch.Rules() {
			for _, found := range rule.Check(tree) {
				if found.Rule != rule.Name || found.File == "" || found.What == "" || found.Why == "" || found.Do == "" {
					t.Errorf("%s does not explain itself: %+v", rule.Name, found)
				}
			}
		}
	})
}
