package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// deadline bounds every command.
const deadline = 5 * time.Minute

// devnet is a network of 12 nodes with a client that has bought room.
type devnet struct {
	mesh, home string
	env        []string
	nodes      []int // process ids
}

// startDevnet starts one below dir and buys room for all rounds, so that a put pays for no draw of holders.
func startDevnet(dir string) (*devnet, error) {
	mesh, err := binary("MESH_BIN", "mesh")
	if err != nil {
		return nil, err
	}
	meshd, err := binary("MESHD_BIN", "meshd")
	if err != nil {
		return nil, err
	}
	home := filepath.Join(dir, "home")
	d := &devnet{
		mesh: mesh, home: filepath.Join(home, "devnet"),
		env: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "MESH_HOME=" + home, "MESHD=" + meshd},
	}
	if _, err = d.command("devnet", "up", "--nodes", "12", "--detach"); err == nil {
		err = d.prepare(filepath.Join(dir, "first"))
	}
	if err != nil {
		_ = d.down() // the first error says it all
		return nil, err
	}
	return d, nil
}

// prepare finds the nodes and puts a small file into a deal that has room for the large ones.
func (d *devnet) prepare(first string) error {
	b, err := os.ReadFile(filepath.Join(d.home, "devnet.json"))
	if err != nil {
		return fmt.Errorf("read the devnet's state: %w", err)
	}
	var state struct {
		Processes []struct {
			Name string
			PID  int
		}
	}
	if err := json.Unmarshal(b, &state); err != nil {
		return fmt.Errorf("read the devnet's state: %w", err)
	}
	for _, p := range state.Processes {
		if strings.HasPrefix(p.Name, "node") {
			d.nodes = append(d.nodes, p.PID)
		}
	}
	if err := os.WriteFile(first, []byte("first"), 0o600); err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	_, err = d.command(d.client("put", first, "--profile", "small", "--space", "1GiB")...)
	return err
}

func (d *devnet) client(args ...string) []string {
	return append(args, "--home", filepath.Join(d.home, "client"), "--output", "json")
}

// put stores a file and returns its URI.
func (d *devnet) put(path string) (uri string, c cost, err error) {
	out, c, err := d.measured(d.client("put", path, "--profile", "small")...)
	if err != nil {
		return "", cost{}, err
	}
	var said struct{ Objects []struct{ URI string } }
	if err := json.Unmarshal(out, &said); err != nil || len(said.Objects) != 1 {
		return "", cost{}, fmt.Errorf("read the answer of put: %q: %w", out, err)
	}
	return said.Objects[0].URI, c, nil
}

// get reads a file into a new one.
func (d *devnet) get(uri, path string) (cost, error) {
	if err := os.RemoveAll(path); err != nil {
		return cost{}, fmt.Errorf("remove a file: %w", err)
	}
	_, c, err := d.measured(d.client("get", uri, "--out", path)...)
	return c, err
}

// down ends all processes.
func (d *devnet) down() error {
	_, err := d.command("devnet", "down")
	return err
}

// measured runs a command and returns what it and the nodes have taken.
func (d *devnet) measured(args ...string) (out []byte, c cost, err error) {
	before, err := d.nodesCPU()
	if err != nil {
		return nil, cost{}, err
	}
	begun := time.Now()
	cmd, err := d.start(args...)
	if err != nil {
		return nil, cost{}, err
	}
	c.wall = time.Since(begun)
	after, err := d.nodesCPU()
	c.cpu = after - before + cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return cmd.Stdout.(*bytes.Buffer).Bytes(), c, err
}

// command runs mesh to its end and returns what it says.
func (d *devnet) command(args ...string) ([]byte, error) {
	cmd, err := d.start(args...)
	if err != nil {
		return nil, err
	}
	return cmd.Stdout.(*bytes.Buffer).Bytes(), nil
}

// start runs mesh to its end.
func (d *devnet) start(args ...string) (*exec.Cmd, error) {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	cmd := exec.CommandContext(ctx, d.mesh, args...)
	var out, said bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = d.env, &out, &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("run mesh %s: %w\n%s%s", strings.Join(args, " "), err, out.String(), said.String())
	}
	return cmd, nil
}

func (d *devnet) nodesCPU() (total time.Duration, err error) {
	for _, pid := range d.nodes {
		b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
		if err != nil {
			return 0, fmt.Errorf("ask what a node has used: %w", err)
		}
		used, err := parseStat(string(b))
		if err != nil {
			return 0, err
		}
		total += used
	}
	return total, nil
}

// tick is the unit of /proc on Linux.
const tick = 10 * time.Millisecond

// parseStat returns the time that a process has used, kernel time included: fields 14 and 15 of proc_pid_stat(5). The name, field 2,
// is in parentheses and may hold anything.
func parseStat(line string) (time.Duration, error) {
	fields := strings.Fields(line[strings.LastIndexByte(line, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("read /proc: %d fields after the name", len(fields))
	}
	var used time.Duration
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read /proc: %w", err)
		}
		used += time.Duration(n) * tick
	}
	return used, nil
}

// binary returns the path of a program that is measured.
func binary(env, name string) (string, error) {
	path := os.Getenv(env)
	if path == "" {
		path = filepath.Join("..", "..", "build", "bin", name)
	}
	path, err := filepath.Abs(path)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		return "", fmt.Errorf("%s is missing: run make build, or set %s: %w", name, env, err)
	}
	return path, nil
}
