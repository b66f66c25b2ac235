package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/devnet"
)

// upFlags are the flags of mesh devnet up.
type upFlags struct {
	validators, nodes int
	detach            bool
	meshd             string
}

// upAnswer is what mesh devnet up prints once everything runs.
type upAnswer struct {
	header
	Home      string           `json:"home"`
	ChainID   string           `json:"chain_id"`
	RPC       string           `json:"rpc"`
	GRPC      string           `json:"grpc"`
	REST      string           `json:"rest"`
	Faucet    string           `json:"faucet"`
	Processes []devnet.Process `json:"processes"`
	Keys      []devnet.Key     `json:"keys"`
	// FirstBlock is the time from the start of the validators to the first block that was seen, in seconds.
	FirstBlock float64 `json:"first_block_seconds"`
	Next       string  `json:"next"`
}

// devnetUpCommand starts a devnet.
func (c *cli) devnetUpCommand() *cobra.Command {
	var f upFlags
	cmd := &cobra.Command{
		Use: "up", Short: "Start a devnet, or continue the one that is there", Args: cobra.NoArgs,
		Long: `Start a devnet and run it until Ctrl-C, or with --detach until mesh devnet down. One that
is there continues where it ended, with its nodes. Two homes with money of their own are made in its
directory, founder and client; a home without settings is pointed at the devnet.
Here --home is the directory of the devnet itself (default devnet in the home).`,
		Example: "  mesh devnet up --detach\n  mesh devnet up --validators 4 --home ./four",
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return c.with("start the devnet", func(ctx context.Context, s settings, _ []string) error { return c.devnetUp(ctx, cmd, s, f) })(cmd, args)
	}
	set := cmd.Flags()
	set.IntVar(&f.validators, "validators", 0, fmt.Sprintf("validators of a new chain, 1 to %d (default 1)", devnet.MaxValidators))
	set.IntVar(&f.nodes, "nodes", 0, "nodes that keep storage in a network of the founder (default as many as there are)")
	set.BoolVar(&f.detach, "detach", false, "return once everything runs")
	set.StringVar(&f.meshd, "meshd", "", "path of the chain daemon (default MESHD, beside mesh, or on PATH)")
	return cmd
}

func (c *cli) devnetUp(ctx context.Context, cmd *cobra.Command, s settings, f upFlags) error {
	if err := notZero(cmd, "validators"); err != nil {
		return err
	}
	if f.nodes < 0 || f.nodes > maxNodes {
		return usage("read --nodes", fmt.Sprintf("%d is not a number from 0 to %d", f.nodes, maxNodes), "write --nodes 6")
	}
	place, err := c.placeOf(cmd)
	if err != nil {
		return err
	}
	cfg, err := c.devnetConfig(cmd, place.dir, f)
	if err != nil {
		return err
	}
	d, err := devnet.Up(ctx, cfg)
	if err != nil {
		return err
	}
	own, err := pointHomes(d.State(), place)
	if err == nil {
		err = fund(ctx, d.State())
	}
	if nodes := max(f.nodes, nodesOf(place.dir)); err == nil && nodes > 0 {
		_, err = c.runNodes(ctx, d, place.dir, nodes)
	}
	if err == nil {
		a := answerUp(d.State(), place.dir, own)
		a.FirstBlock = d.FirstBlock().Seconds()
		err = c.print(s, a, func(p *page) { showUp(p, a, place, own, f.detach) })
	}
	if err != nil {
		return errors.Join(err, d.Close())
	}
	if f.detach {
		return d.Detach()
	}
	return errors.Join(d.Wait(ctx), d.Close())
}

