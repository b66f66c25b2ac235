package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// demoReport is report.json: every figure was read from the chain or the disk. A field appears
// only when what it tells is real.
type demoReport struct {
	Schema      int         `json:"schema"`
	NetworkID   string      `json:"network_id"`
	Denom       string      `json:"denom"`
	ChainHeight int64       `json:"chain_height"`
	Seconds     demoSeconds `json:"seconds"`
}

// demoSeconds are wall times.
type demoSeconds struct {
	FirstBlock float64 `json:"first_block"` // from the start of the devnet to a chain that makes blocks
	Total      float64 `json:"total"`       // from the start of the devnet to the end
}

// demo tells the story of a network on this machine by the commands a person types, each a process
// of its own, and keeps what each answered.
type demo struct {
	con     *console
	self    string // this program
	out     string
	started time.Time
	report  demoReport
}

// devnetDemoCommand runs the whole story and leaves its evidence.
func (c *cli) devnetDemoCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use: "demo", Short: "Show on this machine what Mesh does, and leave the evidence", Args: cobra.NoArgs,
		Long: `Start a devnet, create a network, kill the chain daemon with SIGKILL, start it again and
find everything in its place. report.json, evidence.jsonl and the devnet's home stay in --out.`,
		Example: "  mesh devnet demo --out ./demo",
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		self, err := os.Executable()
		if err != nil {
			return explain("run the demo", err)
		}
		if out, err = filepath.Abs(out); err != nil {
			return explain("run the demo", err)
		}
		d := &demo{con: c.con, self: self, out: out}
		return explain("run the demo", d.run(cmd.Context()))
	}
	cmd.Flags().StringVar(&out, "out", "build/demo", "directory that gets the evidence; what an earlier demo left there is replaced")
	return cmd
}

func (d *demo) home() string { return filepath.Join(d.out, "home") }

// run tells the story. Whatever happens, no process of the devnet is left.
func (d *demo) run(ctx context.Context) (err error) {
	if err := d.clear(ctx); err != nil {
		return err
	}
	d.started = time.Now()
	defer func() {
		_, downErr := d.mesh(context.WithoutCancel(ctx), "devnet", "down", "--home", d.home())
		if err == nil {
			err = downErr
		}
		if err == nil {
			err = d.finish()
		}
	}()
	pid, err := d.up(ctx)
	if err != nil {
		return err
	}
	d.report.Seconds.FirstBlock = time.Since(d.started).Seconds()
	d.tell("a chain makes blocks after %.1f s", d.report.Seconds.FirstBlock)
	if err := d.found(ctx); err != nil {
		return err
	}
	before, err := d.height(ctx)
	if err != nil {
		return err
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return fmt.Errorf("kill the chain daemon: %w", err)
	}
	d.tell("kill -9 of the chain daemon at height %d", before)
	return d.resume(ctx, before)
}

// clear ends what an earlier demo may have left running, and removes what it left on disk.
func (d *demo) clear(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(d.home(), "devnet.json")); err == nil {
		if _, err := d.mesh(ctx, "devnet", "down", "--home", d.home()); err != nil {
			return err
		}
	}
	for _, name := range []string{"home", "report.json", "evidence.jsonl"} {
		if err := os.RemoveAll(filepath.Join(d.out, name)); err != nil {
			return fmt.Errorf("remove what an earlier demo left: %w", err)
		}
	}
	return os.MkdirAll(d.out, 0o700)
}

// up starts the devnet, or continues it, and returns the process of its chain daemon.
func (d *demo) up(ctx context.Context) (int, error) {
	bz, err := d.mesh(ctx, "devnet", "up", "--detach", "--home", d.home())
	if err != nil {
		return 0, err
	}
	var up upAnswer
	if err := json.Unmarshal(bz, &up); err != nil || len(up.Processes) == 0 {
		return 0, fmt.Errorf("read what devnet up answered: %w", err)
	}
	return up.Processes[0].PID, nil
}

