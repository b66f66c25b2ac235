package arch

import (
	"go/ast"
	"go/token"
	"slices"
)

// scope is what is known about names within one declaration of a file. Blocks are not told apart: a
// name that is a map anywhere in a function counts as one everywhere in it.
type scope struct {
	index typeIndex
	file  *File
	vars  map[string]typed
	types map[string]typed // local types and type parameters
}

// newScope reads the parameters and local declarations of d, in the order of the text; d may be nil.
func (index typeIndex) newScope(f *File, d ast.Decl) *scope {
	s := &scope{index: index, file: f, vars: make(map[string]typed), types: make(map[string]typed)}
	if d == nil {
		return s
	}
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			s.addParams(n.Recv)
		case *ast.FuncType: // of the declaration and of every function literal in it
			s.addTypeParams(n.TypeParams)
			s.addParams(n.Params)
			s.addParams(n.Results)
		case *ast.GenDecl:
			s.addSpecs(n, s.vars)
		case *ast.AssignStmt:
			s.addValues(n.Lhs, n.Rhs, s.vars)
		case *ast.RangeStmt:
			s.addElement(n)
		}
		return true
	})
	return s
}

func (s *scope) addParams(list *ast.FieldList) {
	if list == nil {
		return
	}
	for _, field := range list.List {
		for _, name := range field.Names {
			s.set(s.vars, name.Name, typed{field.Type, s.file})
		}
	}
}

func (s *scope) addTypeParams(list *ast.FieldList) {
	if list == nil {
		return
	}
	for _, field := range list.List {
		for _, name := range field.Names {
			s.types[name.Name] = typed{field.Type, s.file}
		}
	}
}

func (s *scope) addSpecs(d *ast.GenDecl, vars map[string]typed) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			s.types[spec.Name.Name] = typed{spec.Type, s.file}
		case *ast.ValueSpec:
			var names []ast.Expr
			for _, name := range spec.Names {
				names = append(names, name)
				if spec.Type != nil {
					s.set(vars, name.Name, typed{spec.Type, s.file})
				}
			}
			s.addValues(names, spec.Values, vars)
		}
	}
}

// addValues notes the types of what is assigned to plain names.
func (s *scope) addValues(names, values []ast.Expr, vars map[string]typed) {
	for i, e := range names {
		name, ok := e.(*ast.Ident)
		if !ok {
			continue
		}
		switch {
		case len(names) == len(values):
			s.set(vars, name.Name, s.typeOf(values[i], 0))
		case len(values) == 1:
			s.set(vars, name.Name, s.typeOf(values[0], i))
		}
	}
}

// addElement notes that the values of a map of maps are maps.
func (s *scope) addElement(loop *ast.RangeStmt) {
	if name, ok := loop.Value.(*ast.Ident); ok && loop.Tok == token.DEFINE {
		s.set(s.vars, name.Name, s.element(loop.X))
	}
}

// set keeps a map where two declarations share a name.
func (s *scope) set(vars map[string]typed, name string, t typed) {
	if m, _ := s.underlying(vars[name]); m == nil && t.expr != nil {
		vars[name] = t
	}
}

func (s *scope) isMap(e ast.Expr) bool {
	m, _ := s.underlying(s.typeOf(e, 0))
	return m != nil
}

func (s *scope) isMapType(e ast.Expr) bool {
	m, _ := s.underlying(typed{e, s.file})
	return m != nil
}

// typeOf picks the map among the types that the i-th value of an expression may have, else the first.
func (s *scope) typeOf(e ast.Expr, i int) typed {
	types := s.typesOf(e, i)
	for _, t := range types {
		if m, _ := s.underlying(t); m != nil {
			return t
		}
	}
	if len(types) == 0 {
		return typed{}
	}
	return types[0]
}

// element returns the type of the elements of a map, slice or array.
func (s *scope) element(e ast.Expr) typed {
	t := s.typeOf(e, 0)
	if m, file := s.underlying(t); m != nil {
		return typed{m.Value, file}
	}
	if list, ok := t.expr.(*ast.ArrayType); ok {
		return typed{list.Elt, t.file}
	}
	return typed{}
}

// typesOf returns the types that the i-th value of an expression has or may have. Only a call has more
// than one value. Fields and methods are known by name alone: the types are those of all with that name.
func (s *scope) typesOf(e ast.Expr, i int) []typed {
	if call, ok := e.(*ast.CallExpr); ok {
		return s.callTypes(call, i)
	}
	if i > 0 {
		return nil
	}
	switch e := e.(type) {
	case *ast.Ident:
		if t, ok := s.vars[e.Name]; ok {
			return []typed{t}
		}
		return []typed{s.index[s.file.Dir].vars[e.Name]}
	case *ast.ParenExpr:
		return s.typesOf(e.X, 0)
	case *ast.StarExpr:
		return s.typesOf(e.X, 0)
	case *ast.UnaryExpr:
		return s.typesOf(e.X, 0)
	case *ast.CompositeLit:
		return []typed{{e.Type, s.file}}
	case *ast.TypeAssertExpr:
		return []typed{{e.Type, s.file}}
	case *ast.IndexExpr:
		return []typed{s.element(e.X)}
	case *ast.SelectorExpr:
		if p := s.index.imported(s.file, e.X); p != nil {
			return []typed{p.vars[e.Sel.Name]}
		}
		return s.fieldTypes(e.Sel.Name)
	}
	return nil
}

// fieldTypes returns the types of the fields of that name in the own package and in those it imports.
func (s *scope) fieldTypes(name string) []typed {
	types := slices.Clone(s.index[s.file.Dir].fields[name])
	for _, spec := range s.file.ast.Imports {
		if dir, own := ours(importPath(spec)); own && s.index[dir] != nil && ast.IsExported(name) {
			types = append(types, s.index[dir].fields[name]...)
		}
	}
	return types
}

// callTypes returns what a call yields: what is made or converted to, or results of functions of ours.
func (s *scope) callTypes(call *ast.CallExpr, i int) []typed {
	fun := ast.Unparen(call.Fun)
	if generic, ok := fun.(*ast.IndexExpr); ok {
		fun = generic.X
	}
	if _, isType := s.named(typed{fun, s.file}); isType {
		return []typed{{fun, s.file}}
	}
	own := s.index[s.file.Dir]
	switch fun := fun.(type) {
	case *ast.MapType:
		return []typed{{fun, s.file}}
	case *ast.Ident:
		if (fun.Name == "make" || fun.Name == "new") && len(call.Args) > 0 {
			return []typed{{call.Args[0], s.file}}
		}
		return own.result(fun.Name, i)
	case *ast.SelectorExpr:
		if p := s.index.imported(s.file, fun.X); p != nil {
			return p.result(fun.Sel.Name, i)
		}
		if name, ok := importName(s.file.ast, "maps"); ok && isIdent(fun.X, name) && fun.Sel.Name == "Clone" {
			return s.typesOf(call.Args[0], 0)
		}
		return own.result(fun.Sel.Name, i)
	}
	return nil
}
