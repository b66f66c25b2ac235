package arch

import (
	"go/ast"
	"go/token"
)

// typed is a type as written, with the file whose names it uses.
type typed struct {
	expr ast.Expr
	file *File
}

// declared holds what the files of one package say about the types of its names.
type declared struct {
	types   map[string]typed
	vars    map[string]typed
	results map[string][][]typed // results of each function and, by name alone, of each method
	fields  map[string][]typed   // types of struct fields by name alone
}

// typeIndex holds the packages of a tree by directory. It replaces a type checker for one question, is
// this expression a map, and answers no where it does not know.
type typeIndex map[string]*declared

func newTypeIndex(files []*File) typeIndex {
	index := make(typeIndex)
	for _, f := range files {
		p := index[f.Dir]
		if p == nil {
			p = &declared{make(map[string]typed), make(map[string]typed), make(map[string][][]typed), make(map[string][]typed)}
			index[f.Dir] = p
		}
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				p.results[d.Name.Name] = append(p.results[d.Name.Name], flatten(d.Type.Results, f))
			case *ast.GenDecl:
				p.addTypes(f, d)
			}
		}
	}
	// Values are looked at last: they may call functions and convert to types of any file.
	for _, f := range files {
		scope := index.newScope(f, nil)
		for _, d := range f.ast.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.VAR {
				scope.addSpecs(d, index[f.Dir].vars)
			}
		}
	}
	return index
}

func (p *declared) addTypes(f *File, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		s, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		p.types[s.Name.Name] = typed{s.Type, f}
		ast.Inspect(s.Type, func(n ast.Node) bool {
			if s, ok := n.(*ast.StructType); ok {
				p.addFields(f, s)
			}
			return true
		})
	}
}

func (p *declared) addFields(f *File, s *ast.StructType) {
	for _, field := range s.Fields.List {
		for _, name := range field.Names {
			p.fields[name.Name] = append(p.fields[name.Name], typed{field.Type, f})
		}
	}
}

// result returns the i-th result of each function and method of that name.
func (p *declared) result(name string, i int) []typed {
	var types []typed
	for _, results := range p.results[name] {
		if i < len(results) {
			types = append(types, results[i])
		}
	}
	return types
}

// flatten lists the types of results, one for each name.
func flatten(list *ast.FieldList, f *File) []typed {
	if list == nil {
		return nil
	}
	var types []typed
	for _, field := range list.List {
		for range max(1, len(field.Names)) {
			types = append(types, typed{field.Type, f})
		}
	}
	return types
}

// depth bounds how often a type may be named after another.
const depth = 16

// underlying follows names, pointers and type constraints of a type to the map that it is, or to nil.
func (s *scope) underlying(t typed) (*ast.MapType, *File) {
	for range depth {
		switch e := t.expr.(type) {
		case *ast.MapType:
			return e, t.file
		case *ast.ParenExpr:
			t.expr = e.X
		case *ast.StarExpr:
			t.expr = e.X
		case *ast.IndexExpr: // a generic type with its arguments
			t.expr = e.X
		case *ast.IndexListExpr:
			t.expr = e.X
		case *ast.UnaryExpr: // ~map[K]V
			t.expr = e.X
		case *ast.BinaryExpr: // ~map[K]V | …
			t.expr = e.X
		case *ast.Ident, *ast.SelectorExpr:
			next, ok := s.named(t)
			if !ok {
				return nil, nil
			}
			t = next
		default:
			return nil, nil
		}
	}
	return nil, nil
}

// named returns what the name of a type of ours stands for.
func (s *scope) named(t typed) (typed, bool) {
	switch e := t.expr.(type) {
	case *ast.Ident:
		if local, ok := s.types[e.Name]; ok && t.file == s.file {
			return local, true
		}
		next, ok := s.index[t.file.Dir].types[e.Name]
		return next, ok
	case *ast.SelectorExpr:
		if p := s.index.imported(t.file, e.X); p != nil {
			next, ok := p.types[e.Sel.Name]
			return next, ok
		}
	}
	return typed{}, false
}

// imported returns the package of ours that an expression names in a file, or nil.
func (index typeIndex) imported(f *File, e ast.Expr) *declared {
	for _, spec := range f.ast.Imports {
		p := importPath(spec)
		dir, own := ours(p)
		if !own {
			continue
		}
		name := guessName(p)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if isIdent(e, name) {
			return index[dir]
		}
	}
	return nil
}
