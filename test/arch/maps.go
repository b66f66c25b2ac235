package arch

import "go/ast"

const mapReason = "Go walks a map in another order each time, so validators come to different results"

// checkMaps refuses, in x and proof, to walk a map, and to hold one in a struct of a keeper, where it
// would outlive the transaction that filled it.
func checkMaps(t *Tree) []Finding {
	index := newTypeIndex(t.handWritten(inConsensus))
	var found []Finding
	for _, f := range t.handWritten(inConsensus) {
		for _, d := range f.ast.Decls {
			found = append(found, t.checkRanges(index, f, d)...)
		}
		found = append(found, t.checkUnsortedKeys(f)...)
		found = append(found, t.checkReflectedKeys(f)...)
		if _, keeper := match("x/*/keeper/**", f.Dir); keeper {
			found = append(found, t.checkMapFields(index, f)...)
		}
	}
	return found
}

func (t *Tree) checkRanges(index typeIndex, f *File, d ast.Decl) []Finding {
	var found []Finding
	scope := index.newScope(f, d)
	ast.Inspect(d, func(n ast.Node) bool {
		if loop, ok := n.(*ast.RangeStmt); ok && scope.isMap(loop.X) {
			found = append(found, t.finding(f, loop.Pos(), mapReason, "consensus code ranges over a map"))
		}
		return true
	})
	return found
}

// checkUnsortedKeys refuses the iterators of package maps unless slices.Sorted and its like consume them.
func (t *Tree) checkUnsortedKeys(f *File) []Finding {
	sorted := make(map[ast.Expr]bool)
	slicesName, _ := importName(f.ast, "slices")
	ast.Inspect(f.ast, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if ok && isIdent(sel.X, slicesName) && (sel.Sel.Name == "Sorted" || sel.Sel.Name == "SortedFunc") {
			if inner, ok := call.Args[0].(*ast.CallExpr); ok {
				sorted[inner.Fun] = true
			}
		}
		return true
	})
	var found []Finding
	for _, sel := range selectors(f.ast, "maps") {
		switch sel.Sel.Name {
		case "All", "Keys", "Values":
			if !sorted[sel] {
				found = append(found, t.finding(f, sel.Pos(), mapReason, "consensus code uses maps.%s unsorted", sel.Sel.Name))
			}
		}
	}
	return found
}

// checkReflectedKeys refuses the methods that walk a map by reflection. They are known by their names alone: a value of
// package reflect can come from elsewhere, without the import that rule hygiene refuses.
func (t *Tree) checkReflectedKeys(f *File) []Finding {
	var found []Finding
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && (sel.Sel.Name == "MapKeys" || sel.Sel.Name == "MapRange") {
			found = append(found, t.finding(f, sel.Sel.Pos(), mapReason, "consensus code uses %s", sel.Sel.Name))
		}
		return true
	})
	return found
}

func (t *Tree) checkMapFields(index typeIndex, f *File) []Finding {
	var found []Finding
	scope := index.newScope(f, nil)
	ast.Inspect(f.ast, func(n ast.Node) bool {
		s, ok := n.(*ast.StructType)
		if !ok {
			return true
		}
		for _, field := range s.Fields.List {
			if scope.isMapType(field.Type) {
				found = append(found, t.finding(f, field.Pos(),
					"what a node remembers between blocks is not in the state, and differs after a restart", "a struct of a keeper holds a map"))
			}
		}
		return true
	})
	return found
}
