package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/devnet"
)

const (
	// maxNodes bounds the nodes of a devnet: each is a process of 60 MB and more.
	maxNodes = 100
	// ownerFees is what each owner gets for its node's fees, in MESH; an epoch takes some thousandths of one.
	ownerFees = "10"
	// clientTokens is what the client gets to buy storage with, in tokens of the network.
	clientTokens = "100000"
)

// nodesAnswer is what mesh devnet nodes prints.
type nodesAnswer struct {
	header
	Home      string           `json:"home"`
	NetworkID string           `json:"network_id"`
	Denom     string           `json:"denom"`
	Processes []devnet.Process `json:"processes"`
	Keys      []devnet.Key     `json:"keys"`
}

// devnetNodesCommand adds nodes to a devnet.
func (c *cli) devnetNodesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "nodes N", Short: "Run N nodes of the founder's network in the devnet", Args: cobra.ExactArgs(1),
		Long: `Run a bootstrap node and N nodes, each with a home and an owner of its own, in a devnet that runs. The network is
the one the devnet's founder has made; without one, it is made. What runs already is left alone.
Here --home is the directory of the devnet itself (default devnet in the home).`,
		Example: "  mesh devnet nodes 6",
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return c.with("run nodes in the devnet", func(ctx context.Context, s settings, args []string) error {
			n, err := strconv.Atoi(args[0])
			if err != nil || n < 0 || n > maxNodes {
				return usage("read N", fmt.Sprintf("%q is not a number from 0 to %d", args[0], maxNodes), "write 6")
			}
			place, err := c.placeOf(cmd)
			if err != nil {
				return err
			}
			d, err := devnet.Attach(place.dir, devnetReady, devnetGrace)
			if err != nil {
				return err
			}
			a, err := c.runNodes(ctx, d, place.dir, n)
			if err != nil {
				return errors.Join(err, d.Close())
			}
			return errors.Join(c.print(s, a, func(p *page) { showNodes(p, a, place) }), d.Detach())
		})(cmd, args)
	}
	return cmd
}

func showNodes(p *page, a nodesAnswer, place devnetPlace) {
	p.title("Network %s runs.", a.NetworkID)
	p.line("")
	for _, r := range a.Processes {
		p.row(r.Name, "process %d  --home %s", r.PID, r.Home)
	}
	p.line("")
	p.line("Next:")
	p.line("  mesh put FILE --home %s", filepath.Join(a.Home, "client"))
	p.line("%s ends it.", place.command("down"))
}

// runNodes founds the network unless there is one, funds the owners and starts the processes.
func (c *cli) runNodes(ctx context.Context, d *devnet.Devnet, dir string, n int) (nodesAnswer, error) {
	self, err := os.Executable()
	if err != nil {
		return nodesAnswer{}, fmt.Errorf("find the path of this program: %w", err)
	}
	state := d.State()
	founder := filepath.Join(dir, "founder")
	network, err := c.foundersNetwork(ctx, self, founder)
	if err != nil {
		return nodesAnswer{}, err
	}
	keys, err := prepareNodes(dir, state, n)
	if err != nil {
		return nodesAnswer{}, err
	}
	if err := errors.Join(d.AddKeys(keys), knowNetwork(filepath.Join(dir, "client"), network)); err != nil {
		return nodesAnswer{}, err
	}
	bond, err := c.fundOwners(ctx, state, dir, network, keys)
	if err != nil {
		return nodesAnswer{}, err
	}
	list := []devnet.Added{{
		Name: "bootstrap", Home: founder, Ready: answers("bootstrap"),
		Command: []string{self, "bootstrap", "--home", founder, "--network-id", network.NetworkID, "--port", "0", "--output", "json", "--log-level", "info"},
	}}
	// Nodes look for the bootstrap node's addresses on chain, so that one has to be there first.
	if err := d.Add(ctx, list); err != nil {
		return nodesAnswer{}, err
	}
	list = nil
	for _, k := range keys {
		list = append(list, devnet.Added{
			Name: filepath.Base(k.Home), Home: k.Home, Ready: answers("join"),
			Command: []string{self, "join", "--home", k.Home, "--network-id", network.NetworkID, "--bond", bond, "--yes", "--output", "json", "--log-level", "info"},
		})
	}
	if err := d.Add(ctx, list); err != nil {
		return nodesAnswer{}, err
	}
	return nodesAnswer{
		header: answerTo("devnet nodes"), Home: dir, NetworkID: network.NetworkID, Denom: network.Denom,
		Processes: d.State().Processes, Keys: d.State().Keys,
	}, nil
}

// answers tells whether a line is the answer of a command that goes on running.
func answers(command string) func([]byte) bool {
	return func(line []byte) bool {
		var h header
		return bytes.HasPrefix(line, []byte("{")) && json.Unmarshal(line, &h) == nil && h.Command == command
	}
}

// foundersNetwork returns the network that the founder of the devnet has made last, or makes one.
func (c *cli) foundersNetwork(ctx context.Context, self, founder string) (record, error) {
	known, err := readRecords(founder)
	if err != nil || len(known) > 0 {
		return last(known), err
	}
	c.note("making a network")
	out, err := exec.CommandContext(ctx, self, "init", "--home", founder, "--yes", "--output", "json",
		"--name", "DevNet", "--token-name", "Device Token", "--token-symbol", "DEV", "--template", "storage").CombinedOutput()
	if err != nil {
		return record{}, fmt.Errorf("make a network: %w: %s", err, out)
	}
	known, err = readRecords(founder)
	return last(known), err
}

// last returns the last record, an empty one where there is none.
func last(list []record) record {
	if len(list) == 0 {
		return record{}
	}
	return list[len(list)-1]
}

// knowNetwork writes a network down in another home.
func knowNetwork(home string, r record) error {
	known, err := readRecords(home)
	if err != nil || slices.ContainsFunc(known, func(k record) bool { return k.NetworkID == r.NetworkID }) {
		return err
	}
	return r.save(home)
}

// prepareNodes makes the homes of nodes, each with an owner's key, and keeps those that are there.
func prepareNodes(dir string, state devnet.State, n int) ([]devnet.Key, error) {
	keys := make([]devnet.Key, n)
	for i := range keys {
		home := filepath.Join(dir, nodeName(i))
		key, err := homeKey(home, state.ChainID, "owner")
		if err != nil {
			return nil, err
		}
		keys[i] = devnet.Key{Name: ownerName(i), Address: key.Address, Home: home}
		if err := point(home, dir, state); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// nodesOf returns how many nodes the devnet in dir has.
func nodesOf(dir string) int {
	n := 0
	for ; n < maxNodes; n++ {
		if _, err := os.Stat(filepath.Join(dir, nodeName(n))); err != nil {
			break
		}
	}
	return n
}

func nodeName(i int) string { return fmt.Sprintf("node%d", i) }

func ownerName(i int) string { return fmt.Sprintf("owner%d", i) }

// homeKey returns the key of a home of the devnet, made if it is missing.
func homeKey(home, chainID, name string) (chain.Key, error) {
	kr, err := chain.OpenKeyring(chain.KeyringConfig{Dir: keyringDir(home), Backend: chain.BackendTest, ChainID: chainID})
	if err != nil {
		return chain.Key{}, err
	}
	key, err := kr.Key(name)
	if errors.Is(err, chain.ErrKeyNotFound) {
		key, _, err = kr.Add(name)
	}
	return key, err
}