// devnetConfig says what shall run.
func (c *cli) devnetConfig(cmd *cobra.Command, dir string, f upFlags) (devnet.Config, error) {
	meshd, err := c.findMeshd(f.meshd)
	if err != nil {
		return devnet.Config{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return devnet.Config{}, fmt.Errorf("find the path of this program: %w", err)
	}
	chainID := defaultDevnet
	if given := cmd.Flags().Lookup("chain-id"); given.Changed {
		chainID = given.Value.String()
	}
	if !chain.IsDevnet(chainID) {
		return devnet.Config{}, usage("read --chain-id", fmt.Sprintf("%q is not the id of a devnet", chainID), "choose one that begins with mesh-devnet- or mesh-local-")
	}
	return devnet.Config{
		Dir: dir, Meshd: meshd, ChainID: chainID, Validators: f.validators, Foreground: !f.detach, Ready: devnetReady, Grace: devnetGrace,
		Prepare: func(chainID string) (devnet.Accounts, error) { return prepareAccounts(dir, chainID) },
		FaucetCommand: func(chainID, grpc, listen string) []string {
			return []string{self, "devnet", "faucet", "--listen", listen, "--home", filepath.Join(dir, "faucet"), "--node", grpc,
				"--chain-id", chainID, "--keyring-backend", chain.BackendTest, "--from", "faucet", "--log-level", "info"}
		},
		Progress: func(step string) { fmt.Fprintln(c.con.err, faint(c.con.errColor, step+" …")) },
	}, nil
}

// prepareAccounts makes the homes of a devnet and their keys, and keeps those that are there.
func prepareAccounts(dir, chainID string) (devnet.Accounts, error) {
	roles := []struct{ name, home, key string }{{"faucet", "faucet", "faucet"}, {"founder", "founder", "owner"}, {"client", "client", "client"}}
	for i := range nodesOf(dir) {
		roles = append(roles, struct{ name, home, key string }{ownerName(i), nodeName(i), "owner"})
	}
	var a devnet.Accounts
	for _, role := range roles {
		home := filepath.Join(dir, role.home)
		key, err := homeKey(home, chainID, role.key)
		if err != nil {
			return devnet.Accounts{}, err
		}
		made := devnet.Key{Name: role.name, Address: key.Address, Home: home}
		if role.name == "faucet" {
			a.Faucet = made
			continue
		}
		a.Keys = append(a.Keys, made)
	}
	return a, nil
}

// pointHomes points the homes of the devnet's keys at it. It tells whether the user's own home is one of
// them: it is when it has no settings, or those of this devnet.
func pointHomes(state devnet.State, place devnetPlace) (own bool, err error) {
	for _, k := range state.Keys {
		if err := point(k.Home, place.dir, state); err != nil {
			return false, err
		}
	}
	if place.own == "" {
		return false, nil
	}
	before, err := readConfig(place.own)
	if err != nil {
		return false, err
	}
	_, err = os.Stat(filepath.Join(place.own, configName))
	if !errors.Is(err, os.ErrNotExist) && before.Devnet != place.dir {
		return false, nil
	}
	return true, point(place.own, place.dir, state)
}

// point writes the settings of a home so that its commands use the devnet.
func point(home, dir string, state devnet.State) error {
	before, err := readConfig(home)
	if err != nil {
		return err
	}
	if before.From == "" && home == filepath.Join(dir, "client") {
		before.From = "client"
	}
	bz, err := configFor(before, dir, state.ChainID, state.GRPC, state.Faucet)
	if err != nil {
		return err
	}
	return writeBeside(filepath.Join(home, configName), bz)
}

// fund lets the faucet pay the keys of the devnet that have nothing.
func fund(ctx context.Context, state devnet.State) error {
	client, err := chain.New(chain.DefaultConfig([]string{state.GRPC}, state.ChainID), chain.Deps{})
	if err != nil {
		return err
	}
	defer client.Close()
	for _, k := range state.Keys {
		has, err := client.Balance(ctx, k.Address, chain.FeeDenom)
		if err != nil {
			return err
		}
		if has.Amount.IsPositive() {
			continue
		}
		if _, err := devnet.Request(ctx, state.Faucet, k.Address); err != nil {
			return err
		}
	}
	return nil
}

func answerUp(state devnet.State, dir string, own bool) upAnswer {
	next := "mesh init --name StorageNet --token-name STORE --token-symbol STR"
	switch {
	case nodesOf(dir) > 0:
		next = fmt.Sprintf("mesh --home %s put FILE", filepath.Join(dir, "client"))
	case !own:
		next = fmt.Sprintf("mesh --home %s init --name StorageNet --token-name STORE --token-symbol STR", filepath.Join(dir, "founder"))
	}
	return upAnswer{
		header: answerTo("devnet up"), Home: dir, ChainID: state.ChainID, RPC: state.RPC, GRPC: state.GRPC, REST: state.REST,
		Faucet: state.Faucet, Processes: state.Processes, Keys: state.Keys, Next: next,
	}
}

func showUp(p *page, a upAnswer, place devnetPlace, own, detached bool) {
	p.title("Devnet %s runs.", a.ChainID)
	p.line("")
	for _, r := range a.Processes {
		p.row(r.Name, "process %d", r.PID)
	}
	p.row("RPC", "http://%s", a.RPC)
	p.row("gRPC", "%s", a.GRPC)
	p.row("REST", "http://%s", a.REST)
	p.row("Faucet", "%s gives 1,000 MESH for POST {\"address\":\"mesh1…\"}", a.Faucet)
	p.row("Files", "%s", a.Home)
	p.line("")
	for _, k := range a.Keys {
		p.row(k.Name, "%s  --home %s", k.Address, k.Home)
	}
	p.line("")
	if !own {
		p.line("Your own settings were left alone: choose one of these homes with --home.")
	}
	p.line("Next:")
	p.line("  %s", a.Next)
	if detached {
		p.line("%s ends it.", place.command("down"))
		return
	}
	p.line("Ctrl-C ends it; %s continues it.", place.command("up"))
}
