package arch

import (
	"go/ast"
	"slices"
	"strings"
)

// checkInit refuses func init: code that nobody calls has no order and no error.
func checkInit(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.handWritten(anyFile) {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				found = append(found, t.finding(f, fn.Pos(), "wiring is plain code in one place", "func init runs before anybody asked"))
			}
		}
	}
	return found
}

// checkDots refuses imports that drop the package's name.
func checkDots(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.handWritten(anyFile) {
		for _, spec := range f.ast.Imports {
			if spec.Name != nil && spec.Name.Name == "." {
				found = append(found, t.finding(f, spec.Pos(), "readers and these rules know a foreign name by its package", "dot import of %s", importPath(spec)))
			}
		}
	}
	return found
}

// checkSleeps refuses time.Sleep outside a package called clock, in tests too.
func checkSleeps(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.handWritten(anyFile) {
		if strings.TrimSuffix(f.ast.Name.Name, "_test") == "clock" {
			continue
		}
		for _, sel := range selectors(f.ast, "time") {
			if sel.Sel.Name == "Sleep" {
				found = append(found, t.finding(f, sel.Pos(), "a sleep is too short on a slow machine and too long on all others", "time.Sleep"))
			}
		}
	}
	return found
}

// checkSeeds refuses rapid's own ways to run a property outside test/seeded, which prints the seed of each.
func checkSeeds(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.handWritten(anyFile) {
		if under("test/seeded", f.Dir) {
			continue
		}
		for _, sel := range selectors(f.ast, "pgregory.net/rapid") {
			if sel.Sel.Name == "Check" || sel.Sel.Name == "MakeCheck" {
				found = append(found, t.finding(f, sel.Pos(), "without its seed a random test cannot be run again", "rapid.%s", sel.Sel.Name))
			}
		}
	}
	return found
}

// checkSkips refuses to skip a test, a benchmark, a fuzz input or a property.
func checkSkips(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.handWritten(anyFile) {
		testers := testerNames(f.ast)
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || !slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, sel.Sel.Name) {
				return true
			}
			if name, ok := sel.X.(*ast.Ident); ok && testers[name.Name] || isSuiteT(sel.X) {
				found = append(found, t.finding(f, sel.Pos(), "what is skipped where it cannot run is not tested anywhere", "a test calls %s", sel.Sel.Name))
			}
			return true
		})
	}
	return found
}

// testerNames returns the parameters of a file that are a testing.T, B, F or TB, or a rapid.T.
func testerNames(f *ast.File) map[string]bool {
	testers := make(map[string]bool)
	ast.Inspect(f, func(n ast.Node) bool {
		field, ok := n.(*ast.Field)
		if !ok || !isTester(field.Type) {
			return true
		}
		for _, name := range field.Names {
			testers[name.Name] = true
		}
		return true
	})
	return testers
}

func isTester(e ast.Expr) bool {
	if pointer, ok := e.(*ast.StarExpr); ok {
		e = pointer.X
	}
	sel, ok := e.(*ast.SelectorExpr)
	return ok && (isIdent(sel.X, "testing") || isIdent(sel.X, "rapid")) && slices.Contains([]string{"T", "B", "F", "TB"}, sel.Sel.Name)
}

// isSuiteT reports whether an expression is the call of a method T, as suites have it.
func isSuiteT(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "T" && len(call.Args) == 0
}

// checkPanics refuses calls of panic in x and proof, except in constructors, whose names start with New
// or new, and in the files module.go and genesis.go, where the SDK leaves no other way.
func checkPanics(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.handWritten(inConsensus) {
		if f.name() == "module.go" || f.name() == "genesis.go" {
			continue
		}
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && isConstructor(fn) {
				continue
			}
			ast.Inspect(d, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && isIdent(call.Fun, "panic") {
					found = append(found, t.finding(f, call.Pos(), "a panic in a block stops the chain", "panic outside of constructors and genesis"))
				}
				return true
			})
		}
	}
	return found
}
