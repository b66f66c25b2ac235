package arch

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
)

// bannedImport is a package that consensus code does without.
type bannedImport struct {
	root  string   // import path; everything below it counts
	files []string // patterns of files that may import it all the same
	uses  []string // names that those files may use; nil for all
	why   string
}

// bannedImports is the list of packages whose results differ between machines.
var bannedImports = []bannedImport{
	{"math/rand", []string{"x/*/simulation/*"}, nil, "randomness comes from the beacon"},
	{"crypto/rand", nil, nil, "randomness comes from the beacon"},
	{"os", nil, nil, "validators have different machines"},
	{"net", nil, nil, "validators have different networks"},
	{"unsafe", nil, nil, "validators have different machines"},
	{"runtime", nil, nil, "validators have different machines"},
	{"reflect", nil, nil, "it walks maps and shows pointers, which differ between machines"},
	{"sync", nil, nil, "a transaction runs in one goroutine: what others do meanwhile has no order"},
	{"C", nil, nil, "validators have different machines"},
	{"encoding/json", []string{"x/*/module.go", "x/*/genesis.go", "x/*/*/genesis.go"}, []string{"RawMessage"},
		"JSON has many spellings of one value; bytes are canonical protobuf"},
}

// bannedUse is what consensus code does without in a package that it may import.
type bannedUse struct {
	pkg    string
	names  *regexp.Regexp
	others bool // whether names are the only ones allowed, not the only ones banned
	why    string
}

// bannedUses is the list of names whose results differ between machines.
var bannedUses = []bannedUse{
	{"time", regexp.MustCompile(`^(Now|Since|Until|After|AfterFunc|Tick|NewTimer|NewTicker|Sleep)$`), false,
		"validators have different clocks: time is the block's height or header"},
	{"math", regexp.MustCompile(`^(Max|Min)(Int|Uint)[0-9]*$`), true, "floats differ between machines"},
	{"strconv", regexp.MustCompile(`Float|Complex`), false, "floats differ between machines"},
	{"math/big", regexp.MustCompile(`Float`), false, "floats differ between machines"},
}

// floatNames are types, and methods of other people's numbers, that yield floats.
var floatNames = []string{"float32", "float64", "complex64", "complex128", "Float32", "Float64", "MustFloat64"}

// checkHygiene looks in x and proof for what lets two validators come to different results.
func checkHygiene(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.handWritten(inConsensus) {
		for _, row := range bannedImports {
			found = append(found, t.checkBannedImport(f, row)...)
		}
		for _, row := range bannedUses {
			for _, sel := range selectors(f.ast, row.pkg) {
				if row.names.MatchString(sel.Sel.Name) != row.others {
					found = append(found, t.finding(f, sel.Pos(), row.why, "consensus code uses %s.%s", row.pkg, sel.Sel.Name))
				}
			}
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if what, why := unruly(n); what != "" {
				found = append(found, t.finding(f, n.Pos(), why, "consensus code has %s", what))
			}
			return true
		})
	}
	return found
}

func (t *Tree) checkBannedImport(f *File, row bannedImport) []Finding {
	var found []Finding
	for _, spec := range f.ast.Imports {
		p := importPath(spec)
		if !under(row.root, p) {
			continue
		}
		if !matchAny(row.files, f.Path) {
			found = append(found, t.finding(f, spec.Pos(), row.why, "consensus code imports %s", p))
			continue
		}
		for _, sel := range selectors(f.ast, p) {
			if row.uses != nil && !slices.Contains(row.uses, sel.Sel.Name) {
				found = append(found, t.finding(f, sel.Pos(), row.why, "consensus code uses %s.%s", p, sel.Sel.Name))
			}
		}
	}
	return found
}

// unruly says what is wrong with one node of the syntax tree, if anything.
func unruly(n ast.Node) (what, why string) {
	switch n := n.(type) {
	case *ast.GoStmt:
		return "a go statement", "the order in which goroutines run differs"
	case *ast.SelectStmt:
		return "a select statement", "a select picks at random"
	case *ast.Ident:
		if slices.Contains(floatNames, n.Name) {
			return n.Name, "floats differ between machines"
		}
	case *ast.BasicLit:
		if n.Kind == token.FLOAT || n.Kind == token.IMAG {
			return "the number " + n.Value, "floats differ between machines"
		}
	}
	return "", ""
}
