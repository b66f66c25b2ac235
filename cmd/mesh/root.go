package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// cli is one run of the program.
type cli struct {
	con *console
	env func(string) (string, bool)
}

// run executes a command line and returns the exit code.
func run(ctx context.Context, args []string, env func(string) (string, bool), con *console) int {
	c := &cli{con: con, env: env}
	root := c.root()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	var f *failure
	if !errors.As(err, &f) {
		// Every command explains its own errors, so this is one of the command line's.
		f = usage("read the command line", err.Error(), cmd.CommandPath()+" --help shows what there is")
	}
	c.report(f, c.wantsJSON(cmd, args))
	return f.Exit
}

// root returns the command tree.
func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "mesh",
		Short: "Start, join and use networks of devices that earn their own token",
		Long: `mesh creates networks, keeps keys, sends tokens and shows how things stand.
Try it without any chain but one of your own:

  mesh devnet up --detach
  mesh init --name StorageNet --token-name STORE --token-symbol STR --yes
  mesh status

Settings come from flags, from MESH_… variables named after them, and from config.toml
in the home, in this order.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(c.con.in)
	root.SetOut(c.con.out)
	root.SetErr(c.con.err)
	addGlobalFlags(root.PersistentFlags())
	completeGlobalFlags(root, c)
	root.AddCommand(c.initCommand(), c.bootstrapCommand(), c.joinCommand(), c.putCommand(), c.getCommand(), c.lsCommand(), c.rmCommand(), c.shareCommand(), c.extendCommand(), c.channelsCommand(), c.bondCommand(), c.earningsCommand(), c.explainCommand(),
		c.keysCommand(), c.sendCommand(), c.statusCommand(), c.networksCommand(), c.devnetCommand(), c.versionCommand())
	return root
}

// action is what a command does with its settings.
type action func(ctx context.Context, s settings, args []string) error

// with makes the RunE of a command: it gathers the settings, acts, and explains an error. what says what
// is tried, in words like "send tokens".
func (c *cli) with(what string, act action) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		s, err := settingsOf(cmd, c.env)
		if err != nil {
			return explain(what, err)
		}
		return explain(what, act(cmd.Context(), s, args))
	}
}

// group makes a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(commands...)
	return cmd
}

// note tells a person who waits what for.
func (c *cli) note(what string) {
	if c.con.asks {
		fmt.Fprintln(c.con.err, faint(c.con.errColor, what+" …"))
	}
}

// log returns the logger of a command, on standard error.
func (c *cli) log(s settings) *slog.Logger {
	return slog.New(slog.NewTextHandler(c.con.err, &slog.HandlerOptions{Level: s.LogLevel}))
}

// keyring opens the keys of the home.
func (c *cli) keyring(s settings) (*chain.Keyring, error) {
	return chain.OpenKeyring(chain.KeyringConfig{
		Dir: keyringDir(s.Home), Backend: s.KeyringBackend, ChainID: s.ChainID, Input: c.con.in, Terminal: c.con.inTerminal,
	})
}

// client makes a client of the chain; kr may be nil for one that only asks.
func (c *cli) client(s settings, kr *chain.Keyring) (*chain.Client, error) {
	cfg := chain.DefaultConfig(s.Nodes, s.ChainID)
	cfg.GasPrice = s.GasPrice
	return chain.New(cfg, chain.Deps{Keyring: kr, Rand: rand.Reader})
}

// signing opens what a command needs that signs: keys, and a client of a chain that was named.
func (c *cli) signing(ctx context.Context, s settings) (*chain.Keyring, *chain.Client, error) {
	kr, err := c.keyring(s)
	if err != nil {
		return nil, nil, err
	}
	client, err := c.client(s, kr)
	if err != nil {
		return nil, nil, err
	}
	if s.ChainID == "" {
		head, err := client.Latest(ctx)
		if err != nil {
			return nil, nil, errors.Join(err, client.Close())
		}
		return nil, nil, errors.Join(usage("sign", "no chain was named to sign for", fmt.Sprintf("the node at %s runs %s: if that is the one you mean, add --chain-id %s", head.Endpoint, head.ChainID, head.ChainID)), client.Close())
	}
	return kr, client, nil
}

// wantsJSON tells how to say an error. The arguments are looked at themselves: what is wrong may be an
// argument before --output, and everything behind it was not read then.
func (c *cli) wantsJSON(cmd *cobra.Command, args []string) bool {
	for i, a := range args {
		if a == "--output=json" || a == "-o=json" || a == "-ojson" || (a == "--output" || a == "-o") && i+1 < len(args) && args[i+1] == "json" {
			return true
		}
	}
	if s, err := settingsOf(cmd, c.env); err == nil {
		return s.json()
	}
	v, _ := c.env(envName("output"))
	return v == "json"
}
