package e2e

import (
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// running is a command that goes on in the background.
type running struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  *said
	done chan struct{} // closed at the end
	err  error         // set before that
}

// start runs mesh in the background.
func (m *machine) start(args ...string) *running {
	m.t.Helper()
	out := new(said)
	c := m.background(out, args...)
	c.out = out
	return c
}

// background runs mesh in the background with its output where the caller wants it.
func (m *machine) background(output io.Writer, args ...string) *running {
	m.t.Helper()
	return m.process(output, output, m.mesh, args...)
}

// process runs a program in the background with its output where the caller wants it.
func (m *machine) process(stdout, stderr io.Writer, program string, args ...string) *running {
	m.t.Helper()
	return m.runs(exec.Command(program, args...), stdout, stderr)
}

// runs starts what a caller has prepared, in the background.
func (m *machine) runs(cmd *exec.Cmd, stdout, stderr io.Writer) *running {
	m.t.Helper()
	c := &running{t: m.t, cmd: cmd, out: new(said), done: make(chan struct{})}
	c.cmd.Env, c.cmd.Dir = m.environment(), filepath.Dir(m.home)
	c.cmd.Stdout, c.cmd.Stderr = stdout, stderr
	require.NoError(m.t, m.launch(c.cmd))
	m.t.Cleanup(func() { _ = c.cmd.Process.Kill() })
	go func() {
		c.err = c.cmd.Wait()
		close(c.done)
	}()
	return c
}

// says tells whether the command has said something so far.
func (c *running) says(text string) bool { return strings.Contains(c.out.String(), text) }

// ended tells whether the command is over, however it went.
func (c *running) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// succeeds waits for the end and tells whether it was a good one. A command that hangs is a defect.
func (c *running) succeeds() bool {
	c.t.Helper()
	timeout := time.NewTimer(2 * deadline)
	defer timeout.Stop()
	select {
	case <-c.done:
		if c.err != nil {
			c.t.Logf("it was cut short: %v %s", c.err, strings.TrimSpace(c.out.String()))
		}
		return c.err == nil
	case <-timeout.C:
		_ = c.cmd.Process.Signal(syscall.SIGQUIT) // it tells where it is
		<-c.done
		c.t.Fatalf("it hangs: %s", c.out.String())
		return false
	}
}
