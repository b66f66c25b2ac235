package arch

import (
	"regexp"
	"strings"
)

// limitsFile is the honest list of what does not work yet.
const limitsFile = "docs/limits.md"

var (
	todoMark = regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`)
	todoForm = regexp.MustCompile(`^TODO\(#([a-z0-9-]+)\): \S`)
	topics   = regexp.MustCompile(`#([a-z0-9-]+)`)
)

// checkTodo looks for marks of unfinished work in the comments of Go files, and anywhere in protobuf
// definitions, scripts and the Makefile. A mark names a topic that docs/limits.md explains.
func checkTodo(t *Tree) []Finding {
	known := t.limits()
	var found []Finding
	report := func(file string, line int, text string) {
		for _, at := range todoMark.FindAllStringIndex(text, -1) {
			if what := wrongTodo(text[at[0]:], known); what != "" {
				found = append(found, Finding{File: file, Line: line, What: what, Why: "unfinished work that users cannot read about is a surprise"})
			}
		}
	}
	for _, f := range t.handWritten(anyFile) {
		for _, group := range f.ast.Comments {
			for _, c := range group.List {
				for i, text := range strings.Split(c.Text, "\n") {
					report(f.Path, t.line(c.Pos())+i, text)
				}
			}
		}
	}
	for _, text := range t.Texts {
		if text.Path == limitsFile {
			continue
		}
		for i, line := range text.Lines {
			report(text.Path, i+1, line)
		}
	}
	return found
}

// limits returns the topics that docs/limits.md has entries for.
func (t *Tree) limits() map[string]bool {
	known := make(map[string]bool)
	for _, text := range t.Texts {
		if text.Path != limitsFile {
			continue
		}
		for _, line := range text.Lines {
			for _, topic := range topics.FindAllStringSubmatch(line, -1) {
				known[topic[1]] = true
			}
		}
	}
	return known
}

// wrongTodo says what is wrong with a mark and what follows it, "" if nothing is.
func wrongTodo(mark string, known map[string]bool) string {
	form := todoForm.FindStringSubmatch(mark)
	switch {
	case form == nil:
		return "a mark of unfinished work without a topic"
	case !known[form[1]]:
		return "#" + form[1] + " is not in " + limitsFile
	}
	return ""
}
