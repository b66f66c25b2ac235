package arch

import (
	"go/ast"
	"go/token"
)

// checkGlobals refuses to assign to a package-level variable, or to an element or a field of one, from
// inside a function. Variables that nobody writes are constants that Go has no word for.
func checkGlobals(t *Tree) []Finding {
	var found []Finding
	packages := t.packages()
	for _, dir := range packages.dirs {
		globals := make(map[string]bool)
		for _, f := range packages.files[dir] {
			if !f.Test {
				noteGlobals(f.ast, globals)
			}
		}
		for _, f := range packages.files[dir] {
			if f.Test || f.Generated {
				continue
			}
			for _, d := range f.ast.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok {
					found = append(found, t.globalWrites(f, fn, globals)...)
				}
			}
		}
	}
	return found
}

func noteGlobals(f *ast.File, globals map[string]bool) {
	for _, d := range f.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok || decl.Tok != token.VAR {
			continue
		}
		for _, spec := range decl.Specs {
			for _, name := range spec.(*ast.ValueSpec).Names {
				globals[name.Name] = true
			}
		}
	}
	delete(globals, "_")
}

// globalWrites finds the writes of one function. A name that the function declares anywhere is taken
// for the local one everywhere in it.
func (t *Tree) globalWrites(f *File, fn *ast.FuncDecl, globals map[string]bool) []Finding {
	local := localNames(fn)
	var found []Finding
	for _, target := range writeTargets(fn) {
		root := rootOf(target)
		if root != nil && globals[root.Name] && !local[root.Name] {
			found = append(found, t.finding(f, target.Pos(), "two nodes in one process must not share state",
				"%s writes the package-level variable %s", fn.Name.Name, root.Name))
		}
	}
	return found
}

func localNames(fn *ast.FuncDecl) map[string]bool {
	local := make(map[string]bool)
	note := func(e ast.Expr) {
		if name, ok := e.(*ast.Ident); ok {
			local[name.Name] = true
		}
	}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, name := range n.Names {
				note(name)
			}
		case *ast.ValueSpec:
			for _, name := range n.Names {
				note(name)
			}
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, e := range n.Lhs {
					note(e)
				}
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				note(n.Key)
				note(n.Value)
			}
		}
		return true
	})
	return local
}

// writeTargets returns what a function assigns to, counts up or down, deletes from or clears.
func writeTargets(fn *ast.FuncDecl) []ast.Expr {
	var targets []ast.Expr
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				targets = append(targets, n.Lhs...)
			}
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				targets = append(targets, n.Key, n.Value)
			}
		case *ast.IncDecStmt:
			targets = append(targets, n.X)
		case *ast.CallExpr:
			if len(n.Args) > 0 && (isIdent(n.Fun, "delete") || isIdent(n.Fun, "clear")) {
				targets = append(targets, n.Args[0])
			}
		}
		return true
	})
	return targets
}

// rootOf returns the variable that an assignable expression starts from.
func rootOf(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.SelectorExpr:
		return rootOf(e.X)
	case *ast.IndexExpr:
		return rootOf(e.X)
	case *ast.StarExpr:
		return rootOf(e.X)
	case *ast.ParenExpr:
		return rootOf(e.X)
	}
	return nil
}
