package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// outputSchema is the version of everything printed with --output json.
const outputSchema = 1

// header begins every answer in JSON.
type header struct {
	Schema  int    `json:"schema"`
	Command string `json:"command"`
}

// answerTo begins the answer of a command.
func answerTo(command string) header { return header{Schema: outputSchema, Command: command} }

// print writes a command's result: as one JSON object, or as the text for people.
func (c *cli) print(s settings, answer any, text func(p *page)) error {
	if s.json() {
		return c.printJSON(answer)
	}
	p := &page{color: c.con.outColor}
	text(p)
	if _, err := fmt.Fprint(c.con.out, p.String()); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

func (c *cli) printJSON(v any) error {
	e := json.NewEncoder(c.con.out)
	e.SetEscapeHTML(false) // nobody puts this into a page, and people read it
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

// report writes a failure: as JSON where the answer would be, else to standard error.
func (c *cli) report(f *failure, asJSON bool) {
	if !asJSON {
		fmt.Fprint(c.con.err, f.text(c.con.errColor))
		return
	}
	// Nobody is left to tell when even this cannot be written.
	_ = c.printJSON(struct {
		Schema int      `json:"schema"`
		Error  *failure `json:"error"`
	}{outputSchema, f})
}

// page is text for people: headlines, and labels with values in a column.
type page struct {
	color bool
	b     strings.Builder
	rows  [][2]string
}

// line adds a line of text.
func (p *page) line(format string, args ...any) {
	p.flush()
	fmt.Fprintf(&p.b, format+"\n", args...)
}

// title adds a headline.
func (p *page) title(format string, args ...any) {
	p.line("%s", strong(p.color, fmt.Sprintf(format, args...)))
}

// row adds a label and a value; rows that follow each other are aligned.
func (p *page) row(label, format string, args ...any) {
	p.rows = append(p.rows, [2]string{label, fmt.Sprintf(format, args...)})
}

// flush writes the rows gathered so far.
func (p *page) flush() {
	width := 0
	for _, r := range p.rows {
		width = max(width, utf8.RuneCountInString(r[0]))
	}
	for _, r := range p.rows {
		pad := strings.Repeat(" ", width-utf8.RuneCountInString(r[0]))
		fmt.Fprintf(&p.b, "  %s%s  %s\n", faint(p.color, r[0]), pad, r[1])
	}
	p.rows = nil
}

// String returns the page.
func (p *page) String() string {
	p.flush()
	return p.b.String()
}
