package arch_test

import (
	"os"
	"strings"
	"testing"

	"github.com/mesh-protocol/mesh/test/arch"
)

// root is the root of the source tree, seen from this package.
const root = "../.."

// TestTree holds the source tree against every rule.
func TestTree(t *testing.T) {
	tree := load(t, os.DirFS(root))
	requireThisPackage(t, tree)
	for _, rule := range arch.Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			for _, f := range rule.Check(tree) {
				t.Error(f)
			}
		})
	}
}

// requireThisPackage fails if the tree is not the one this test is part of, or the module has moved,
// for then the rules would pass because they see nothing.
func requireThisPackage(t *testing.T, tree *arch.Tree) {
	t.Helper()
	mod, err := os.ReadFile(root + "/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if first, _, _ := strings.Cut(string(mod), "\n"); first != "module "+arch.Module {
		t.Fatalf("go.mod starts with %q, the rules look for %s", first, arch.Module)
	}
	for _, f := range tree.Go {
		if f.Path == "test/arch/tree_test.go" {
			return
		}
	}
	t.Fatal("the tree does not contain this test")
}
