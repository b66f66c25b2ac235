package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/devnet"
)

const (
	// defaultDevnet is the chain id of a new devnet.
	defaultDevnet = "mesh-devnet-1"
	// devnetReady bounds the start of a devnet.
	devnetReady = time.Minute
	// devnetGrace is how long a process may take to end.
	devnetGrace = 10 * time.Second
)

// devnetCommand holds the commands about a chain on this machine.
func (c *cli) devnetCommand() *cobra.Command {
	cmd := group("devnet", "Run a whole chain on this machine", c.devnetUpCommand(), c.devnetNodesCommand(), c.devnetDownCommand(), c.devnetDemoCommand(), c.devnetFaucetCommand())
	cmd.Long = `A devnet is a chain of your own on this machine: validators, and a faucet that gives 1,000
MESH to whoever asks. Blocks come every 0.3 s, epochs take seconds. Its directory is
devnet in the home, or what --home names.`
	return cmd
}

// devnetPlace is where a devnet lies, and whose it is.
type devnetPlace struct {
	dir string
	own string // home whose commands shall find the devnet by themselves; empty where --home names a directory
}

// command returns how a user types a command about this devnet.
func (p devnetPlace) command(verb string) string {
	if p.own == "" {
		return "mesh devnet " + verb + " --home " + p.dir
	}
	return "mesh devnet " + verb
}

// placeOf returns the directory of a devnet command. Here --home is the devnet's directory itself; the
// home of the user only has the default one in it.
func (c *cli) placeOf(cmd *cobra.Command) (devnetPlace, error) {
	home, err := source{flags: cmd.Flags(), env: c.env}.home()
	if err != nil {
		return devnetPlace{}, err
	}
	if cmd.Flags().Changed("home") {
		return devnetPlace{dir: home}, nil
	}
	return devnetPlace{dir: devnetDir(home), own: home}, nil
}

// findMeshd returns the path of the chain daemon: the one named, $MESHD, beside this program, on PATH.
func (c *cli) findMeshd(named string) (string, error) {
	if named == "" {
		named, _ = c.env("MESHD")
	}
	if named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", meshdMissing(fmt.Sprintf("%s cannot be run: %v", named, err))
		}
		return filepath.Abs(path)
	}
	if self, err := os.Executable(); err == nil {
		if path, err := exec.LookPath(filepath.Join(filepath.Dir(self), "meshd")); err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath("meshd")
	if err != nil {
		return "", meshdMissing("there is no meshd beside mesh or on PATH")
	}
	return filepath.Abs(path)
}

func meshdMissing(why string) error {
	return &failure{Code: "meshd_not_found", Exit: exitNotFound, What: "find the chain daemon", Why: why, Next: "name it with --meshd or MESHD, or build it beside mesh"}
}

// downAnswer is what mesh devnet down prints.
type downAnswer struct {
	header
	Home   string           `json:"home"`
	Ended  []devnet.Process `json:"ended"`
	Purged bool             `json:"purged"`
}

// devnetDownCommand ends a devnet.
func (c *cli) devnetDownCommand() *cobra.Command {
	var purge bool
	cmd := &cobra.Command{Use: "down", Short: "End the devnet; its chain can be continued", Args: cobra.NoArgs}
	cmd.Long = `End the processes of the devnet. Its chain stays, for mesh devnet up, unless --purge
removes it. Here --home is the directory of the devnet itself (default devnet in the home).`
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return c.with("end the devnet", func(_ context.Context, s settings, _ []string) error {
			place, err := c.placeOf(cmd)
			if err != nil {
				return err
			}
			ended, err := devnet.Down(place.dir, purge, devnetGrace)
			if err != nil {
				return err
			}
			a := downAnswer{answerTo("devnet down"), place.dir, append([]devnet.Process{}, ended...), purge}
			return c.print(s, a, func(p *page) { showDown(p, a, place) })
		})(cmd, args)
	}
	cmd.Flags().BoolVar(&purge, "purge", false, "remove the chain and the keys too")
	return cmd
}

func showDown(p *page, a downAnswer, place devnetPlace) {
	for _, e := range a.Ended {
		p.row(e.Name, "process %d ended", e.PID)
	}
	if len(a.Ended) == 0 {
		p.line("Nothing was running.")
	}
	if a.Purged {
		p.line("Removed %s.", a.Home)
		return
	}
	p.line("%s continues the chain, %s --purge removes it.", place.command("up"), place.command("down"))
}