// found creates the network of the white paper's first example.
func (d *demo) found(ctx context.Context) error {
	bz, err := d.mesh(ctx, "init", "--home", d.founder(), "--yes", "--name", "StorageNet", "--token-name", "STORE",
		"--token-symbol", "STR", "--token-distribution", "uptime:40,tasks:40,governance:20", "--template", "storage")
	if err != nil {
		return err
	}
	var a initAnswer
	if err := json.Unmarshal(bz, &a); err != nil {
		return fmt.Errorf("read what init answered: %w", err)
	}
	d.report.NetworkID, d.report.Denom = a.NetworkID, a.Denom
	d.tell("network %s is on chain at height %d, its token is %s", a.NetworkID, a.Height, a.Denom)
	return nil
}

func (d *demo) founder() string { return filepath.Join(d.home(), "founder") }

// height returns the height of the chain.
func (d *demo) height(ctx context.Context) (int64, error) {
	bz, err := d.mesh(ctx, "status", "--home", d.founder())
	if err != nil {
		return 0, err
	}
	var a statusAnswer
	if err := json.Unmarshal(bz, &a); err != nil {
		return 0, fmt.Errorf("read what status answered: %w", err)
	}
	return a.Height, nil
}

// resume starts the chain again and holds it against what it was before.
func (d *demo) resume(ctx context.Context, before int64) error {
	if _, err := d.mesh(ctx, "devnet", "down", "--home", d.home()); err != nil {
		return err
	}
	if _, err := d.up(ctx); err != nil {
		return err
	}
	bz, err := d.mesh(ctx, "networks", d.report.NetworkID, "--home", d.founder())
	if err != nil {
		return err
	}
	var a networkAnswer
	if err := json.Unmarshal(bz, &a); err != nil {
		return fmt.Errorf("read what networks answered: %w", err)
	}
	if a.Denom != d.report.Denom {
		return fmt.Errorf("network %s has denom %q after the restart and had %q", d.report.NetworkID, a.Denom, d.report.Denom)
	}
	if d.report.ChainHeight, err = d.height(ctx); err != nil {
		return err
	}
	if d.report.ChainHeight < before {
		return fmt.Errorf("the chain is at height %d after the restart and was at %d", d.report.ChainHeight, before)
	}
	d.tell("the chain goes on at height %d and still knows the network", d.report.ChainHeight)
	return nil
}

// finish writes the report.
func (d *demo) finish() error {
	d.report.Schema, d.report.Seconds.Total = outputSchema, time.Since(d.started).Seconds()
	bz, err := json.MarshalIndent(d.report, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	path := filepath.Join(d.out, "report.json")
	if err := writeBeside(path, append(bz, '\n')); err != nil {
		return err
	}
	d.tell("all stopped after %.1f s; figures in %s", d.report.Seconds.Total, path)
	d.tell("mesh devnet up --home %s starts the same chain again", d.home())
	return nil
}

func (d *demo) tell(format string, args ...any) {
	fmt.Fprintf(d.con.out, format+"\n", args...)
}

// mesh runs this program with arguments, as a person would, keeps its answer as evidence and
// returns it.
func (d *demo) mesh(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, d.self, append(args, "--output", "json")...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("mesh %v: %w: %s%s", args, err, out.Bytes(), problems.Bytes())
	}
	line, err := json.Marshal(struct {
		Command []string        `json:"command"`
		Answer  json.RawMessage `json:"answer"`
	}{args, bytes.TrimSpace(out.Bytes())})
	if err != nil {
		return nil, fmt.Errorf("keep the answer of mesh %v: %w", args, err)
	}
	f, err := os.OpenFile(filepath.Join(d.out, "evidence.jsonl"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("keep the answer: %w", err)
	}
	defer f.Close()
	if _, err := f.Write(append(line, '\n')); err != nil {
		return nil, fmt.Errorf("keep the answer: %w", err)
	}
	return out.Bytes(), nil
}
