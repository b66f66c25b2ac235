package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
	"unicode"
	"unicode/utf8"
)

// budget is a limit beyond which the build fails; authors aim well below.
type budget struct {
	limit int
	unit  string
	why   string
}

var (
	fileBudget        = budget{500, "lines", "a reader of a file sees one concept"}
	functionBudget    = budget{80, "lines", "a function is read in one go"}
	constructorBudget = budget{8, "parameters", "more belong into a Deps struct, or the type does too much"}
	keeperBudget      = budget{16, "exported methods", "one module answers one question"}
	makefileBudget    = budget{150, "lines", "the Makefile is a list of commands, not a program"}
	scriptBudget      = budget{60, "lines", "what is longer becomes Go, with tests"}
)

// over returns a finding if a measure is over the budget.
func (b budget) over(measure int, file string, line int, what string) []Finding {
	if measure <= b.limit {
		return nil
	}
	return []Finding{{File: file, Line: line, What: fmt.Sprintf("%s has %d %s, limit %d", what, measure, b.unit, b.limit), Why: b.why}}
}

// checkBudgets measures hand-written files, functions, constructors, keepers, the Makefile and scripts.
func checkBudgets(t *Tree) []Finding {
	found := checkKeepers(t)
	for _, f := range t.handWritten(anyFile) {
		found = append(found, fileBudget.over(f.Lines, f.Path, 0, "the file")...)
		if f.Test {
			continue
		}
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				found = append(found, t.checkFunction(f, fn)...)
			}
		}
	}
	for _, text := range t.Texts {
		switch {
		case text.Path == "Makefile":
			found = append(found, makefileBudget.over(len(text.Lines), text.Path, 0, "the Makefile")...)
		case under("scripts", text.Path):
			found = append(found, scriptBudget.over(len(text.Lines), text.Path, 0, "the script")...)
		}
	}
	return found
}

func (t *Tree) checkFunction(f *File, fn *ast.FuncDecl) []Finding {
	first, name := t.line(fn.Pos()), fn.Name.Name
	found := functionBudget.over(t.line(fn.End())-first+1, f.Path, first, name)
	if isConstructor(fn) {
		found = append(found, constructorBudget.over(fn.Type.Params.NumFields(), f.Path, first, name)...)
	}
	return found
}

// isConstructor reports whether a function without receiver is called New or new, alone or before
// another word.
func isConstructor(fn *ast.FuncDecl) bool {
	rest, ok := strings.CutPrefix(fn.Name.Name, "New")
	if !ok {
		rest, ok = strings.CutPrefix(fn.Name.Name, "new")
	}
	next, _ := utf8.DecodeRuneInString(rest)
	return ok && fn.Recv == nil && (rest == "" || !unicode.IsLower(next))
}

// checkKeepers sums the exported methods of each type Keeper in x/*/keeper over its files.
func checkKeepers(t *Tree) []Finding {
	var found []Finding
	packages := t.packages()
	for _, dir := range packages.dirs {
		if _, ok := match("x/*/keeper", dir); !ok {
			continue
		}
		methods, declared := 0, token.NoPos
		for _, f := range packages.files[dir] {
			if f.Test || f.Generated {
				continue
			}
			for _, d := range f.ast.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && receiver(fn) == "Keeper" && fn.Name.IsExported() {
					methods++
					declared = fn.Pos()
				}
			}
		}
		at := t.fset.Position(declared)
		found = append(found, keeperBudget.over(methods, at.Filename, at.Line, "Keeper")...)
	}
	return found
}

// receiver returns the name of the type that a method belongs to, "" for a function.
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return ""
	}
	if named := namedType(fn.Recv.List[0].Type); named != nil {
		return named.Name
	}
	return ""
}

// namedType strips pointers, parentheses and type arguments off a type until its name is left.
func namedType(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.StarExpr:
		return namedType(e.X)
	case *ast.ParenExpr:
		return namedType(e.X)
	case *ast.IndexExpr:
		return namedType(e.X)
	case *ast.IndexListExpr:
		return namedType(e.X)
	}
	return nil
}
