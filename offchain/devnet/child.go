package devnet

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// logDir is where the processes write what they have to say, one file each.
const logDir = "logs"

// child is a process that this one started.
type child struct {
	Process
	file string        // its log
	from int64         // where its part of the log begins
	gone chan struct{} // closed when it has ended
	exit string        // how; set before gone is closed
}

// spawn starts a process of the devnet in dir. It gets a session of its own, so that a key pressed in
// our terminal does not reach it: it ends when we say so, or outlives us.
func spawn(dir string, p Process, argv []string) (*child, error) {
	c := &child{Process: p, file: filepath.Join(dir, logDir, p.Name+".log"), gone: make(chan struct{})}
	if err := os.MkdirAll(filepath.Dir(c.file), 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of logs: %w", err)
	}
	log, err := os.OpenFile(c.file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of %s: %w", p.Name, err)
	}
	defer log.Close()
	info, err := log.Stat()
	if err != nil {
		return nil, fmt.Errorf("open the log of %s: %w", p.Name, err)
	}
	c.from = info.Size()

	cmd := exec.Command(argv[0], argv[1:]...) //nolint:noctx // it may outlive us
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", p.Name, err)
	}
	c.PID = cmd.Process.Pid
	// Asked before anybody waits for the process: until then its number is its own.
	c.Started, err = startOf(c.PID)
	go func() {
		_ = cmd.Wait()
		c.exit = cmd.ProcessState.String()
		close(c.gone)
	}()
	if err != nil {
		_ = cmd.Process.Kill()
		<-c.gone
		return nil, c.died()
	}
	return c, nil
}

// died tells of the end of the process, which must be gone.
func (c *child) died() *DiedError {
	return &DiedError{Name: c.Name, Exit: c.exit, Log: tail(c.file, c.from), File: c.file}
}
