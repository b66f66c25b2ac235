package arch

import (
	"path"
	"regexp"
	"strings"
)

// protoRow is something that has no place in a protobuf definition.
type protoRow struct {
	where   []string // patterns of directories
	pattern *regexp.Regexp
	what    string
	why     string
}

// protoRows holds on the definitions what the other rules leave out of generated Go code.
var protoRows = []protoRow{
	{[]string{"proto/mesh/**"}, regexp.MustCompile(`\bmap\s*<`), "a map field",
		"a map has no one order of bytes, so it has no one signature and no one hash"},
	{[]string{"proto/mesh/beacon/**", "proto/mesh/network/**", "proto/mesh/tasks/**", "proto/mesh/rewards/**", "proto/mesh/gov/**"},
		regexp.MustCompile(`^\s*(repeated\s+|optional\s+)?(double|float)\s`), "a floating-point field",
		"machines disagree about the last bit"},
}

// checkProto holds every protobuf definition of ours against protoRows.
func checkProto(t *Tree) []Finding {
	var found []Finding
	for _, text := range t.protos() {
		dir := path.Dir(text.Path)
		for i, line := range protoCode(text.Lines) {
			for _, row := range protoRows {
				if matchAny(row.where, dir) && row.pattern.MatchString(line) {
					found = append(found, Finding{File: text.Path, Line: i + 1, What: row.what, Why: row.why})
				}
			}
		}
	}
	return found
}

func (t *Tree) protos() []*Text {
	var list []*Text
	for _, text := range t.Texts {
		if strings.HasSuffix(text.Path, ".proto") {
			list = append(list, text)
		}
	}
	return list
}

// protoCode returns the lines of a protobuf definition without comments and without what stands in
// quotes.
func protoCode(lines []string) []string {
	code := make([]string, len(lines))
	var comment bool // inside /* */
	for i, line := range lines {
		code[i], comment = protoLine(line, comment)
	}
	return code
}

func protoLine(line string, comment bool) (code string, stillComment bool) {
	var kept strings.Builder
	var quote byte
	for i := 0; i < len(line); i++ {
		rest := line[i:]
		switch {
		case comment:
			if strings.HasPrefix(rest, "*/") {
				comment = false
				i++
			}
		case quote != 0:
			switch line[i] {
			case '\\':
				i++
			case quote:
				quote = 0
			}
		case strings.HasPrefix(rest, "//"):
			return kept.String(), false
		case strings.HasPrefix(rest, "/*"):
			comment = true
			i++
		case line[i] == '"' || line[i] == '\'':
			quote = line[i]
		default:
			kept.WriteByte(line[i])
		}
	}
	return kept.String(), comment
}
