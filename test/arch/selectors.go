package arch

import (
	"go/ast"
	"path"
	"regexp"
)

// importName returns the name under which a file uses an import; ok is false if it does not import it.
func importName(f *ast.File, wanted string) (name string, ok bool) {
	for _, spec := range f.Imports {
		if importPath(spec) != wanted {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name, true
		}
		return guessName(wanted), true
	}
	return "", false
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// guessName returns the name that a package most likely has: the last element of its import path that
// is no version.
func guessName(importPath string) string {
	base := path.Base(importPath)
	if majorVersion.MatchString(base) {
		return path.Base(path.Dir(importPath))
	}
	return base
}

// selectors returns every use of a package's name in a file, such as time.Now.
func selectors(f *ast.File, pkg string) []*ast.SelectorExpr {
	name, ok := importName(f, pkg)
	if !ok {
		return nil
	}
	var list []*ast.SelectorExpr
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && isIdent(sel.X, name) {
			list = append(list, sel)
		}
		return true
	})
	return list
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}
