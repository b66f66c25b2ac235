package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// deadline is the only one: no command and no wait takes longer.
const deadline = 60 * time.Second

// machine is a user with an empty home, and the two programs.
type machine struct {
	t           *testing.T
	home        string // MESH_HOME
	mesh, meshd string
	devnets     []string      // directories of devnets to end with the test
	clock       time.Duration // how far the clock of the device is ahead
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	dir := t.TempDir()
	m := &machine{t: t, home: filepath.Join(dir, "home"), mesh: binary(t, "MESH_BIN", "mesh"), meshd: binary(t, "MESHD_BIN", "meshd")}
	t.Cleanup(m.end)
	m.devnets = append(m.devnets, filepath.Join(m.home, "devnet"))
	return m
}

// binary returns the path of a program under test.
func binary(t *testing.T, env, name string) string {
	t.Helper()
	path := os.Getenv(env)
	if path == "" {
		path = filepath.Join("..", "..", "build", "bin", name)
	}
	path, err := filepath.Abs(path)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Fatalf("%s is missing (%v): run make build, or set %s", name, err, env)
	}
	return path
}

// end ends every devnet, and shows the logs of a test that failed.
func (m *machine) end() {
	for _, dir := range m.devnets {
		if _, err := os.Stat(filepath.Join(dir, "devnet.json")); err != nil {
			continue
		}
		processes := m.state(dir).Processes
		if got := m.run("devnet", "down", "--home", dir); got.code != 0 {
			m.t.Errorf("end %s: %s", dir, got.err)
		}
		for _, p := range processes {
			if p.runs() {
				m.t.Errorf("%s (process %d) outlived the devnet", p.Name, p.PID)
			}
		}
		if m.t.Failed() {
			m.showLogs(dir)
		}
	}
}

// showLogs prints the last 50 lines of each process.
func (m *machine) showLogs(dir string) {
	logs, _ := filepath.Glob(filepath.Join(dir, "logs", "*.log"))
	for _, path := range logs {
		bz, err := os.ReadFile(path)
		if err != nil {
			m.t.Log(err)
			continue
		}
		lines := strings.Split(strings.TrimSpace(string(bz)), "\n")
		m.t.Logf("%s:\n%s", path, strings.Join(lines[max(0, len(lines)-50):], "\n"))
	}
}

// answer is what a command said, and its exit code.
type answer struct {
	code     int
	out, err string
}

// environment is that of a user who has set nothing but a home.
func (m *machine) environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Dir(m.home), "MESH_HOME=" + m.home, "MESHD=" + m.meshd}
}

// run runs mesh.
func (m *machine) run(args ...string) answer { return m.exec(m.mesh, args...) }

// exec runs a program to its end.
func (m *machine) exec(program string, args ...string) answer {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env, cmd.Dir = m.environment(), filepath.Dir(m.home)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	failed := m.launch(cmd)
	if failed == nil {
		failed = cmd.Wait()
	}
	var exit *exec.ExitError
	if failed != nil && !errors.As(failed, &exit) {
		m.t.Fatalf("%s %s: %v", program, strings.Join(args, " "), failed)
	}
	if ctx.Err() != nil {
		m.t.Fatalf("%s %s took more than %v:\n%s%s", program, strings.Join(args, " "), deadline, out.String(), err.String())
	}
	return answer{cmd.ProcessState.ExitCode(), out.String(), err.String()}
}

// ok runs mesh, which must succeed, and returns its output.
func (m *machine) ok(args ...string) string {
	m.t.Helper()
	got := m.run(args...)
	if got.code != 0 {
		m.t.Fatalf("mesh %s: exit %d\n%s%s", strings.Join(args, " "), got.code, got.out, got.err)
	}
	return got.out
}

// okJSON runs mesh with --output json and reads its answer, which must be one object of schema 1.
func (m *machine) okJSON(into any, args ...string) {
	m.t.Helper()
	out := m.ok(append(args, "--output", "json")...)
	m.decode(out, &struct{ Schema int }{}, into)
}

func (m *machine) decode(out string, into ...any) {
	m.t.Helper()
	for _, v := range into {
		if err := json.Unmarshal([]byte(out), v); err != nil {
			m.t.Fatalf("read %q: %v", out, err)
		}
	}
}

// query asks meshd, as JSON.
func (m *machine) query(into any, rpc string, args ...string) {
	m.t.Helper()
	got := m.exec(m.meshd, append([]string{"query", "--home", filepath.Join(filepath.Dir(m.home), "meshd"), "--node", "tcp://" + rpc, "--output", "json"}, args...)...)
	if got.code != 0 {
		m.t.Fatalf("meshd query %s: exit %d\n%s%s", strings.Join(args, " "), got.code, got.out, got.err)
	}
	m.decode(got.out, into)
}

// until waits for a condition.
func (m *machine) until(what string, met func() bool) {
	m.t.Helper()
	timeout := time.NewTimer(deadline)
	defer timeout.Stop()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for !met() {
		select {
		case <-timeout.C:
			m.t.Fatalf("%s did not happen within %v", what, deadline)
		case <-ticker.C:
		}
	}
}

// devnetState is devnet.json as other programs read it.
type devnetState struct {
	Schema                  int
	ChainID                 string `json:"chain_id"`
	RPC, GRPC, REST, Faucet string
	Processes               []process
	Keys                    []struct{ Name, Address, Home string }
}

// process is one entry of devnet.json.
type process struct {
	Name, Home, Started string
	PID                 int
	Ports               map[string]int
}

// runs tells whether the number is in use by a process that is not a dead one waiting for its parent.
func (p process) runs() bool {
	if syscall.Kill(p.PID, 0) != nil {
		return false
	}
	bz, err := os.ReadFile(filepath.Join("/proc", itoa(p.PID), "stat"))
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	fields := strings.Fields(string(bz[bytes.LastIndexByte(bz, ')')+1:]))
	return len(fields) > 0 && fields[0] != "Z"
}

// state reads devnet.json.
func (m *machine) state(dir string) devnetState {
	m.t.Helper()
	bz, err := os.ReadFile(filepath.Join(dir, "devnet.json"))
	if err != nil {
		m.t.Fatal(err)
	}
	var s devnetState
	m.decode(string(bz), &s)
	return s
}

// process returns the recorded process of that name.
func (s devnetState) process(t *testing.T, name string) process {
	t.Helper()
	i := slices.IndexFunc(s.Processes, func(p process) bool { return p.Name == name })
	if i < 0 {
		t.Fatalf("devnet.json has no process %s", name)
	}
	return s.Processes[i]
}

// key returns the address of a key.
func (s devnetState) key(name string) string {
	i := slices.IndexFunc(s.Keys, func(k struct{ Name, Address, Home string }) bool { return k.Name == name })
	if i < 0 {
		return ""
	}
	return s.Keys[i].Address
}

// height returns the height of the last block, as mesh status says it.
func (m *machine) height(args ...string) int64 {
	m.t.Helper()
	var s struct{ Height int64 }
	m.okJSON(&s, append([]string{"status"}, args...)...)
	return s.Height
}
