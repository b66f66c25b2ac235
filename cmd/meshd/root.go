package main

import (
	"os"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cobra"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/config"
	"github.com/cosmos/cosmos-sdk/client/keys"
	"github.com/cosmos/cosmos-sdk/client/pruning"
	"github.com/cosmos/cosmos-sdk/client/rpc"
	"github.com/cosmos/cosmos-sdk/client/snapshot"
	"github.com/cosmos/cosmos-sdk/server"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	authcmd "github.com/cosmos/cosmos-sdk/x/auth/client/cli"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"

	"github.com/mesh-protocol/mesh/app"
)

// newRoot returns the whole command tree of meshd. home is the default of --home.
func newRoot(home string) *cobra.Command {
	// The modules say themselves which commands they have, so a chain in memory is wired first.
	model := app.New(log.NewNopLogger(), dbm.NewMemDB(), false, simtestutil.NewAppOptionsWithFlagHome(os.TempDir()))
	clientCtx := client.Context{}.
		WithCodec(model.AppCodec()).
		WithInterfaceRegistry(model.InterfaceRegistry()).
		WithTxConfig(model.TxConfig()).
		WithLegacyAmino(model.LegacyAmino()).
		WithInput(os.Stdin).
		WithAccountRetriever(authtypes.AccountRetriever{}).
		WithHomeDir(home).
		WithViper(envPrefix)

	root := &cobra.Command{
		Use:           app.Name,
		Short:         "The chain of Mesh: run a validator or node, send transactions, ask queries",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return prepare(cmd, clientCtx)
		},
	}
	addCommands(root, model, home)

	opts := model.AutoCLI()
	opts.ClientCtx = clientCtx
	if err := opts.EnhanceRootCommand(root); err != nil {
		panic(err)
	}
	return root
}

// prepare reads the flags, client.toml, config.toml and app.toml of the home, and writes those
// that are missing.
func prepare(cmd *cobra.Command, base client.Context) error {
	cmd.SetOut(cmd.OutOrStdout()) // without it cobra prints answers to standard error
	ctx, err := client.ReadPersistentCommandFlags(base.WithCmdContext(cmd.Context()), cmd.Flags())
	if err != nil {
		return err
	}
	if ctx, err = config.ReadFromClientConfig(ctx); err != nil {
		return err
	}
	if err := client.SetCmdClientContextHandler(ctx, cmd); err != nil {
		return err
	}
	daemon, err := server.InterceptConfigsAndCreateContext(cmd, serverconfig.DefaultConfigTemplate, nodeConfig(), cometConfig())
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if cmd.Name() == "export" { // its answer goes to standard output, where logs would spoil it
		out = cmd.ErrOrStderr()
	}
	logger, err := server.CreateSDKLogger(daemon, out)
	if err != nil {
		return err
	}
	daemon.Logger = logger.With(log.ModuleKey, "server")
	return server.SetCmdServerContext(cmd, daemon)
}

// addCommands adds what the SDK brings beside the commands of the modules.
func addCommands(root *cobra.Command, model *app.App, home string) {
	root.AddCommand(
		initCommand(model, home),
		testnetCommand(model),
		beaconCommand(),
		genutilcli.Commands(model.TxConfig(), model.Basics(), home),
		keys.Commands(),
		server.StatusCommand(),
		debugCommand(model),
		pruning.Cmd(newApp, home),
		snapshot.Cmd(newApp),
	)
	var opts server.StartCmdOptions
	opts.PostSetup = runRotation
	server.AddCommandsWithStartCmdOptions(root, home, newApp, export, opts)

	query := &cobra.Command{Use: "query", Aliases: []string{"q"}, Short: "Ask the chain", RunE: client.ValidateCmd}
	query.AddCommand(rpc.QueryEventForTxCmd(), server.QueryBlockCmd(), server.QueryBlocksCmd(), server.QueryBlockResultsCmd(),
		authcmd.QueryTxCmd(), authcmd.QueryTxsByEventsCmd())
	tx := &cobra.Command{Use: "tx", Short: "Make, sign and send transactions", RunE: client.ValidateCmd}
	tx.AddCommand(authcmd.GetSignCommand(), authcmd.GetSignBatchCommand(), authcmd.GetMultiSignCommand(), authcmd.GetMultiSignBatchCmd(),
		authcmd.GetValidateSignaturesCommand(), authcmd.GetBroadcastCommand(), authcmd.GetEncodeCommand(), authcmd.GetDecodeCommand(), authcmd.GetSimulateCmd())
	root.AddCommand(query, tx)
}
