package devnet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// pollInterval is the pause between two looks at something that has no notification.
const pollInterval = 20 * time.Millisecond

// alive tells whether the recorded process runs: the number is in use, by a process that started when the
// recorded one did, and that is not a dead one whose parent has not asked for its exit code.
func (p Process) alive() bool {
	started, err := startOf(p.PID)
	return err == nil && started == p.Started
}

// signal sends a signal to the recorded process and to no other: the handle is taken first and the start
// compared after, so the number cannot change hands between.
func (p Process) signal(sig syscall.Signal) error {
	handle, err := os.FindProcess(p.PID)
	if err != nil {
		return fmt.Errorf("find process %d: %w", p.PID, err)
	}
	defer func() { _ = handle.Release() }()
	if !p.alive() {
		return nil
	}
	if err := handle.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal %s (process %d): %w", p.Name, p.PID, err)
	}
	return nil
}

// startOf returns text that identifies when a running process started.
func startOf(pid int) (string, error) {
	if runtime.GOOS == "linux" {
		return startFromProc(pid)
	}
	return startFromPS(pid)
}

// startFromProc returns boot id and start in clock ticks since the boot, of proc(5).
func startFromProc(pid int) (string, error) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return "", fmt.Errorf("read the state of process %d: %w", pid, err)
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", fmt.Errorf("read the boot id: %w", err)
	}
	ticks, err := parseStat(pid, stat)
	return strings.TrimSpace(string(boot)) + "/" + ticks, err
}

// parseStat reads the start, in clock ticks since the boot, out of /proc/PID/stat.
func parseStat(pid int, stat []byte) (string, error) {
	// The second field, the name in brackets, may hold anything: counting starts behind it.
	const stateField, startField = 3, 22
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) <= startField-stateField {
		return "", fmt.Errorf("read the state of process %d: it has %d fields", pid, len(fields)+stateField-1)
	}
	if state := fields[0][0]; state == 'Z' || state == 'X' {
		return "", fmt.Errorf("process %d is dead: %w", pid, os.ErrProcessDone)
	}
	return string(fields[startField-stateField]), nil
}

// startFromPS returns what ps says of the start, in seconds, where there is no /proc.
func startFromPS(pid int) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "ps", "-o", "stat=,lstart=", "-p", strconv.Itoa(pid))
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("ask ps for process %d: %w", pid, err)
	}
	return parsePS(pid, string(out))
}

// parsePS reads state and start out of a line of ps.
func parsePS(pid int, out string) (string, error) {
	state, start, _ := strings.Cut(strings.TrimSpace(out), " ")
	if state == "" || state[0] == 'Z' {
		return "", fmt.Errorf("process %d is dead: %w", pid, os.ErrProcessDone)
	}
	return strings.Join(strings.Fields(start), " "), nil
}

// end asks the processes to end, kills what is left after grace, and returns when none is left, or an
// error when some outlived even that.
func end(processes []Process, grace time.Duration) error {
	var errs []error
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		for _, p := range processes {
			errs = append(errs, p.signal(sig))
		}
		if processes = waitGone(processes, grace); len(processes) == 0 {
			return errors.Join(errs...)
		}
	}
	for _, p := range processes {
		errs = append(errs, fmt.Errorf("%s (process %d) does not end", p.Name, p.PID))
	}
	return errors.Join(errs...)
}

// waitGone waits until the processes are gone, at most for the given time, and returns those that are not.
func waitGone(processes []Process, limit time.Duration) []Process {
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		left := State{Processes: processes}.Running()
		if len(left) == 0 {
			return nil
		}
		select {
		case <-timeout.C:
			return left
		case <-ticker.C:
		}
	}
}
