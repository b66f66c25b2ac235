package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// demoReport is report.json: every figure was read from the chain or the disk, and has its lines in evidence.jsonl. A
// field appears only when what it tells is real.
type demoReport struct {
	Schema          int         `json:"schema"`
	NetworkID       string      `json:"network_id"`
	Denom           string      `json:"denom"`
	ChainHeight     int64       `json:"chain_height"` // of the last block that the figures know
	Nodes           int         `json:"nodes"`
	Profile         string      `json:"profile"`
	FileBytes       uint64      `json:"file_bytes"`
	FileSHA256      string      `json:"file_sha256"`
	RetrievedSHA256 string      `json:"retrieved_sha256"`
	RetrievedDown   int         `json:"retrieved_with_holders_down"`
	PiecesRepaired  uint64      `json:"pieces_repaired"`
	ClaimsOnChain   uint64      `json:"claims_on_chain"`
	ProofsOnChain   uint64      `json:"proofs_verified_on_chain"`
	Withdrawn       string      `json:"withdrawn"` // base units
	Seconds         demoSeconds `json:"seconds"`
}

// demoSeconds are wall times.
type demoSeconds struct {
	FirstBlock  float64 `json:"first_block"`  // from the start of the chain daemon to its first block
	NetworkLive float64 `json:"network_live"` // from the start of mesh init to the network on chain with a bootstrap record
	Put         float64 `json:"put"`
	Get         float64 `json:"get"`
	FirstReward float64 `json:"first_reward"` // from the start of the nodes to fees that can be withdrawn for an accepted proof
	Total       float64 `json:"total"`        // from the start of the devnet to the end
}

// demo tells the story of a network on this machine by the commands a person types, each a process
// of its own, and keeps what each answered.
type demo struct {
	story   io.Writer
	self    string // this program
	out     string
	file    string // that is stored; made if it is empty
	nodes   int
	started time.Time
	rest    string    // host:port at which the chain answers
	symbol  string    // of the network's token
	joined  time.Time // when the nodes were started
	deal    uint64
	uri     string
	before  demoDeal      // as it was when its holders were killed
	killed  []killedIndex // the first ones of it
	report  demoReport
}

// defaultDemoNodes is how many nodes a demo has unless it is told otherwise.
const defaultDemoNodes = 12

// devnetDemoCommand runs the whole story and leaves its evidence.
func (c *cli) devnetDemoCommand() *cobra.Command {
	var out, file string
	var nodes int
	cmd := &cobra.Command{
		Use: "demo", Short: "Show on this machine what Mesh does, and leave the evidence", Args: cobra.NoArgs,
		Long: `Start a devnet, kill its chain daemon with SIGKILL and go on, create a network, join nodes, store a file, wait
for proofs and pay, kill as many holders as the file can lose, read it back, watch the network repair itself, and
withdraw a reward. report.json, evidence.jsonl, the retrieved file and the devnet's home stay in --out. Every figure of the
report has lines in evidence.jsonl: what was asked, about which height, and the answer as it came. With --output json the
report is printed at the end, and the story goes to standard error.`,
		Example: "  mesh devnet demo --file holiday.jpg --nodes 12 --out ./demo",
	}
	cmd.RunE = c.with("run the demo", func(ctx context.Context, s settings, _ []string) error {
		if _, err := segment.Choose(nodes); err != nil || nodes > maxNodes {
			return usage("read --nodes", fmt.Sprintf("%d nodes; repair needs at least %d, a devnet has at most %d", nodes, segment.OwnersFor(segment.Profiles()[0].Profile), maxNodes), "write --nodes 12")
		}
		d := &demo{story: c.con.out, nodes: nodes}
		if s.json() {
			d.story = c.con.err
		}
		if err := d.place(out, file); err != nil {
			return err
		}
		if err := d.run(ctx); err != nil {
			return err
		}
		if s.json() {
			return c.printJSON(d.report)
		}
		return nil
	})
	cmd.Flags().StringVar(&out, "out", "build/demo", "directory that gets the evidence; what an earlier demo left there is replaced")
	cmd.Flags().StringVar(&file, "file", "", "file to store (default 64 MiB made on the spot)")
	cmd.Flags().IntVar(&nodes, "nodes", defaultDemoNodes, "nodes of the network, each with an owner of its own")
	return cmd
}

// place finds the paths that the demo works with.
func (d *demo) place(out, file string) (err error) {
	if d.self, err = os.Executable(); err != nil {
		return fmt.Errorf("find the path of this program: %w", err)
	}
	if d.out, err = filepath.Abs(out); err != nil {
		return err
	}
	if file == "" {
		return nil
	}
	if d.file, err = filepath.Abs(file); err != nil {
		return err
	}
	info, err := os.Stat(d.file)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no file", file)
	}
	return err
}

func (d *demo) home() string    { return filepath.Join(d.out, "home") }
func (d *demo) founder() string { return filepath.Join(d.home(), "founder") }
func (d *demo) client() string  { return filepath.Join(d.home(), "client") }

// run tells the story. Whatever happens, no process of the devnet is left.
func (d *demo) run(ctx context.Context) (err error) {
	if err := d.clear(ctx); err != nil {
		return err
	}
	d.started = time.Now()
	defer func() {
		_, downErr := d.mesh(context.WithoutCancel(ctx), "devnet", "down", "--home", d.home())
		if err = errors.Join(err, downErr); err == nil {
			err = d.finish()
		}
	}()
	for _, chapter := range []func(context.Context) error{
		d.beginChain, d.killChain, d.found, d.join,
		d.put, d.firstReward, d.killHolders, d.get,
		d.repair, d.withdraw, d.count,
	} {
		if err := chapter(ctx); err != nil {
			return err
		}
	}
	return nil
}

// clear ends what an earlier demo may have left running, and removes what it left on disk.
func (d *demo) clear(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(d.home(), "devnet.json")); err == nil {
		if _, err := d.mesh(ctx, "devnet", "down", "--home", d.home()); err != nil {
			return err
		}
	}
	for _, name := range []string{"home", "report.json", "evidence.jsonl", "made", "retrieved"} {
		if err := os.RemoveAll(filepath.Join(d.out, name)); err != nil {
			return fmt.Errorf("remove what an earlier demo left: %w", err)
		}
	}
	return os.MkdirAll(d.out, 0o700)
}

// finish writes the report.
func (d *demo) finish() error {
	var err error
	if d.report.Seconds.Total, err = d.timed("total", d.started, os.Args[1:]); err != nil {
		return err
	}
	d.report.Schema = outputSchema
	bz, err := json.MarshalIndent(d.report, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	path := filepath.Join(d.out, "report.json")
	if err := writeBeside(path, append(bz, '\n')); err != nil {
		return err
	}
	d.tell("all stopped after %.1f s; figures in %s", d.report.Seconds.Total, path)
	d.tell("mesh devnet up --detach --home %s starts the same chain again; then a line of evidence.jsonl is asked again by", d.home())
	d.tell("curl -H '%s: HEIGHT' 'http://%sQUERY'", heightHeader, d.rest)
	return nil
}
