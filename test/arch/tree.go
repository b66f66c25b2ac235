package arch

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// Module is the import path of the root of the tree.
const Module = "github.com/mesh-protocol/mesh"

// File is one Go file.
type File struct {
	Path      string // slash-separated, from the root of the tree
	Dir       string // directory of Path, "." at the root
	Lines     int
	Test      bool // name ends in _test.go
	Generated bool // header and name of a protobuf file; held to the import law, exempt from the rest

	ast    *ast.File
	header bool // the standard header of generated code is there
}

// Text is one file that is not Go.
type Text struct {
	Path  string // slash-separated, from the root of the tree
	Lines []string
}

// Tree is what the rules look at. Both lists are in the order of their paths.
type Tree struct {
	Go    []*File
	Texts []*Text // protobuf definitions, Makefile, scripts, docs/limits.md

	fset   *token.FileSet
	broken []Finding
}

// Load reads a source tree. It leaves out build at the root and every directory that is called testdata
// or node_modules or starts with a dot or an underscore. A file that does not parse is a finding of the
// rule "syntax" and is left out; the error is that of reading.
func Load(fsys fs.FS) (*Tree, error) {
	t := &Tree{fset: token.NewFileSet()}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && leftOut(name):
			return fs.SkipDir
		case d.IsDir():
			return nil
		case path.Ext(name) == ".go":
			return t.addGo(fsys, name)
		case isText(name):
			return t.addText(fsys, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read source tree: %w", err)
	}
	return t, nil
}

func leftOut(dir string) bool {
	base := path.Base(dir)
	hidden := dir != "." && (base[0] == '.' || base[0] == '_')
	return hidden || dir == "build" || base == "testdata" || base == "node_modules"
}

func isText(name string) bool {
	proto := under("proto/mesh", name) && path.Ext(name) == ".proto"
	return proto || name == "Makefile" || under("scripts", name) || name == limitsFile
}

func (t *Tree) addGo(fsys fs.FS, name string) error {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	parsed, err := parser.ParseFile(t.fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.broken = append(t.broken, syntaxFinding(name, err))
		return nil
	}
	header := ast.IsGenerated(parsed)
	t.Go = append(t.Go, &File{
		Path:      name,
		Dir:       path.Dir(name),
		Lines:     len(splitLines(src)),
		Test:      strings.HasSuffix(name, "_test.go"),
		Generated: header && fromProtobuf(name),
		ast:       parsed,
		header:    header,
	})
	return nil
}

func (t *Tree) addText(fsys fs.FS, name string) error {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	t.Texts = append(t.Texts, &Text{Path: name, Lines: splitLines(src)})
	return nil
}

// splitLines counts as editors do: a last line needs no newline, a last newline starts no line.
func splitLines(src []byte) []string {
	src = bytes.TrimSuffix(src, []byte("\n"))
	if len(src) == 0 {
		return nil
	}
	return strings.Split(string(src), "\n")
}

// name returns the last element of the file's path.
func (f *File) name() string { return path.Base(f.Path) }

// handWritten selects the files for which keep holds, leaving out generated ones.
func (t *Tree) handWritten(keep func(*File) bool) []*File {
	var list []*File
	for _, f := range t.Go {
		if !f.Generated && keep(f) {
			list = append(list, f)
		}
	}
	return list
}

// inConsensus reports whether a file's code decides what every validator must agree on.
func inConsensus(f *File) bool {
	return !f.Test && (under("x", f.Dir) || under("proof", f.Dir))
}

// isProduction reports whether a file is not a test.
func isProduction(f *File) bool { return !f.Test }

// anyFile is always true.
func anyFile(*File) bool { return true }

// line returns the line of a position, counted from 1.
func (t *Tree) line(at token.Pos) int { return t.fset.Position(at).Line }

// finding returns a finding at a position of a Go file.
func (t *Tree) finding(f *File, at token.Pos, why, format string, args ...any) Finding {
	return Finding{File: f.Path, Line: t.line(at), What: fmt.Sprintf(format, args...), Why: why}
}

// importPath returns what an import names.
func importPath(spec *ast.ImportSpec) string {
	p, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return spec.Path.Value
	}
	return p
}

// ours returns the directory that an import path names in this tree.
func ours(importPath string) (dir string, ok bool) {
	if importPath == Module {
		return ".", true
	}
	return strings.CutPrefix(importPath, Module+"/")
}

func syntaxFinding(name string, err error) Finding {
	found := Finding{File: name, What: err.Error(), Why: "a file that does not parse is checked by no rule"}
	var list scanner.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		found.Line, found.What = list[0].Pos.Line, list[0].Msg
	}
	return found
}

func checkSyntax(t *Tree) []Finding { return append([]Finding(nil), t.broken...) }
