package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"charm.land/lipgloss/v2"
	"golang.org/x/term"
)

// console is what the program reads from and writes to.
type console struct {
	in       *bufio.Reader
	out, err io.Writer
	// asks tells whether a person is there to answer: both ends of the conversation are terminals.
	asks bool
	// inTerminal tells whether standard input is a terminal, which the keyring asks for passphrases.
	inTerminal bool
	// password reads a line that is not shown.
	password func() ([]byte, error)
	// outColor and errColor tell where colour may be used.
	outColor, errColor bool
}

// newConsole looks at what the streams are. plain switches colour off everywhere.
func newConsole(in, out, err *os.File, plain bool) *console {
	terminal := func(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
	return &console{
		in: bufio.NewReader(in), out: out, err: err,
		asks: terminal(in) && terminal(err), inTerminal: terminal(in),
		password: func() ([]byte, error) { return term.ReadPassword(int(in.Fd())) },
		outColor: !plain && terminal(out), errColor: !plain && terminal(err),
	}
}

// confirm asks a yes or no question; anything but yes is no.
func (c *console) confirm(question string) (bool, error) {
	fmt.Fprintf(c.err, "%s [y/N] ", question)
	line, err := c.in.ReadString('\n')
	if err != nil && err != io.EOF {
		return false, fmt.Errorf("read the answer: %w", err)
	}
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes", nil
}

// secret reads one line that is shown to nobody: from the terminal without echo, else from standard input.
func (c *console) secret(prompt string) (string, error) {
	if c.inTerminal {
		fmt.Fprint(c.err, prompt+" ")
		bz, err := c.password()
		fmt.Fprintln(c.err)
		if err != nil {
			return "", fmt.Errorf("read from the terminal: %w", err)
		}
		return string(bz), nil
	}
	line, err := c.in.ReadString('\n')
	if err != nil && (err != io.EOF || line == "") {
		return "", fmt.Errorf("read from standard input: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// strong makes a headline stand out where there is colour.
func strong(color bool, s string) string {
	if !color {
		return s
	}
	return lipgloss.NewStyle().Bold(true).Render(s)
}

// faint makes a label step back where there is colour.
func faint(color bool, s string) string {
	if !color {
		return s
	}
	return lipgloss.NewStyle().Faint(true).Render(s)
}

// alarm makes an error be seen where there is colour.
func alarm(color bool, s string) string {
	if !color {
		return s
	}
	return lipgloss.NewStyle().Foreground(lipgloss.Red).Bold(true).Render(s)
}
