package arch

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// term is a word that the glossary gives another name.
type term struct {
	word   string   // lower case; two words are words that follow each other in a name
	say    string   // what it is called here
	unless []string // longer terms of others in which the word may stand
}

// terms are looked for in names, word by word; a plural s counts too.
var terms = []term{
	{word: "miner", say: "node, or owner for the account"},
	{word: "worker", say: "node"},
	{word: "supplier", say: "owner, or operator for the hot key"},
	{word: "provider", say: "owner, or operator for the hot key", unless: []string{"meter provider", "tracer provider"}},
	{word: "session", say: "lease for a task, deal for storage"},
	{word: "heartbeat", say: "attestation"},
	{word: "karma", say: "merit"},
	{word: "jail", say: "suspend"},
	{word: "jailed", say: "suspended"},
	{word: "unjail", say: "resume"},
	{word: "job", say: "task"},
	{word: "plugin", say: "template"},
	{word: "payout", say: "settlement"},
	{word: "claim reward", say: "withdraw"},
	{word: "blob", say: "piece"},
	{word: "meshnode", say: "mesh"},
}

// glossaryPlaces are the places whose names are ours to choose.
var glossaryPlaces = []string{"x/**", "offchain/**"}

// checkGlossary holds exported names and package names, and every name in protobuf definitions, against
// terms.
func checkGlossary(t *Tree) []Finding {
	var found []Finding
	report := func(file string, line int, name string) {
		for _, bad := range wrongTerms(name) {
			found = append(found, Finding{
				File: file, Line: line, What: name + " says " + bad.word, Why: "one concept, one name, the same in proto, Go, CLI, docs and dashboard",
				Do: "say " + bad.say + ", as docs/glossary.md does",
			})
		}
	}
	ownName := func(f *File) bool { return !f.Test && matchAny(glossaryPlaces, f.Dir) }
	for _, f := range t.handWritten(ownName) {
		report(f.Path, t.line(f.ast.Name.Pos()), f.ast.Name.Name)
		for _, name := range exportedNames(f.ast) {
			report(f.Path, t.line(name.Pos()), name.Name)
		}
	}
	for _, text := range t.protos() {
		for i, line := range protoCode(text.Lines) {
			if !protoStatement.MatchString(line) {
				for _, name := range identifier.FindAllString(line, -1) {
					report(text.Path, i+1, name)
				}
			}
		}
	}
	return found
}

var (
	identifier     = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)
	protoStatement = regexp.MustCompile(`^\s*(syntax|import|package|option)\b`)
)

// exportedNames returns every exported name that a file declares: functions, methods, types, constants,
// variables and fields, but not the methods of interfaces, which often repeat somebody else's.
func exportedNames(f *ast.File) []*ast.Ident {
	var list []*ast.Ident
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			list = append(list, n.Name)
			return false
		case *ast.FuncType, *ast.FuncLit, *ast.InterfaceType:
			return false
		case *ast.TypeSpec:
			list = append(list, n.Name)
		case *ast.ValueSpec:
			list = append(list, n.Names...)
		case *ast.Field:
			list = append(list, n.Names...)
		}
		return true
	})
	return slices.DeleteFunc(list, func(name *ast.Ident) bool { return !name.IsExported() })
}

// wrongTerms returns the terms that a name must not say.
func wrongTerms(name string) []term {
	spoken := " " + strings.Join(words(name), " ") + " "
	var wrong []term
	for _, term := range terms {
		left := spoken
		for _, longer := range term.unless {
			left = strings.ReplaceAll(left, " "+longer+" ", " ")
		}
		if strings.Contains(left, " "+term.word+" ") || strings.Contains(left, " "+term.word+"s ") {
			wrong = append(wrong, term)
		}
	}
	return wrong
}

// words splits a name at underscores and at changes of case into lower-case words: HTTPProviderID is
// http, provider, id.
func words(name string) []string {
	var list []string
	runes := []rune(name)
	start := 0
	for i := range runes {
		if i > start && startsWord(runes, i) {
			list = append(list, strings.ToLower(string(runes[start:i])))
			start = i
		}
		if runes[i] == '_' {
			start = i + 1
		}
	}
	if start < len(runes) {
		list = append(list, strings.ToLower(string(runes[start:])))
	}
	return list
}

func startsWord(runes []rune, i int) bool {
	if runes[i] == '_' {
		return true
	}
	if !unicode.IsUpper(runes[i]) {
		return false
	}
	endsAcronym := i+1 < len(runes) && unicode.IsLower(runes[i+1])
	return !unicode.IsUpper(runes[i-1]) || endsAcronym
}
