package arch

import (
	"go/ast"
	"strings"
)

// checkDocumented asks for a comment on every package, and on every exported function, method of an
// exported type, type, constant and variable outside of tests. One comment above a group of constants
// or variables is enough for all in it; a group of types needs one each.
func checkDocumented(t *Tree) []Finding {
	found := checkPackageDocs(t)
	for _, f := range t.handWritten(isProduction) {
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				found = append(found, t.checkFuncDoc(f, d)...)
			case *ast.GenDecl:
				found = append(found, t.checkGenDoc(f, d)...)
			}
		}
	}
	return found
}

// checkPackageDocs asks for the comment in a file that is not a test, unless there are only tests.
func checkPackageDocs(t *Tree) []Finding {
	var found []Finding
	packages := t.packages()
	for _, dir := range packages.dirs {
		var production, documented, inTests bool
		for _, f := range packages.files[dir] {
			has := !blank(f.ast.Doc) && !f.Generated
			production = production || !f.Test
			documented = documented || has && !f.Test
			inTests = inTests || has
		}
		if !documented && (production || !inTests) {
			found = append(found, Finding{File: dir, What: "the package has no doc comment", Why: "the first question of a reader is what a package is for"})
		}
	}
	return found
}

const docReason = "an exported name is read by people who do not read its code"

func (t *Tree) checkFuncDoc(f *File, fn *ast.FuncDecl) []Finding {
	name := fn.Name.Name
	if fn.Recv != nil {
		name = receiver(fn) + "." + name
	}
	public := fn.Name.IsExported() && (fn.Recv == nil || ast.IsExported(receiver(fn)))
	if !public || !blank(fn.Doc) {
		return nil
	}
	return []Finding{t.finding(f, fn.Pos(), docReason, "%s has no doc comment", name)}
}

func (t *Tree) checkGenDoc(f *File, d *ast.GenDecl) []Finding {
	var found []Finding
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			alone := !d.Lparen.IsValid() && !blank(d.Doc)
			if s.Name.IsExported() && !alone && blank(s.Doc) {
				found = append(found, t.finding(f, s.Pos(), docReason, "%s has no doc comment", s.Name.Name))
			}
		case *ast.ValueSpec:
			if blank(d.Doc) && blank(s.Doc) && blank(s.Comment) {
				found = append(found, t.undocumented(f, s.Names)...)
			}
		}
	}
	return found
}

func (t *Tree) undocumented(f *File, names []*ast.Ident) []Finding {
	var found []Finding
	for _, name := range names {
		if name.IsExported() {
			found = append(found, t.finding(f, name.Pos(), docReason, "%s has no doc comment", name.Name))
		}
	}
	return found
}

// blank reports whether a comment is missing or holds directives only.
func blank(doc *ast.CommentGroup) bool {
	return strings.TrimSpace(doc.Text()) == ""
}
